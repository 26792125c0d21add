// SPDX-License-Identifier: GPL-3.0-or-later
// Names and passwords for TURN servers: the server takes those that a join brings, as long as they are good.

import { setTimeout as sleep } from 'node:timers/promises';
import { JanusClient } from './load/janus_client.mjs';
import { openStage } from './harness/stage.mjs';
import { startTurnServer } from './harness/turn.mjs';
import { test } from './harness/test.mjs';

const kMovesForMs = 3_000;
const kStandStillBoundMs = 1_000;

/** Baton's configuration with these keys in `general`. */
const configured = (general) => ({ configs: { 'janus.plugin.baton.jcfg': `general: { ${general} }\nroom-stage: { }\n` } });

/** The candidates of the pair that carries the media, as the browser tells: [{local, remote, relayProtocol, url}]. */
function pairsInUse(participant, which) {
  return participant.page.evaluate(async (name) => {
    const stats = await window.participant.client.peers[name].getStats();
    const all = [...stats.values()];
    return all
      .filter((one) => one.type === 'transport' && one.selectedCandidatePairId)
      .map(({ selectedCandidatePairId }) => {
        const pair = stats.get(selectedCandidatePairId);
        const local = stats.get(pair.localCandidateId);
        return { local: local.candidateType, protocol: local.relayProtocol, url: local.url, remote: stats.get(pair.remoteCandidateId).candidateType };
      });
  }, which);
}

/** The names for TURN servers that a viewer's PeerConnection was made with. */
function namesInUse(viewer) {
  return viewer.page.evaluate(() =>
    window.participant.client.peers.subscribed
      .getConfiguration()
      .iceServers.map((one) => one.username)
      .filter(Boolean),
  );
}

test('A TURN server takes the name and password that a join brings, and refuses them when their time is over', async (t) => {
  const kLifetimeMs = 9_000;
  const server = await startTurnServer(t);
  const janus = await t.janus(configured(server.settings(kLifetimeMs)));
  const client = new JanusClient(janus.url);
  t.atEnd(() => client.close());
  await client.open();
  const { turn } = await client.request({ request: 'join', room: 'stage', user: 'ada' });
  t.check('The answer names the server', JSON.stringify(turn.urls) === JSON.stringify([server.url]), JSON.stringify(turn.urls));
  t.check('It is good for as long as configured', turn.ttl_ms === kLifetimeMs, turn.ttl_ms);
  const joinedAt = Date.now();
  const fresh = await server.relays(turn);
  t.check('Packets go through with it', fresh.works, fresh.works ? '' : fresh.output);
  const later = `${Number.parseInt(turn.username, 10) + 3600}:ada`;
  const forged = await server.relays({ ...turn, username: later });
  t.check('Nobody makes it good for longer', !forged.works, forged.works ? forged.output : '');
  t.check('That is for the password, which is of another name', server.log().includes(`user <${later}>`));
  await sleep(Math.max(0, joinedAt + kLifetimeMs + 1_500 - Date.now()));
  const stale = await server.relays(turn);
  t.check('They do not when its time is over', !stale.works, stale.works ? stale.output : '');
  t.check('It is the name that is refused', server.log().includes(`Cannot find credentials of user <${turn.username}>`));
}, { timeLimitMs: 90_000 });

test('A host and a viewer who may only use a TURN server show and see a moving picture', async (t) => {
  const server = await startTurnServer(t);
  const stage = await openStage(t, configured(server.settings()));
  const client = { iceTransportPolicy: 'relay' };
  const host = await stage.host('ada', 'A', { client });
  const viewer = await stage.viewer('vera', { client });
  await viewer.sees('A');
  const from = await viewer.page.evaluate(() => performance.timeOrigin + performance.now());
  await sleep(kMovesForMs);
  const sight = await viewer.sight();
  t.figure('the picture stood still', sight.longestHeldUp(from, from + kMovesForMs), { atMost: kStandStillBoundMs });
  for (const [participant, which] of [[host, 'publishing'], [viewer, 'subscribed']]) {
    const pairs = await pairsInUse(participant, which);
    const relayed = pairs.length === 1 && pairs[0].local === 'relay' && pairs[0].protocol === 'udp';
    t.check(`${participant.name}: the pair in use is relayed`, relayed, JSON.stringify(pairs));
  }
}, { timeLimitMs: 90_000 });

test('Who makes a new PeerConnection when the password is over gets a fresh one first', async (t) => {
  const kLifetimeMs = 6_000;
  const server = await startTurnServer(t);
  const stage = await openStage(t, configured(server.settings(kLifetimeMs)));
  const client = { iceTransportPolicy: 'relay' };
  await stage.host('ada', 'A', { client });
  const viewer = await stage.viewer('vera', { client });
  const joinedAt = Date.now();
  await viewer.sees('A');
  const [first] = await namesInUse(viewer);
  await sleep(Math.max(0, joinedAt + kLifetimeMs + 1_500 - Date.now()));
  const from = await viewer.page.evaluate(async () => {
    const { client: own } = window.participant;
    own.unsubscribe();
    const at = performance.timeOrigin + performance.now();
    await own.subscribe();
    return at;
  });
  await viewer.sees('A', from);
  const [second] = await namesInUse(viewer);
  t.check('With a later name', Number.parseInt(second, 10) > Number.parseInt(first, 10), `${first}, then ${second}`);
  const pairs = await pairsInUse(viewer, 'subscribed');
  t.check('The new pair is relayed', pairs.length === 1 && pairs[0].local === 'relay', JSON.stringify(pairs));
}, { timeLimitMs: 90_000 });

test('Without a TURN server those who may only use one see nothing', async (t) => {
  const stage = await openStage(t, configured(''));
  await stage.host('ada', 'A');
  const viewer = await stage.viewer('vera', { client: { iceTransportPolicy: 'relay' } });
  await sleep(kMovesForMs);
  const sight = await viewer.sight();
  t.check('There is no picture', sight.decoded.length === 0, sight.describe());
  const pairs = await pairsInUse(viewer, 'subscribed');
  t.check('There is no pair in use', pairs.length === 0, JSON.stringify(pairs));
}, { timeLimitMs: 60_000 });
