// SPDX-License-Identifier: GPL-3.0-or-later
// Who joins late sees the picture at once, whatever the host is doing.

import { setTimeout as sleep } from 'node:timers/promises';
import { everywhere } from './harness/settings.mjs';
import { openStage } from './harness/stage.mjs';
import { median, watch } from './harness/picture.mjs';
import { test } from './harness/test.mjs';

/** Joins once with a page that is open already; resolves to the time from the click to the first decoded picture. */
async function timedJoin(stage, browser, name, source) {
  const viewer = await stage.participant(name, { browser });
  await viewer.page.evaluate(() => window.participant.client.prepare());
  await watch(viewer.page);
  const clickedAt = await viewer.join({ subscribe: true });
  const first = await viewer.sees(source);
  const marks = await viewer.page.evaluate(() => window.participant.client.marks);
  await viewer.page.context().close();
  return { ms: first - clickedAt, marks };
}

function describeMarks(marks) {
  return Object.entries(marks).map(([name, at]) => `${name} ${Math.round(at)}`).join(', ');
}

/** The moments of a join on the way from the click to the picture, each as the median of all joins. */
function typicalMarks(joins) {
  const names = Object.keys(joins[0].marks).filter((name) => name !== 'click');
  return Object.fromEntries(names.map((name) => [name, median(joins.map(({ marks }) => marks[name] - marks.click))]));
}

/** Joins several times, one after the other; resolves to the times. */
async function timedJoins(t, stage, source, count) {
  const browser = await t.browser({ name: 'viewers' });
  // The first page of a browser pays for what later ones find ready.
  await timedJoin(stage, browser, 'warm-up', source);
  const joins = [];
  for (let i = 0; i < count; ++i) joins.push(await timedJoin(stage, browser, `vera-${i}`, source));
  const times = joins.map(({ ms }) => ms);
  t.note(`all joins in ms: ${times.map(Math.round).join(' ')}; typically: ${describeMarks(typicalMarks(joins))}`);
  return times;
}

test('Joining while the host shows a moving picture', async (t) => {
  const stage = await openStage(t);
  await stage.host('ada', 'A');
  await sleep(2_000);
  const times = await timedJoins(t, stage, 'A', 11);
  t.figure('first decoded picture after the click, median', median(times), { atMost: 120 });
}, { timeLimitMs: 90_000, settings: everywhere('direct-chromium', 'direct-firefox') });

test('Joining while the host shows a static slide, painted once', async (t) => {
  const stage = await openStage(t);
  await stage.host('ada', 'A', { framesPerSecond: 0 });
  await sleep(5_000);
  const times = await timedJoins(t, stage, 'A', 7);
  t.figure('first decoded picture after the click, median', median(times), { atMost: 200 });
  const { snapshot } = await stage.status(await stage.participant('watcher'));
  t.check('The host counts as alive all the while', snapshot.state === 'live', snapshot.state);
}, { timeLimitMs: 90_000, settings: everywhere('direct-chromium') });

test('Joining while a picture stands still that moved before: its newest frame is shown', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A', { framesPerSecond: 20 });
  const witness = await stage.viewer('witness');
  await witness.sees('A');
  const browser = await t.browser({ name: 'viewers' });
  for (let i = 0; i < 5; ++i) {
    await host.page.evaluate(() => window.batonPicture.painter.start(20));
    await sleep(1_000);
    await host.page.evaluate(() => window.batonPicture.painter.stop());
    await sleep(1_000);
    const viewer = await stage.viewer(`vera-${i}`, { browser });
    await sleep(1_000);
    const seen = await viewer.sight();
    const [newest, shown] = [await witness.sight(), seen].map((sight) => sight.decoded.at(-1)?.frame);
    const [first, last] = [seen.decoded[0], seen.decoded.find(({ frame }) => frame === shown)].map((one) => one.at - viewer.joinedAt);
    t.note(`first picture after ${Math.round(first)} ms, the newest after ${Math.round(last)} ms, ${seen.decoded.length} shown`);
    t.check('The newest frame is shown', shown === newest, `${shown} of ${newest}`);
    await viewer.page.context().close();
  }
}, { timeLimitMs: 90_000, settings: everywhere() });

test('Joining while the host shares a tab with a static page', async (t) => {
  if (t.setting.browser === 'firefox') t.notApplicable('Firefox shares screens and windows, and no tabs');
  const stage = await openStage(t);
  const host = await stage.participant('ada', { captureTab: 'this', viewport: null });
  await host.join({ role: 'host', create: {} });
  await host.page.evaluate(() => {
    // The whole page is one painted picture, drawn once.
    const canvas = document.querySelector('canvas');
    document.querySelector('video').remove();
    Object.assign(canvas.style, { position: 'fixed', inset: '0', width: '100vw', height: '100vh' });
    new window.batonPicture.Painter(canvas, 'T').paint();
    document.body.append(document.createElement('p'));
  });
  await host.page.mouse.click(10, 10);
  await host.page.evaluate(() => window.participant.shareTab());
  await sleep(5_000);
  const times = await timedJoins(t, stage, 'T', 7);
  t.figure('first decoded picture after the click, median', median(times), { atMost: 200 });
}, { timeLimitMs: 90_000, settings: everywhere() });

test('Joining while the host is offline', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A');
  const witness = await stage.viewer('witness');
  await witness.sees('A');
  await sleep(3_000);
  const killedAt = await host.browser.kill();
  await witness.event('state', 'host_offline', killedAt);
  await sleep(2_000);
  const times = await timedJoins(t, stage, 'A', 7);
  t.figure('last picture after the click, median', median(times), { atMost: 200 });
}, { timeLimitMs: 90_000, settings: everywhere('direct-firefox') });

test('Twenty viewers join within a second and the host is asked for few key frames', async (t) => {
  const stage = await openStage(t);
  const host = await stage.host('ada', 'A', { framesPerSecond: 10 });
  const witness = await stage.viewer('witness');
  await witness.sees('A');
  // Long past the key frame, so that a replay of everything would be long.
  await sleep(5_000);
  const pliBefore = await host.statistic('outbound-rtp', 'video', 'pliCount');
  const { media: before } = await stage.status(witness);
  const crowd = await stage.participant('crowd');
  const took = await crowd.page.evaluate(async ([url, room, options]) => {
    const { BatonClient } = await import('./baton.js');
    const clients = Array.from({ length: 20 }, () => new BatonClient({ url, ...options }));
    await Promise.all(clients.map((client) => client.prepare()));
    window.shown = 0;
    const began = performance.now();
    await Promise.all(clients.map((client, i) => {
      const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true, playsInline: true });
      video.requestVideoFrameCallback(() => { window.shown += 1; });
      document.body.append(video);
      client.attachVideo(video);
      return client.join({ room, user: `crowd-${i}`, subscribe: true });
    }));
    return performance.now() - began;
  }, [stage.janus.url, stage.room, stage.client]);
  t.figure('all twenty had joined', took, { atMost: 1_000 });
  await crowd.page.waitForFunction(() => window.shown === 20, null, { timeout: 10_000 });
  t.check('All twenty see a picture', true);
  await sleep(1_000);
  const { media: after } = await stage.status(witness);
  t.figure('key frames that the host was asked for', (await host.statistic('outbound-rtp', 'video', 'pliCount')) - pliBefore, {
    atMost: 2, unit: 'key frames', note: 'counted by the host',
  });
  t.note(`counted by the server: ${after.keyframes_requested - before.keyframes_requested}`);
}, { timeLimitMs: 90_000, settings: everywhere('direct-chromium') });
