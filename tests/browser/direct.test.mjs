// SPDX-License-Identifier: GPL-3.0-or-later
// The client library over the direct transport, in real Chromium against real Janus: beside viewers by the gateway, with
// hosts who come and go, and where direct does not work.

import { setTimeout as sleep } from 'node:timers/promises';
import { openDirectStage, withDirect } from './harness/direct_stage.mjs';
import { wallClock } from './harness/picture.mjs';
import { openRoomPage } from './harness/room_page.mjs';
import { alsoAtLength } from './harness/settings.mjs';
import { checkSameConnection, checkUndisturbed } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

const kMovesForMs = 3_000;
const kStandStillBoundMs = 400;
/** Of documentation (RFC 5737): nobody is there. */
const kNowhere = '192.0.2.1';

/** The client's own word for the transport of what it publishes or receives; waits for it. */
async function transportOf(participant, which) {
  const handle = await participant.page.waitForFunction((name) => window.participant.client.transport[name], which, { timeout: 10_000 });
  return handle.jsonValue();
}

async function checkTransport(t, participant, which, expected) {
  const name = await transportOf(participant, which);
  t.check(`${participant.name}: ${which} by ${expected}`, name === expected, name);
}

/** The picture of every viewer moves for a while, and never backwards. */
async function checkMoving(t, viewers) {
  const from = wallClock();
  await sleep(kMovesForMs);
  for (const viewer of viewers) {
    const seen = await viewer.sight();
    const still = seen.longestHeldUp(from, from + kMovesForMs);
    t.figure(`${viewer.name}: the picture stood still`, still, { atMost: kStandStillBoundMs });
    const back = seen.stepsBack().filter((record) => record.at >= from);
    t.figure(`${viewer.name}: pictures that went back`, back.length, { atMost: 0, unit: 'frames' });
  }
}

for (const sends of ['direct', 'gateway']) {
  test(`A host by ${sends} is seen moving by direct and by the gateway, is killed, and comes back on the same connections`, async (t) => {
    const stage = await openDirectStage(t);
    const client = { transport: sends };
    const host = await stage.host('ada', 'A', { client });
    await checkTransport(t, host, 'publishing', sends);
    const viewers = [await stage.viewer('dora'), await stage.viewer('gwen', { client: { transport: 'gateway' } })];
    for (const viewer of viewers) await viewer.sees('A');
    await checkTransport(t, viewers[0], 'subscribed', 'direct');
    await checkTransport(t, viewers[1], 'subscribed', 'gateway');
    await sleep(500);
    await checkMoving(t, viewers);
    const before = await Promise.all(viewers.map((viewer) => viewer.identity()));
    const offersBefore = await Promise.all(viewers.map((viewer) => viewer.offers()));

    const killedAt = await host.browser.kill();
    for (const viewer of viewers) await viewer.event('state', 'host_offline', killedAt);
    await sleep(2_000);
    const held = await viewers[0].sight();
    t.check('The last picture stands meanwhile', held.decoded.at(-1)?.source === 'A');
    const late = await stage.viewer('lisa');
    const seenAt = await late.sees('A');
    await checkTransport(t, late, 'subscribed', 'direct');
    t.figure('a late viewer by direct sees the last picture after', seenAt - late.joinedAt, { atMost: 1_500 });

    await stage.host('ada', 'B', { client });
    const everybody = [...viewers, late];
    for (const viewer of everybody) await viewer.sees('B', killedAt);
    await sleep(1_000);
    await checkMoving(t, everybody);
    for (const [i, viewer] of viewers.entries()) await checkUndisturbed(t, viewer, before[i], offersBefore[i]);
  }, { timeLimitMs: 120_000, settings: alsoAtLength('direct-firefox') });
}

test('Where direct leads nowhere, host and viewer go by the gateway after a while, and are told', async (t) => {
  const kTimeoutMs = 1_500;
  const stage = await openDirectStage(t, { told: kNowhere });
  const client = { directTimeoutMs: kTimeoutMs };
  const host = await stage.host('ada', 'A', { client });
  const viewer = await stage.viewer('vera', { client });
  const seenAt = await viewer.sees('A');
  t.figure('The viewer saw the picture after', seenAt - viewer.joinedAt, { atLeast: kTimeoutMs, atMost: kTimeoutMs + 2_500 });
  for (const [participant, which] of [[host, 'publishing'], [viewer, 'subscribed']]) {
    await checkTransport(t, participant, which, 'gateway');
    const { reason } = await participant.page.evaluate(() => window.participant.client.transport);
    t.check(`${participant.name} is told why`, reason === 'timeout', reason);
  }
  await checkMoving(t, [viewer]);
  const told = (await viewer.events()).some(({ type, cause }) => type === 'state' && cause === 'host_offline');
  t.check('Nobody took it for a host who went away', !told);
}, { timeLimitMs: 90_000, settings: alsoAtLength('direct-firefox') });

