// SPDX-License-Identifier: GPL-3.0-or-later
// The room beyond its media, on the pages that people see: chat, presence, control, and who may do what.

import { setTimeout as sleep } from 'node:timers/promises';
import { waitForSight, wallClock, watch } from './harness/picture.mjs';
import { keepScreenshot, openRoomPage, showsState } from './harness/room_page.mjs';
import { test } from './harness/test.mjs';

const kCutOffMs = 10_000;
const kSettings = {
  grace_ms: '4000',
  promotion_timeout_ms: '20000',
  heartbeat_interval_ms: '2000',
  // Away for 10 s is long enough to be seen, and short enough to keep the place.
  presence_timeout_ms: '6000',
  host_presence_timeout_ms: '60000',
  secret: 'known to nobody here',
};

const person = (page, user) => page.locator(`.people [data-user="${user}"]`);
const inRoom = (page, user, words) => person(page, user).filter({ hasText: words }).waitFor({ timeout: 12_000 });

async function say(page, text) {
  await page.locator('#chat-text').fill(text);
  await page.locator('#chat-send').click();
}

/** Resolves to when the page showed this line. */
async function reads(page, text) {
  await page.locator('.chat-text', { hasText: text }).waitFor({ timeout: 5_000 });
  return wallClock();
}

/** How the client of a page sees the room, without what only it is told. */
const room = (page) =>
  page.evaluate(() => {
    const { version, state, locked, host, participants, chat } = window.baton.client.state;
    const people = participants.map(({ user, role, presence, muted, controlRequest }) => ({ user, role, presence, muted, controlRequest }));
    return { version, state, locked, host: host?.user ?? null, people: people.sort((a, b) => (a.user < b.user ? -1 : 1)), said: chat.map((one) => one.text) };
  });

/** Waits until all these pages see the same room, and says how long that took. */
async function agree(t, what, ...pages) {
  const from = wallClock();
  let seen = [];
  while (wallClock() - from < 10_000) {
    seen = (await Promise.all(pages.map(room))).map((one) => JSON.stringify(one));
    if (new Set(seen).size === 1) break;
    await sleep(20);
  }
  t.check(`Everybody sees the same room ${what}`, new Set(seen).size === 1, new Set(seen).size === 1 ? '' : seen.join(' / '));
  t.figure(`until everybody saw the same room ${what}`, wallClock() - from, { atMost: 1_000 });
}

test('A participant is granted control, is cut off for 10 s and returns with it; the host dies, chat and presence go on, and the controller accepts the role', async (t) => {
  const cable = await t.link('bob');
  const janus = await t.janus();
  const open = (browser, file, parameters) => openRoomPage(t, { janus, browser, file, parameters });
  const hosting = await t.browser({ name: 'host' });
  const ada = await open(hosting, 'host.html', { user: 'ada', name: 'Ada', source: 'screen', picture: 'A', ...kSettings });
  const linked = await t.browser({ name: 'linked', link: cable });
  const bob = await open(linked, 'viewer.html', { user: 'bob', name: 'Bob', source: 'screen', picture: 'B' });
  bob.allowErrors(/WebSocket connection/, /ERR_/);
  const others = await t.browser({ name: 'others' });
  const cyd = await open(others, 'viewer.html', { user: 'cyd', name: 'Cyd' });
  const dan = await open(others, 'viewer.html', { user: 'dan', name: 'Dan' });
  await watch(cyd);
  await waitForSight(cyd, (seen) => seen.firstFrom('A') !== undefined);

  // Chat, and somebody asks for control.
  await say(ada, 'Good morning');
  await reads(dan, 'Good morning');
  const saidAt = wallClock();
  await say(bob, 'May I steer?');
  t.figure('a line of chat was on the screen of another', (await reads(cyd, 'May I steer?')) - saidAt, { atMost: 1_000 });
  await bob.locator('#own-control').click();
  await ada.locator('[data-request-of="bob"]').waitFor({ timeout: 5_000 });
  await inRoom(dan, 'bob', 'asks for control');
  await keepScreenshot(ada, 'host-control-asked');
  await keepScreenshot(bob, 'viewer-asked-for-control');
  await ada.locator('[data-request-of="bob"] [data-action="grant"]').click();
  await inRoom(cyd, 'bob', 'Controller');
  await inRoom(bob, 'bob', 'Controller');
  t.check('The list of those who ask is empty', !(await ada.locator('[data-request-of="bob"]').isVisible()));
  await agree(t, 'after control was granted', ada, bob, cyd, dan);

  // The controller is cut off for 10 s.
  const cutAt = wallClock();
  cable.dropEverything();
  await inRoom(cyd, 'bob', 'away');
  t.figure('the others saw that it was away', wallClock() - cutAt, { atLeast: 5_000, atMost: 8_500 });
  await say(cyd, 'Bob is away');
  await keepScreenshot(cyd, 'viewer-somebody-away');
  await sleep(kCutOffMs - (wallClock() - cutAt));
  const restoredAt = wallClock();
  cable.restore();
  await reads(bob, 'Bob is away');
  t.figure('it was back with what was said meanwhile', wallClock() - restoredAt, { atMost: 7_000 });
  await inRoom(dan, 'bob', /^(?!.*away)/s);
  const back = await bob.evaluate(() => ({ ...window.baton.client.connection, role: window.baton.client.state.me.role }));
  t.check('It returned with control', back.state === 'joined' && back.role === 'controller', JSON.stringify(back));
  await agree(t, 'after it was back', ada, bob, cyd, dan);

  // The host dies.
  const killedAt = await hosting.kill();
  for (const page of [bob, cyd, dan]) await showsState(page, 'host_offline');
  await say(dan, 'Is anybody there?');
  await reads(cyd, 'Is anybody there?');
  await say(cyd, 'I am');
  await reads(dan, 'I am');
  t.check('Chat goes on without a host', true);
  await inRoom(cyd, 'ada', 'away');
  t.check('So does presence', true);
  await bob.locator('#accept').waitFor({ timeout: 10_000 });
  t.figure('the controller was offered the role', wallClock() - killedAt, { atLeast: 4_000, atMost: 6_000 });
  await keepScreenshot(bob, 'controller-offered-the-role');
  await bob.locator('#accept').click();
  for (const page of [bob, cyd, dan]) await showsState(page, 'live');
  const moved = await waitForSight(cyd, (seen) => seen.firstFrom('B', killedAt) !== undefined, { what: "the new host's picture" });
  t.figure('the picture stood still', moved.firstFrom('B', killedAt) - killedAt, { atMost: 12_000, note: 'grace and the answer of a person are in it' });
  await agree(t, 'with the new host', bob, cyd, dan);
  await keepScreenshot(bob, 'host-by-promotion');
}, { timeLimitMs: 120_000 });

