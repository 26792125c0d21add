// SPDX-License-Identifier: GPL-3.0-or-later
// The host's browser dies and comes back, and viewers keep the same connection and the last picture.

import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from './harness/picture.mjs';
import { everywhere } from './harness/settings.mjs';
import { checkUndisturbed, openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

test('The host is killed and comes back after 3 s: viewers are told, keep their connection, and see the picture move again', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A');
  const viewers = [await stage.viewer('vera'), await stage.viewer('victor')];
  for (const viewer of viewers) await viewer.sees('A');
  await sleep(500);
  const before = await Promise.all(viewers.map((viewer) => viewer.identity()));
  const offersBefore = await Promise.all(viewers.map((viewer) => viewer.offers()));

  const killedAt = await host.browser.kill();
  for (const viewer of viewers) {
    const told = await viewer.event('state', 'host_offline', killedAt);
    t.figure(`${viewer.name} was told that the host died`, told.at - killedAt, { atMost: 1_000 });
    // Janus may hang the PeerConnection up before it gives up the signalling: two words of the same death.
    const explained = await viewer.event('state', 'host_offline', killedAt, 1_000, ({ state }) => state.grace?.reason === 'connection_lost');
    t.figure(`${viewer.name} was told that the connection was lost, not the stream alone`, explained.at - killedAt, { atMost: 1_000 });
    const left = explained.detail.state.grace.deadline - told.detail.state.grace.deadline;
    t.check(`${viewer.name}: the grace did not move meanwhile`, Math.abs(left) < 50, `${left.toFixed(1)} ms`);
  }
  await sleep(3_000 - (wallClock() - killedAt));
  const held = await viewers[0].sight();
  t.check('The last picture stands meanwhile', held.decoded.at(-1)?.source === 'A');

  const returned = await stage.host('ada', 'B');
  for (const viewer of viewers) {
    const moved = await viewer.sees('B', killedAt);
    const { media } = await stage.status(viewer);
    t.figure(`${viewer.name}: the picture moved after the new source's first packet`, moved - media.source_first_packet_at_ms, {
      atMost: 300,
    });
    t.note(`${viewer.name}: the picture stood still for ${Math.round(moved - killedAt)} ms in all`);
  }
  await sleep(1_000);
  const from = wallClock() - 800;
  for (const [i, viewer] of viewers.entries()) {
    const seen = await viewer.sight();
    t.figure(`${viewer.name}: longest stand-still afterwards`, seen.longestHeldUp(from, wallClock()), { atMost: 400 });
    await checkUndisturbed(t, viewer, before[i], offersBefore[i]);
  }
  t.check('The host is host again', (await returned.call('status', stage.room)).snapshot.host.user === 'ada');
}, { settings: everywhere('direct-chromium', 'direct-firefox') });

test('Grace ends and the backup, present but not publishing, takes over', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A', { create: { grace_ms: 2_000 } });
  const backup = await stage.viewer('bob', { role: 'controller' });
  const viewer = await stage.viewer('vera');
  await viewer.sees('A');
  await host.call('setBackup', 'bob');
  await sleep(300);
  const before = await viewer.identity();
  const offersBefore = await viewer.offers();

  const killedAt = await host.browser.kill();
  const changed = await backup.event('state', 'host_changed', killedAt);
  t.figure('the backup became host', changed.at - killedAt, { atLeast: 2_000, atMost: 2_600 });
  const publishedAt = await backup.share('B');
  const moved = await viewer.sees('B', killedAt);
  t.figure('the picture moved after the backup began to publish', moved - publishedAt, { atMost: 1_000 });
  await checkUndisturbed(t, viewer, before, offersBefore);

  const returned = await stage.participant('ada');
  await returned.join({ role: 'host' });
  const state = await returned.page.evaluate(() => window.participant.client.state);
  t.check('The original host returns as controller', state.me.role === 'controller', state.me.role);
  await backup.call('transfer', 'ada');
  await returned.event('state', 'host_changed');
  t.check('and may be given the role back', true);
}, { settings: everywhere() });

test('A planned transfer between two who publish is hardly seen', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A');
  const next = await stage.participant('bob');
  await next.join({ role: 'controller' });
  await next.share('B');
  const viewer = await stage.viewer('vera');
  await viewer.sees('A');
  await sleep(2_000);
  const before = await viewer.identity();
  const offersBefore = await viewer.offers();
  const from = wallClock();
  await sleep(300);
  await host.call('transfer', 'bob');
  await viewer.sees('B', from);
  await sleep(1_000);
  const seen = await viewer.sight();
  const quiet = seen.longestStandStill(from - 1_500, from);
  const still = seen.longestStandStill(from, wallClock());
  t.note(`longest stand-still in the 1.5 s before: ${Math.round(quiet.ms)} ms`);
  t.figure('the picture stood still', still.ms, { atMost: 200 });
  t.figure('pictures that went back', seen.stepsBack().length, { atMost: 0, unit: 'frames' });
  await checkUndisturbed(t, viewer, before, offersBefore);
}, { settings: everywhere('direct-chromium', 'direct-firefox') });
