// SPDX-License-Identifier: GPL-3.0-or-later
// Different browsers in one room: each sees the other's picture, in every codec that both have.

import { setTimeout as sleep } from 'node:timers/promises';
import { openDirectStage } from './harness/direct_stage.mjs';
import { wallClock } from './harness/picture.mjs';
import { by, inLongRun } from './harness/settings.mjs';
import { test } from './harness/test.mjs';

const kMovesForMs = 2_000;
const kStandStillBoundMs = 400;
const kSecret = 'the room of this test';

for (const codec of ['vp8', 'vp9', 'av1']) {
  const settings = codec === 'vp8' ? by('gateway-chromium') : inLongRun('gateway-chromium');
  test(`Chromium and Firefox see each other's ${codec} by direct, and go on when one hands over to the other`, async (t) => {
    const stage = await openDirectStage(t);
    const client = { transport: 'direct' };
    const firefox = await t.browser({ name: 'firefox', program: 'firefox' });
    const chromium = await t.browser({ name: 'chromium', program: 'chromium' });
    const ada = await stage.host('ada', 'A', { browser: chromium, client, audio: true, create: { video_codec: codec, secret: kSecret } });
    const fay = await stage.viewer('fay', { browser: firefox, client, role: 'controller' });
    const vera = await stage.viewer('vera', { browser: chromium, client });
    for (const [source, next] of [['A', null], ['B', fay]]) {
      const from = wallClock();
      if (next) {
        await next.share(source, { audio: true });
        await ada.call('transfer', next.name);
      }
      for (const viewer of [fay, vera]) await viewer.sees(source, next ? from : undefined);
      await sleep(500 + kMovesForMs);
      for (const viewer of [fay, vera]) {
        const seen = await viewer.sight();
        const now = wallClock();
        const still = seen.longestHeldUp(now - kMovesForMs, now);
        t.figure(`${viewer.name} sees ${source}: the picture stood still`, still, { atMost: kStandStillBoundMs });
        t.figure(`${viewer.name}: pictures that went back`, seen.stepsBack().length, { atMost: 0, unit: 'frames' });
        t.figure(`${viewer.name}: audio packets`, await viewer.statistic('inbound-rtp', 'audio', 'packetsReceived'), { atLeast: 50, unit: 'packets' });
      }
    }
    // Both ways of it are ours then; see docs/adr/0016-srtp-over-openssl.md.
    const { peers } = await vera.page.evaluate(
      ([name, secret]) => window.participant.client.status(name, secret, { peers: true }), [stage.room, kSecret]);
    const profiles = peers.map(({ user, carries, srtp }) => `${user}'s ${carries}: ${srtp}`).join(', ');
    t.check('What both browsers negotiate is AES-GCM', peers.length >= 4 && peers.every(({ srtp }) => /^AEAD_AES_(128|256)_GCM$/.test(srtp)), profiles);
  }, { timeLimitMs: 90_000, settings });
}

for (const transport of ['direct', 'gateway']) {
  test(`By ${transport}, a viewer whose browser does not have the room's codec is told, and hears the room all the same`, async (t) => {
    const stage = await openDirectStage(t);
    const client = { transport };
    await stage.host('ada', 'A', { client, audio: true, create: { video_codec: 'h264' } });
    const fay = await stage.participant('fay', { browser: await t.browser({ name: 'firefox', program: 'firefox' }), client });
    await fay.join({ subscribe: true });
    const told = await fay.event('error', 'codec_unsupported');
    t.check('It is told', true, told.detail?.message ?? '');
    await sleep(kMovesForMs);
    const heard = await fay.statistic('inbound-rtp', 'audio', 'packetsReceived');
    t.figure('audio packets', heard, { atLeast: 50, unit: 'packets' });
  }, { settings: inLongRun('gateway-chromium') });
}