/** What only a host may do, and what a viewer may not, each with the name of its refusal. */
const kAttempts = {
  'end the room': ['end', [], 'not_permitted'],
  'edit it': ['edit', [{ grace_ms: 1000 }], 'not_permitted'],
  'lock it': ['lock', [true], 'not_permitted'],
  'remove the host': ['kick', ['ada'], 'not_permitted'],
  'mute the host': ['mute', ['ada', true], 'not_permitted'],
  'mute somebody else': ['mute', ['bob', true], 'not_permitted'],
  'grant itself control': ['grantControl', ['cyd'], 'not_permitted'],
  'deny somebody control': ['denyControl', ['bob'], 'not_permitted'],
  'take control from somebody': ['revokeControl', ['bob'], 'not_permitted'],
  'give back control that it has not': ['releaseControl', [], 'not_permitted'],
  'name itself backup': ['setBackup', ['cyd'], 'not_permitted'],
  'take the role of host': ['transfer', ['cyd'], 'not_permitted'],
  'claim the role of host': ['claimHost', [], 'not_permitted'],
  'wait for everybody': ['whenReady', [{ timeoutMs: 1000 }], 'not_permitted'],
  'send input to the host': ['signal', ['ada', 'input', { key: 'q' }], 'not_permitted'],
  'signal another viewer': ['signal', ['dan', 'message', 'psst'], 'not_permitted'],
};

/** On a connection of its own, without a session or with one that is not its own. */
const kOutside = {
  'end the room with a wrong secret': [{ request: 'end', secret: 'guessed' }, 'secret_wrong'],
  'remove the host without a secret': [{ request: 'kick', user: 'ada' }, 'secret_wrong'],
  'mute the host without a secret': [{ request: 'mute', user: 'ada', muted: true }, 'secret_wrong'],
  'lock the room without a secret': [{ request: 'lock', locked: true }, 'secret_wrong'],
  'write with a session that it guessed': [{ request: 'chat', text: 'I am Ada', session: '1', session_version: 1 }, 'session_stale'],
};

test('A viewer tries everything that only a host may do, and each attempt is refused by name', async (t) => {
  const janus = await t.janus();
  const browser = await t.browser();
  const open = (file, parameters) => openRoomPage(t, { janus, browser, file, parameters });
  const ada = await open('host.html', { user: 'ada', name: 'Ada', source: 'clock', ...kSettings, presence_timeout_ms: '60000' });
  const bob = await open('viewer.html', { user: 'bob', name: 'Bob', role: 'controller' });
  await open('viewer.html', { user: 'dan', name: 'Dan' });
  const cyd = await open('viewer.html', { user: 'cyd', name: 'Cyd' });
  await agree(t, 'before', ada, bob, cyd);
  const before = await room(ada);
  for (const [what, [method, args, expected]] of Object.entries(kAttempts)) {
    const refusal = await cyd.evaluate(
      ([name, values]) => window.baton.client[name](...values).then(() => 'nothing', (error) => error.reason),
      [method, args],
    );
    t.check(`To ${what} is refused`, refusal === expected, refusal);
  }
  const published = await cyd.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    return window.baton.client.publish(canvas.captureStream()).then(() => 'nothing', (error) => error.reason);
  });
  t.check('To send a picture is refused', published === 'not_permitted', published);
  for (const [what, [request, expected]] of Object.entries(kOutside)) {
    const refusal = await cyd.evaluate(
      async ([url, body]) => {
        const { Membership } = await import('/client/membership.js');
        const membership = new Membership(url);
        await membership.open();
        try {
          await membership.send({ room: 'story', ...body });
          return 'nothing';
        } catch (error) {
          return error.reason;
        } finally {
          membership.close();
        }
      },
      [janus.url, request],
    );
    t.check(`To ${what} is refused`, refusal === expected, refusal);
  }
  for (const selector of ['#lock', '#end-room', '.person-actions']) {
    t.check(`The page of a viewer offers no ${selector}`, !(await cyd.locator(selector).first().isVisible()));
  }
  await agree(t, 'after', ada, bob, cyd);
  const after = await room(ada);
  t.check('Nothing of it changed the room', JSON.stringify(after) === JSON.stringify(before), `version ${before.version} → ${after.version}`);
}, { timeLimitMs: 90_000 });

