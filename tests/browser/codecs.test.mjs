// SPDX-License-Identifier: GPL-3.0-or-later
// Each codec that a room can be created with plays, with Opus, and survives the host's return.

import { setTimeout as sleep } from 'node:timers/promises';
import { needCodec } from './harness/codec.mjs';
import { wallClock } from './harness/picture.mjs';
import { everywhere } from './harness/settings.mjs';
import { openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

const kFrameMs = 50;

/** With what else each is run every time. VP8 is in most other tests. */
const kAlways = { vp8: [], vp9: ['direct-firefox'], h264: ['direct-chromium'], av1: ['direct-firefox'] };

for (const [codec, always] of Object.entries(kAlways)) {
  test(`A room with ${codec} and Opus plays, and survives a host's return`, async (t) => {
    const stage = await openStage(t);
    const browser = await t.browser({ name: 'ada' });
    await needCodec(t, await browser.newPage({ name: 'asked' }), codec);
    const options = { audio: true, framesPerSecond: 1_000 / kFrameMs, create: { video_codec: codec } };
    const host = await stage.host('ada', 'A', { ...options, browser });
    const viewer = await stage.viewer('vera');
    await viewer.sees('A');
    await sleep(1_500);
    const used = await viewer.page.evaluate(async () => {
      const stats = await window.participant.client.peers.subscribed.getStats();
      const inbound = [...stats.values()].filter((one) => one.type === 'inbound-rtp');
      return inbound.map((one) => stats.get(one.codecId)?.mimeType.toLowerCase()).sort();
    });
    t.check('The codecs in use', used.join(' ') === `audio/opus video/${codec}`, used.join(' '));
    t.figure('audio packets received', await viewer.statistic('inbound-rtp', 'audio', 'packetsReceived'), {
      atLeast: 20, unit: 'packets',
    });

    await host.browser.kill();
    await sleep(1_000);
    const back = wallClock();
    await stage.host('ada', 'B', options);
    const moved = await viewer.sees('B', back);
    const { media } = await stage.status(viewer);
    t.figure('the picture moved after the new source began', moved - media.source_first_packet_at_ms, { atMost: 300 });
    const audioBefore = await viewer.statistic('inbound-rtp', 'audio', 'packetsReceived');
    await sleep(1_500);
    t.figure('audio packets received from the returned host', (await viewer.statistic('inbound-rtp', 'audio', 'packetsReceived')) - audioBefore, {
      atLeast: 20, unit: 'packets',
    });
    const seen = await viewer.sight();
    t.figure('longest stand-still of the second after', seen.longestHeldUp(wallClock() - 1_000, wallClock(), kFrameMs), { atMost: 400 });
    t.figure('pictures that went back', seen.stepsBack().length, { atMost: 0, unit: 'frames' });
  }, { settings: everywhere(...always) });
}
