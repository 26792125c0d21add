// SPDX-License-Identifier: GPL-3.0-or-later
// A host who may save while nobody watches: what it saves, and what the first to come sees.

import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from './harness/picture.mjs';
import { openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

async function encodedInASecond(host) {
  const before = await host.statistic('outbound-rtp', 'video', 'framesEncoded');
  await sleep(2_000);
  return ((await host.statistic('outbound-rtp', 'video', 'framesEncoded')) - before) / 2;
}

test('While nobody watches few pictures are encoded, and whoever comes sees the picture at once, and moving', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A', { client: { saveWhenUnwatched: true } });
  await sleep(1_000);
  t.figure('pictures encoded with nobody there', await encodedInASecond(host), { atLeast: 1, atMost: 4, unit: 'a second' });
  const alone = await host.page.evaluate(() => window.participant.client.state.state);
  t.check('The room stays live', alone === 'live', alone);
  const viewer = await stage.viewer('vera');
  const first = await viewer.sees('A', viewer.joinedAt);
  t.figure('the first picture came after the viewer joined', first - viewer.joinedAt, { atMost: 1_000 });
  await sleep(1_500);
  const seen = await viewer.sight();
  t.figure('longest stand-still from then on', seen.longestStandStill(first, wallClock()).ms, { atMost: 1_000 });
  t.figure('pictures encoded with somebody there', await encodedInASecond(host), { atLeast: 20, unit: 'a second' });
  const told = (await host.events()).filter((one) => one.type === 'audience').map((one) => one.detail.present);
  t.check('The host was told of it', told.at(-1) === 1, told.join(' '));

  const leftAt = wallClock();
  await viewer.call('leave');
  const gone = await host.event('audience', null, leftAt, 5_000, ({ present }) => present === 0);
  t.figure('the host knew that the last one was gone', gone.at - leftAt, { atMost: 1_000 });
  await sleep(1_000);
  t.figure('pictures encoded after that', await encodedInASecond(host), { atLeast: 1, atMost: 4, unit: 'a second' });
});