test('The host of a peer-to-peer room is warned, advised, and told that the room is full', async (t) => {
  const janus = await t.janus();
  const browser = await t.browser();
  const open = (file, parameters) => openRoomPage(t, { janus, browser, file, parameters });
  const limits = { mode: 'p2p', warn_viewers: '1', suggest_sfu_viewers: '2', max_viewers: '3' };
  const ada = await open('host.html', { user: 'ada', name: 'Ada', ...limits });
  const told = [];
  for (const [user, level] of [['bob', 'warn'], ['cyd', 'suggest_sfu'], ['dan', 'full']]) {
    await open('viewer.html', { user, name: user });
    await ada.locator(`.audience[data-level="${level}"]`).waitFor({ timeout: 5_000 });
    told.push(await ada.locator('.audience').innerText());
  }
  t.check('A warning, an advice, an end', /^1 viewer in a room for 3/.test(told[0]) && /SFU/.test(told[1]) && /full/.test(told[2]), told.join(' / '));
  await keepScreenshot(ada, 'host-room-full');
  const late = await browser.newPage({ name: 'late' });
  await late.goto(`${(await t.web()).url}/viewer.html?${new URLSearchParams({ room: 'story', janus: janus.url, autostart: '1', user: 'eve' })}`);
  await late.waitForFunction(() => document.documentElement.dataset.connection === 'ended');
  const refusal = await late.evaluate(() => window.baton.client.connection.error.reason);
  t.check('Nobody else gets in', refusal === 'room_full', refusal);
});

test('The host mutes, locks and removes by its page, and everybody sees it', async (t) => {
  const janus = await t.janus();
  const browser = await t.browser();
  const open = (file, parameters) => openRoomPage(t, { janus, browser, file, parameters });
  const ada = await open('host.html', { user: 'ada', name: 'Ada', source: 'clock', ...kSettings, presence_timeout_ms: '60000' });
  await ada.locator('.audience', { hasText: 'Nobody else' }).waitFor({ timeout: 5_000 });
  const bob = await open('viewer.html', { user: 'bob', name: 'Bob' });
  const cyd = await open('viewer.html', { user: 'cyd', name: 'Cyd' });
  const does = (user, action) => person(ada, user).locator(`[data-action="${action}"]`).click();

  await does('bob', 'mute');
  await inRoom(cyd, 'bob', 'muted');
  t.check('Who is muted cannot write', await bob.locator('#chat-text').isDisabled());
  const refusal = await bob.evaluate(() => window.baton.client.chat('hm').then(() => 'nothing', (error) => error.reason));
  t.check('The server would not take it either', refusal === 'muted', refusal);
  await keepScreenshot(bob, 'viewer-muted');
  await does('bob', 'mute');
  await bob.locator('#chat-text:enabled').waitFor();
  await say(bob, 'Thank you');
  await reads(cyd, 'Thank you');

  await ada.locator('#lock').click();
  await cyd.locator('.chip', { hasText: 'Locked' }).waitFor({ timeout: 5_000 });
  const late = await browser.newPage({ name: 'late', viewport: { width: 1280, height: 720 } });
  await late.goto(`${(await t.web()).url}/viewer.html?${new URLSearchParams({ room: 'story', janus: janus.url, autostart: '1', user: 'eve', name: 'Eve' })}`);
  await late.waitForFunction(() => document.documentElement.dataset.connection === 'ended');
  const farewell = await late.locator('#farewell').innerText();
  t.check('Nobody new gets in, and reads why', /locked/i.test(farewell), farewell.replaceAll('\n', ' / '));
  await keepScreenshot(late, 'viewer-room-locked');
  await cyd.reload();
  await cyd.waitForFunction(() => document.documentElement.dataset.connection === 'joined');
  await reads(cyd, 'Thank you');
  t.check('Who was there may load the page anew, and reads what was written', true);
  await keepScreenshot(ada, 'host-room-locked');
  await ada.locator('#lock').click();
  await late.locator('#join-again').click();
  await inRoom(ada, 'eve', 'Viewer');

  await does('bob', 'kick');
  await bob.waitForFunction(() => document.documentElement.dataset.connection === 'ended');
  t.check('Who is removed reads it', /removed/.test(await bob.locator('#farewell').innerText()));
  await agree(t, 'after all', ada, cyd, late);
}, { timeLimitMs: 90_000 });
