// SPDX-License-Identifier: GPL-3.0-or-later
// A host that fell silent is noticed; one that merely shows a still picture is not mistaken for it.

import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from './harness/picture.mjs';
import { everywhere } from './harness/settings.mjs';
import { openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

/** A host on a link that can fail, and a viewer that sees it. */
async function openLinked(t, { link = true, ...options } = {}) {
  const stage = await openStage(t);
  const cable = link ? await t.link('ada') : undefined;
  const host = await stage.host('ada', 'A', { link: cable, ...options });
  const viewer = await stage.viewer('vera');
  await viewer.sees('A');
  await sleep(500);
  return { stage, host, viewer, cable };
}

test("The host's UDP is dropped while its WebSocket lives: viewers are told", async (t) => {
  const { viewer, cable, host } = await openLinked(t);
  const from = wallClock();
  cable.dropUdp();
  const told = await viewer.event('state', 'host_offline', from);
  t.figure('viewers were told', told.at - from, { atMost: 4_000 });
  t.check('and why', told.detail.state.grace.reason === 'media_silence', told.detail.state.grace.reason);
  await host.event('state', 'host_offline', from);
  t.check('The host hears of it, too', true);
  const restored = wallClock();
  cable.restore();
  const back = await viewer.event('state', 'host_returned', restored);
  await viewer.waitForSight((seen) => seen.firstPictureAt(restored) !== undefined, { what: 'the picture to move again' });
  t.figure('the host counts as back after UDP is restored', back.at - restored, { atMost: 6_000 });
}, { settings: everywhere('direct-chromium', 'direct-firefox') });

test("The host's whole network is dropped: viewers are told", async (t) => {
  const { viewer, cable } = await openLinked(t);
  const from = wallClock();
  cable.dropEverything();
  const told = await viewer.event('state', 'host_offline', from);
  t.figure('viewers were told', told.at - from, { atMost: 4_000 });
}, { settings: everywhere() });

test("The host's browser is stopped: viewers are told, and when it goes on the picture moves again", async (t) => {
  const { viewer, host } = await openLinked(t, { link: false });
  const from = host.browser.stop();
  const told = await viewer.event('state', 'host_offline', from);
  t.figure('viewers were told', told.at - from, { atMost: 4_000 });
  const continued = wallClock();
  host.browser.continue();
  await viewer.event('state', 'host_returned', continued);
  await viewer.waitForSight((seen) => seen.firstPictureAt(continued) !== undefined, { what: 'the picture to move again' });
  t.check('The picture moves again', true);
}, { settings: everywhere('direct-chromium') });

test('A slide that stands still for 12 s is not taken for a dead host', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A', { framesPerSecond: 0 });
  const viewer = await stage.viewer('vera');
  await viewer.sees('A');
  const packetsBefore = await host.statistic('outbound-rtp', 'video', 'packetsSent');
  await sleep(12_000);
  const packets = (await host.statistic('outbound-rtp', 'video', 'packetsSent')) - packetsBefore;
  t.note(`video packets that the host sent meanwhile: ${packets}`);
  const silent = (await viewer.events()).filter((one) => one.cause === 'host_offline');
  t.figure('times the host was called offline', silent.length, { atMost: 0, unit: 'times' });
}, { settings: everywhere() });