test('Who stops receiving by direct and begins again sees the picture again', async (t) => {
  const stage = await openDirectStage(t);
  await stage.host('ada', 'A');
  const viewer = await stage.viewer('vera');
  await viewer.sees('A');
  await checkTransport(t, viewer, 'subscribed', 'direct');
  for (const time of ['first', 'second']) {
    const from = await viewer.page.evaluate(async () => {
      const { client } = window.participant;
      client.unsubscribe();
      const at = performance.timeOrigin + performance.now();
      await client.subscribe();
      return at;
    });
    const at = await viewer.sees('A', from);
    t.figure(`the ${time} time after`, at - from, { atMost: 2_000 });
    await checkTransport(t, viewer, 'subscribed', 'direct');
  }
  await checkMoving(t, [viewer]);
}, { timeLimitMs: 90_000, settings: alsoAtLength('direct-firefox') });

test('When the connection to the server breaks, host and viewer come back by direct', async (t) => {
  const stage = await openDirectStage(t);
  const host = await stage.host('ada', 'A');
  const viewer = await stage.viewer('vera');
  await viewer.sees('A');
  for (const one of [host, viewer]) {
    await one.page.evaluate(() => {
      window.firstPeers = { ...window.participant.client.peers };
      window.participant.breakConnection();
    });
  }
  for (const [one, which] of [[host, 'publishing'], [viewer, 'subscribed']]) {
    await one.page.waitForFunction((name) => {
      const peer = window.participant.client.peers[name];
      return peer && peer !== window.firstPeers[name] && peer.connectionState === 'connected';
    }, which, { timeout: 10_000 });
    await checkTransport(t, one, which, 'direct');
  }
  await sleep(1_000);
  await checkMoving(t, [viewer]);
}, { timeLimitMs: 90_000, settings: alsoAtLength('direct-firefox') });

test('The pages say by which way the media go', async (t) => {
  const janus = await t.janus(await withDirect(t));
  const browser = await t.browser();
  const open = (file, parameters) => openRoomPage(t, { janus, browser, file, parameters });
  const sharing = { source: 'screen', picture: 'A' };
  const host = await open('host.html', { user: 'ada', name: 'Ada', ...sharing });
  const pages = [
    ['host.html', host, 'Direct'],
    ['viewer.html', await open('viewer.html', { user: 'bob', name: 'Bob' }), 'Direct'],
    ['viewer.html with transport=gateway', await open('viewer.html', { user: 'cyd', name: 'Cyd', transport: 'gateway' }), 'Through the gateway'],
    ['poker.html', await open('poker.html', { user: 'dan', name: 'Dan' }), 'Direct'],
  ];
  for (const [name, page, words] of pages) {
    const chip = page.locator('header:visible .chip', { hasText: 'Media' });
    await chip.filter({ hasText: words }).waitFor({ timeout: 10_000 }).catch(() => {});
    const text = (await chip.innerText()).replaceAll('\n', ' ');
    t.check(`${name} says: ${words}`, text.includes(words), text);
  }
}, { timeLimitMs: 90_000 });

test('A viewer by direct whose UDP is gone for a moment goes on with the same connection', async (t) => {
  const stage = await openDirectStage(t);
  const cable = await t.link('vera');
  await stage.host('ada', 'A');
  const viewer = await stage.viewer('vera', { link: cable });
  await viewer.sees('A');
  await checkTransport(t, viewer, 'subscribed', 'direct');
  const before = await viewer.identity();
  const offersBefore = await viewer.offers();
  cable.dropUdp();
  await sleep(2_500);
  cable.restore();
  const restored = wallClock();
  const moved = await viewer.sees('A', restored);
  t.figure('the picture moved again after', moved - restored, { atMost: 3_000 });
  // Firefox calls it disconnected at the first packet that it cannot send, and connected at the next answer to a check; what
  // stays disconnected so long has its ICE restarted meanwhile.
  await viewer.page.waitForFunction(() => window.participant.client.peers.subscribed?.connectionState === 'connected');
  t.figure('and it counts as connected after', wallClock() - restored, { atMost: 3_000 });
  if (t.setting.browser === 'firefox') await checkSameConnection(t, viewer, before);
  else await checkUndisturbed(t, viewer, before, offersBefore);
}, { timeLimitMs: 90_000, settings: alsoAtLength('direct-firefox') });

