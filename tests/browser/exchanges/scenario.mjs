// SPDX-License-Identifier: GPL-3.0-or-later
// What is said in the page of exchanges: one meeting in which each verb is used, and a closed door.

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kRepository } from '../harness/web.mjs';
import { ExchangesPage } from './page.mjs';
import { RecordedClient } from './recorded_client.mjs';

const kKey = 'shared by the application and the server';
const kSecret = 'open sesame';
/** A change of an activity that comes so long after the one before is told at once. */
const kToldAtOnceAfterMs = 150;

/** The configuration of the server with the closed door. */
export const kGuardedConfig = `general: {
  join_auth = "jwt"
  join_keys = ( { id = "new"; algorithm = "HS256"; secret = "${kKey}"; } )
  turn_secret = "shared with the TURN servers"
  turn_urls = ["turn:turn.example.org:3478"]
  session_chat = [1, 1]
}
room-vault: { pin = "482913" }
`;

const kIntroduction = `
One exchange for each verb, recorded from a Janus with Baton by \`scripts/record_exchanges.sh\`, and shortened only by Janus's envelope,
the text of the session descriptions, and \`settings\` that were shown before. \`→\` is what a client put into \`body\`, \`←\` what came back in
\`plugindata.data\`. [protocol.md](protocol.md) says what it means.

Ada has the sessions that begin with hers, Bob the others; Ada publishes on a second handle, and so names the room there. Bob's
connection is lost once on the way, and he goes on with a new session. The last ones, at a closed door, are of another server.
`;

const sdp = (name) => readFileSync(join(kRepository, 'tests/plugin/pure/fixtures/chromium', `${name}.sdp`), 'utf8');

/** A join token as an application makes it (RFC 7515, HS256). */
function joinToken(claims) {
  const part = (value) => Buffer.from(value).toString('base64url');
  const text = [{ alg: 'HS256', typ: 'JWT', kid: 'new' }, claims].map((one) => part(JSON.stringify(one))).join('.');
  return `${text}.${createHmac('sha256', kKey).update(text).digest('base64url')}`;
}

/** Asks, and gives back what the page shows of it. */
async function exchange(client, body, how) {
  return { body, jsep: how?.jsep, answer: await client.ask(body, how) };
}

const claimOf = ({ answer }) => ({
  session: answer.data.session,
  session_version: answer.data.session_version,
});

/** Two people in one room, of whom one loses the connection for a while. */
class Meeting {
  constructor(page, url, ada, bob) {
    Object.assign(this, { page, url, ada, bob });
  }

  async begin() {
    const { page, ada, bob } = this;
    const roles = [{ name: 'dev', presence_timeout_ms: 2_700_000 }];
    page.show('create', await exchange(ada, { request: 'create', room: 'demo', grace_ms: 60_000, secret: kSecret, roles }));
    page.show('exists', await exchange(ada, { request: 'exists', room: 'demo' }));
    page.show('list', await exchange(ada, { request: 'list' }));
    const joined = await exchange(ada, { request: 'join', room: 'demo', user: 'ada', display_name: 'Ada', role: 'host' });
    page.show('join', joined);
    this.adas = claimOf(joined);
    page.show('heartbeat', await exchange(ada, { request: 'heartbeat', ...this.adas }));
    this.adasMedia = await ada.attach();
    const offer = { handle: this.adasMedia, jsep: { type: 'offer', sdp: sdp('publish') } };
    page.show('publish', await exchange(ada, { request: 'publish', room: 'demo', ...this.adas }, offer));
    const came = await exchange(bob, { request: 'join', room: 'demo', user: 'bob', display_name: 'Bob', role: 'dev' });
    this.bobs = claimOf(came);
    this.bobsToken = came.answer.data.resume_token;
    page.show('subscribe', await exchange(bob, { request: 'subscribe', ...this.bobs }));
    const answer = { jsep: { type: 'answer', sdp: sdp('subscribe_vp8') } };
    page.show('start', await exchange(bob, { request: 'start', ...this.bobs }, answer));
    page.show('configure', await exchange(bob, { request: 'configure', keyframe: true, ...this.bobs }));
  }

  async talk() {
    const { page, ada, bob } = this;
    page.show('await_ready, by the host', await exchange(ada, { request: 'await_ready', timeout_ms: 10_000, ...this.adas }));
    const offer = { user: 'bob', number: 1, kind: 'offer', payload: { type: 'offer', sdp: 'v=0…' } };
    page.show('signal, to somebody who is not ready yet', await exchange(ada, { request: 'signal', ...offer, ...this.adas }));
    const ready = await exchange(bob, { request: 'ready', signals_received: 0, ...this.bobs });
    page.show('ready, by Bob: what waited comes first', ready);
    await bob.hears('signal');
    page.showEvents('Events that Bob was sent by then', bob.events.splice(0));
    page.show('chat', await exchange(bob, { request: 'chat', text: 'Hello!', ...this.bobs }));
  }

