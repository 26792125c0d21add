// SPDX-License-Identifier: GPL-3.0-or-later
// Packets of the last picture are lost on the way to a viewer who joins while nothing moves: no source sends them again.

import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from './harness/picture.mjs';
import { openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

const kOutageMs = 1_500;
const kTimeLimit = { timeLimitMs: 90_000 };

const lastFrame = (sight) => sight.decoded.at(-1)?.frame;

/** Joins on a link that loses one of so many RTP packets for a while, and sees this frame soon after. */
async function joinWithLoss(t, stage, { name, frame, oneOf }) {
  const cable = await t.link(name);
  cable.dropIncomingRtp(oneOf);
  const viewer = await stage.viewer(name, { link: cable });
  await sleep(kOutageMs);
  const early = lastFrame(await viewer.sight());
  t.check(`${name} did not see it while packets were lost`, early !== frame, `frame ${early} of ${frame}`);
  const restored = wallClock();
  cable.restore();
  const seen = await viewer.waitForSight((one) => lastFrame(one) === frame, { what: `${name} to see frame ${frame}` });
  const newest = seen.decoded.find((one) => one.frame === frame && one.at > restored);
  t.figure(`${name} sees the newest picture after the link recovered`, newest.at - restored, { atMost: 3_000 });
  // A viewer who had seen a part sees that part again, since a replay can begin only at its key frame.
  const anew = seen.decoded.filter(({ frame: shown }, i) => shown < seen.decoded[i - 1]?.frame).length;
  t.figure(`times that ${name}'s picture began anew on the way there`, anew, { atMost: 3, unit: 'times' });
  return { viewer, newestAt: newest.at };
}

async function replaysOf(stage, participant) {
  return (await stage.status(participant)).media.replays;
}

test("Every packet of a static slide's replay is lost: the viewer sees the slide when the link recovers", async (t) => {
  const stage = await openStage(t);
  await stage.host('ada', 'A', { framesPerSecond: 0 });
  await sleep(1_000);
  const lucky = await stage.viewer('lucky');
  await lucky.sees('A');
  await sleep(4_000);
  const { repeated } = await replaysOf(stage, lucky);
  t.figure('times that the slide was played again to a viewer who had it', repeated, { atMost: 0, unit: 'times' });
  await joinWithLoss(t, stage, { name: 'vera', frame: lastFrame(await lucky.sight()), oneOf: 1 });
  await sleep(3_000);
  const after = await replaysOf(stage, lucky);
  t.figure('times that it was played again in all', after.repeated, { atMost: 3, unit: 'times' });
}, kTimeLimit);

for (const codec of ['vp8', 'vp9', 'h264', 'av1']) {
  test(`A part of the last picture is lost with ${codec}: the viewer sees it, and goes on with the source`, async (t) => {
    const stage = await openStage(t);
    const host = await stage.host('ada', 'A', { framesPerSecond: 20, create: { video_codec: codec } });
    const witness = await stage.viewer('witness');
    await witness.sees('A');
    await sleep(1_500);
    await host.page.evaluate(() => window.batonPicture.painter.stop());
    await sleep(1_500);
    const { viewer, newestAt } = await joinWithLoss(t, stage, { name: 'vera', frame: lastFrame(await witness.sight()), oneOf: 3 });
    await sleep(1_000);
    const encoded = await host.statistic('outbound-rtp', 'video', 'keyFramesEncoded');
    const from = wallClock();
    await host.page.evaluate(() => window.batonPicture.painter.start(20));
    await viewer.waitForSight((seen) => seen.changes().filter((one) => one.at > from).length >= 10, { what: 'it to move' });
    const seen = await viewer.sight();
    t.figure('the picture moves again after the source does', seen.firstPictureAt(from) - from, { atMost: 500 });
    t.figure('pictures that went back', seen.stepsBack().filter(({ at }) => at > newestAt).length, { atMost: 0, unit: 'pictures' });
    const more = (await host.statistic('outbound-rtp', 'video', 'keyFramesEncoded')) - encoded;
    t.note(`key frames that the source made for it: ${more}`);
  }, kTimeLimit);
}

test("The host is gone and the last picture's packets are lost: viewers see it when their links recover", async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A', { framesPerSecond: 20 });
  const witness = await stage.viewer('witness');
  await witness.sees('A');
  await sleep(2_000);
  const killedAt = await host.browser.kill();
  await witness.event('state', 'host_offline', killedAt);
  const frame = lastFrame(await witness.sight());
  await joinWithLoss(t, stage, { name: 'all-lost', frame, oneOf: 1 });
  await joinWithLoss(t, stage, { name: 'some-lost', frame, oneOf: 3 });
}, kTimeLimit);
