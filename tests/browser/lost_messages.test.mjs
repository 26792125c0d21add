// SPDX-License-Identifier: GPL-3.0-or-later
// Messages of the server that do not arrive although the connection stands, and people who are not heard.

import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from './harness/picture.mjs';
import { openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

const lose = (participant, kinds) => participant.page.evaluate((list) => window.participant.losing.push(...list), kinds);
const stateOf = (participant) => participant.page.evaluate(() => window.participant.client.state);

test('An event that is lost on the way is noticed at the next one, and the room is taken anew', async (t) => {
  const stage = await openStage(t);
  const browser = await t.browser({ name: 'people' });
  const host = await stage.participant('ada', { browser });
  await host.join({ role: 'host', create: {} });
  const viewer = await stage.participant('bob', { browser });
  await viewer.join({});
  await lose(viewer, ['chat', 'lock_changed']);
  await host.call('chat', 'lost on the way');
  await host.call('lock', true);
  const from = wallClock();
  await host.call('chat', 'heard');
  const synced = await viewer.event('state', 'synced', from);
  t.figure('the room was taken anew after the event that showed the gap', synced.at - from, { atMost: 200 });
  const [here, there] = [await stateOf(viewer), await stateOf(host)];
  t.check('What was lost is known', here.locked && here.chat.map((one) => one.text).join() === 'lost on the way,heard');
  t.check('The room is the same', here.version === there.version, `${here.version} and ${there.version}`);
});

test('An event that is lost with nothing after it is noticed at the next heartbeat', async (t) => {
  const stage = await openStage(t);
  const browser = await t.browser({ name: 'people' });
  const host = await stage.participant('ada', { browser });
  await host.join({ role: 'host', create: { heartbeat_interval_ms: 1_000 } });
  const viewer = await stage.participant('bob', { browser });
  await viewer.join({});
  await lose(viewer, ['chat']);
  const from = wallClock();
  await host.call('chat', 'lost on the way');
  const synced = await viewer.event('state', 'synced', from);
  t.figure('the room was taken anew', synced.at - from, { atMost: 1_200 });
  t.check('What was lost is known', (await stateOf(viewer)).chat.length === 1);
});

test('Signals that are lost on the way are asked for again, and none overtakes another', async (t) => {
  const stage = await openStage(t);
  const browser = await t.browser({ name: 'people' });
  const host = await stage.participant('ada', { browser });
  await host.join({ role: 'host', create: {} });
  const viewer = await stage.participant('bob', { browser });
  await viewer.join({});
  await viewer.does('listen');
  await sleep(200);
  await lose(viewer, ['signal', 'signal']);
  await host.does('send', 'bob', [1, 2, 3, 4, 5]);
  await sleep(2_000);
  const received = (await viewer.signals()).map((one) => one.payload).join(' ');
  t.check('All are there, once and in order', received === '1 2 3 4 5', received);
});

test('Who is muted is not heard, and is heard again afterwards', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A', { audio: true });
  const viewer = await stage.viewer('vera');
  await viewer.sees('A');
  await sleep(1_000);
  const heard = async () => {
    const before = await viewer.statistic('inbound-rtp', 'audio', 'packetsReceived');
    await sleep(1_000);
    return (await viewer.statistic('inbound-rtp', 'audio', 'packetsReceived')) - before;
  };
  t.figure('audio packets in a second before', await heard(), { atLeast: 30, unit: 'packets' });
  await host.call('mute', 'ada', true);
  await sleep(300);
  t.figure('audio packets in a second while muted', await heard(), { atMost: 0, unit: 'packets' });
  const moving = await viewer.sight();
  t.figure('longest stand-still of the picture meanwhile', moving.longestHeldUp(wallClock() - 1_000, wallClock()), { atMost: 400 });
  await host.call('mute', 'ada', false);
  await sleep(300);
  t.figure('audio packets in a second after', await heard(), { atLeast: 30, unit: 'packets' });
});