  async play() {
    const { page, ada, bob } = this;
    page.show('open_activity', await exchange(ada, { request: 'open_activity', kind: 'poker', ...this.adas }));
    const act = (version, command, args) => ({ request: 'activity', version, command, ...(args && { arguments: args }) });
    const begun = await exchange(ada, { ...act(1, 'start', { topic: 'Log in' }), ...this.adas });
    // What comes sooner may be told a little later, with what follows.
    await sleep(kToldAtOnceAfterMs);
    const voted = await exchange(bob, { ...act(2, 'vote', { card: '5' }), ...this.bobs });
    page.show('activity: Ada begins a round, Bob votes', begun, voted);
    const isVote = (one) => one.activity?.patch?.votes !== undefined;
    await ada.hears('activity_changed', isVote);
    page.showEvents('The event that tells Ada of the vote, and not of the card', [ada.events.find(isVote)]);
    await ada.ask({ ...act(2, 'reveal'), ...this.adas });
    page.show('activity: Ada turns the cards, and Bob is a moment late', await exchange(bob, { ...act(2, 'reveal'), ...this.bobs }));
    const isRevealed = (one) => one.activity?.phase === 'revealed';
    await bob.hears('activity_changed', isRevealed);
    const revealed = bob.events.find(isRevealed);
    const closed = await exchange(ada, { request: 'close_activity', ...this.adas });
    page.show('close_activity, and what Bob was told of the cards before', { body: null, answer: { data: revealed } }, closed);
    page.show('control: Bob asks for it', await exchange(bob, { request: 'control', action: 'request', ...this.bobs }));
    page.show('control: Ada gives it', await exchange(ada, { request: 'control', action: 'grant', user: 'bob', ...this.adas }));
    // Answers and events of a handle come in order.
    await ada.ask({ request: 'heartbeat', ...this.adas });
    page.showEvents('Events that Ada was sent by then', ada.events.splice(0).filter((one) => one.baton !== 'activity_changed'));
  }

  async goOn() {
    const { page, ada } = this;
    this.bob.cut();
    await ada.hears('presence_changed', ({ changes }) => changes[0].presence === 'offline');
    const signal = { request: 'signal', user: 'bob', number: 2, payload: 'are you there?', ...this.adas };
    page.show('signal, to somebody who is cut off', await exchange(ada, signal));
    this.bob = await RecordedClient.open(this.url);
    const back = { request: 'join', room: 'demo', user: 'bob', resume_token: this.bobsToken, attempt: 1, signals_received: 1 };
    const joined = await exchange(this.bob, back);
    page.show('join, after a lost connection: the page goes on where it was', joined);
    this.bobs = claimOf(joined);
    page.show('ready, after a lost connection', await exchange(this.bob, { request: 'ready', signals_received: 1, ...this.bobs }));
    await this.bob.hears('signal');
    page.showEvents('The event that Bob was sent before that answer', this.bob.events.splice(0));
    page.show('sync', await exchange(this.bob, { request: 'sync', signals_received: 2, ...this.bobs }));
  }

  async administer() {
    const { page, ada, bob } = this;
    const asAda = (title, body) => exchange(ada, { ...body, ...this.adas }).then((one) => page.show(title, one));
    await asAda('mute', { request: 'mute', user: 'bob', muted: true });
    await asAda('lock', { request: 'lock', locked: true });
    await asAda('backup', { request: 'backup', user: 'bob' });
    await asAda('edit, by the host in its session', { request: 'edit', description: 'Weekly review' });
    await asAda('transfer', { request: 'transfer', user: 'bob' });
    const stop = { handle: this.adasMedia };
    page.show('unpublish', await exchange(ada, { request: 'unpublish', room: 'demo', ...this.adas }, stop));
    await bob.ask({ request: 'transfer', user: 'ada', ...this.bobs });
    const late = { request: 'promotion', action: 'accept', promotion: 1, ...this.bobs };
    page.show('promotion: nobody is being asked, so it is refused', await exchange(bob, late));
    const asStranger = await RecordedClient.open(this.url);
    const withSecret = (title, body) =>
      exchange(asStranger, { ...body, room: 'demo', secret: kSecret }).then((one) => page.show(`${title}, with the secret`, one));
    await withSecret('status', { request: 'status' });
    await withSecret('kick', { request: 'kick', user: 'bob' });
    await bob.hears('released');
    page.showEvents('Events that Bob was sent since he came back', bob.events.splice(0));
    page.show('leave', await exchange(ada, { request: 'leave', ...this.adas }));
    await withSecret('end', { request: 'end' });
  }
}

async function atTheDoor(page, url) {
  const ada = await RecordedClient.open(url);
  const now = Math.floor(Date.now() / 1000);
  const join = (exp) => ({
    request: 'join',
    room: 'vault',
    user: 'ada',
    role: 'host',
    pin: '482913',
    token: joinToken({ sub: 'ada', room: 'vault', role: 'host', exp }),
  });
  const late = await exchange(await RecordedClient.open(url), join(now - 1));
  const joined = await exchange(ada, join(now + 60));
  page.show('join, where the server asks for a join token and the room for a pin, with TURN servers to offer', joined);
  page.show('join, with a token that was good a moment ago', late);
  const claim = claimOf(joined);
  page.show('heartbeat, when the password for the TURN servers is soon over', await exchange(ada, { request: 'heartbeat', turn: true, ...claim }));
  const chat = { request: 'chat', text: 'Hello?', ...claim };
  await ada.ask(chat);
  page.show('chat, more than is taken in so short a time', await exchange(ada, chat));
}

/**
 * Plays everything, and resolves to the page.
 * @param {string} openUrl      of a server with the default configuration
 * @param {string} guardedUrl   of one with `kGuardedConfig`
 */
export async function recordExchanges(openUrl, guardedUrl) {
  const page = new ExchangesPage(kIntroduction);
  const meeting = new Meeting(page, openUrl, await RecordedClient.open(openUrl), await RecordedClient.open(openUrl));
  for (const part of ['begin', 'talk', 'play', 'goOn', 'administer']) await meeting[part]();
  await atTheDoor(page, guardedUrl);
  return page.toString();
}