/** The transport of a participant's PeerConnection, as its browser says: the local port, and what makes the DTLS session. */
function wayOf(participant, which) {
  return participant.page.evaluate(async (name) => {
    const peer = window.participant.client.peers[name];
    window.watchedPeer ??= peer;
    const stats = await peer.getStats();
    const transport = [...stats.values()].find(({ type }) => type === 'transport');
    const { localCandidateId } = stats.get(transport.selectedCandidatePairId);
    return {
      samePeer: window.watchedPeer === peer,
      port: stats.get(localCandidateId).port,
      ufrag: transport.iceLocalUsernameFragment,
      dtls: [transport.dtlsState, transport.localCertificateId, transport.remoteCertificateId, transport.srtpCipher].join(' '),
    };
  }, which);
}

const kSecret = 'the room of this test';

/** What the server says of this user's PeerConnection. */
async function shownOf(participant, room) {
  const { peers } = await participant.page.evaluate(
    ([name, secret]) => window.participant.client.status(name, secret, { peers: true }), [room, kSecret]);
  return peers.find(({ user }) => user === participant.name);
}

for (const [who, which] of [['vera', 'subscribed'], ['ada', 'publishing']]) {
  test(`When the way of what is ${which} by direct is lost, ICE is restarted: the picture goes on in the same DTLS session`, async (t) => {
    const stage = await openDirectStage(t);
    const cable = await t.link(who);
    const link = (name) => (name === who ? { link: cable } : {});
    const host = await stage.host('ada', 'A', { ...link('ada'), create: { secret: kSecret } });
    const viewer = await stage.viewer('vera', link('vera'));
    await viewer.sees('A');
    await sleep(1_500);
    const mover = who === 'ada' ? host : viewer;
    await checkTransport(t, mover, which, 'direct');
    const before = await wayOf(mover, which);
    const shownBefore = await shownOf(mover, stage.room);
    t.check('The server shows a connection that has never moved', shownBefore.transport === 'direct' && shownBefore.ice_restarts === 0, JSON.stringify(shownBefore));
    const ssrcs = (await viewer.identity()).ssrcs.join(' ');

    cable.dropUdpPort(before.port);
    const lostAt = wallClock();
    const moved = await viewer.sees('A', lostAt + 1_000, 30_000);
    t.figure('the picture moved again after', moved - lostAt, { atMost: 15_000 });
    await sleep(1_500);
    const after = await wayOf(mover, which);
    t.check('The same RTCPeerConnection', after.samePeer);
    t.check('It goes another way, by other credentials', after.port !== before.port && after.ufrag !== before.ufrag, JSON.stringify([before, after]));
    t.check('It is the same DTLS session', after.dtls === before.dtls && after.dtls.startsWith('connected'), after.dtls);
    const shown = await shownOf(mover, stage.room);
    const elapsed = wallClock() - lostAt;
    t.check('The server had one restart, and no handshake', shown.ice_restarts === 1 && shown.connected_ms > elapsed, JSON.stringify(shown));
    const { ssrcs: ssrcsAfter } = await viewer.identity();
    t.check('The viewer has the same SSRCs', ssrcsAfter.join(' ') === ssrcs);
    await checkMoving(t, [viewer]);
  }, { timeLimitMs: 120_000 });
}

for (const [who, what] of [['vera', 'viewer'], ['ada', 'host']]) {
  test(`A ${what} by direct whose UDP is gone for long finds back without a human when it is there again`, async (t) => {
    const stage = await openDirectStage(t);
    const cable = await t.link(who);
    const link = (name) => (name === who ? { link: cable } : {});
    const host = await stage.host('ada', 'A', link('ada'));
    const viewer = await stage.viewer('vera', link('vera'));
    await viewer.sees('A');
    await checkTransport(t, host, 'publishing', 'direct');
    await checkTransport(t, viewer, 'subscribed', 'direct');
    // Firefox says so on the console.
    for (const { page } of [host, viewer]) page.allowErrors(/ICE failed/);
    cable.dropUdp();
    await sleep(15_000);
    cable.restore();
    const restored = wallClock();
    const moved = await viewer.sees('A', restored, 30_000);
    t.figure('the picture moved again after', moved - restored, { atMost: 15_000 });
    const { transport } = await (what === 'host' ? host : viewer).page.evaluate(() => ({ transport: window.participant.client.transport }));
    t.note(`afterwards: ${JSON.stringify(transport)}`);
    await sleep(1_000);
    await checkMoving(t, [viewer]);
  }, { timeLimitMs: 120_000, settings: alsoAtLength('direct-firefox') });
}
