// SPDX-License-Identifier: GPL-3.0-or-later
// The harness itself, against the echo test that comes with Janus: a figure of any other test is worth as much as
// the reading of its picture.

import { setTimeout as sleep } from 'node:timers/promises';
import { stockPlugin } from './harness/janus.mjs';
import { addPictureTools, median, sight, Sight, waitForSight, wallClock, watch } from './harness/picture.mjs';
import { alsoAtLength, by } from './harness/settings.mjs';
import { isSpoilt, StolenTime } from './harness/stolen_time.mjs';
import { test } from './harness/test.mjs';

/** Janus with its echo test, and a page whose painted canvas comes back through it. */
async function openEcho(t, { link, ...options } = {}) {
  const janus = await t.janus({ plugins: [stockPlugin('echotest')] });
  const browser = await t.browser({ name: 'echo', link });
  const page = await browser.newPage();
  await addPictureTools(page);
  await page.goto(`${(await t.web()).url}/echo.html`);
  await watch(page);
  const clickedAt = wallClock();
  await page.evaluate(([url, how]) => window.startEcho(url, 'E', how), [janus.url, options]);
  return { janus, browser, page, clickedAt };
}

test('A picture that went through Janus is read back without an error', async (t) => {
  const { page, clickedAt } = await openEcho(t, { audio: true });
  const first = await waitForSight(page, (seen) => seen.decoded.length > 0);
  t.figure('first readable picture after the start', first.firstPictureAt() - clickedAt, { atMost: 2_000 });
  await sleep(1_000);
  const from = wallClock();
  await sleep(4_000);
  const to = wallClock();
  const seen = await sight(page);
  const shown = seen.records.filter((record) => record.at >= from && record.at <= to);
  const readable = shown.filter((record) => record.valid);
  t.figure('frames shown in a second', shown.length / ((to - from) / 1_000), { atLeast: 20, unit: 'frames' });
  t.figure('readable frames', (100 * readable.length) / shown.length, { atLeast: 99, unit: '%' });
  t.figure('longest stand-still', seen.longestStandStill(from, to).ms, { atMost: 250 });
  t.figure('frames that went back', seen.stepsBack().length, { atMost: 0, unit: 'frames' });
  t.figure('from painted to shown, median', median(seen.delays(from, to)), { atLeast: 1, atMost: 300 });
  t.check('Every frame names its source', readable.every((record) => record.source === 'E'));
}, { settings: by('gateway-chromium', 'gateway-firefox') });

test('A picture that stands still is seen to stand still', async (t) => {
  const { page } = await openEcho(t);
  await waitForSight(page, (seen) => seen.decoded.length > 30);
  const from = wallClock();
  await page.evaluate(() => window.batonPicture.painter.stop());
  await sleep(1_500);
  await page.evaluate(() => window.batonPicture.painter.start(30));
  const resumed = wallClock();
  await waitForSight(page, (seen) => seen.firstPictureAt(resumed + 200) !== undefined);
  const still = (await sight(page)).longestStandStill(from, wallClock());
  t.figure('the stand-still of 1.5 s', still.ms, { atLeast: 1_300, atMost: 1_900 });
}, { settings: alsoAtLength('gateway-firefox') });

test('UDP is dropped and comes back while the WebSocket lives on', async (t) => {
  const link = await t.link('echo');
  const { page } = await openEcho(t, { link });
  await waitForSight(page, (seen) => seen.decoded.length > 30);
  link.dropUdp();
  const from = wallClock();
  await sleep(1_500);
  const to = wallClock();
  const during = (await sight(page)).longestStandStill(from, to);
  t.figure('stand-still while UDP was dropped for 1500 ms', during.ms, { atLeast: 1_000 });
  const answered = await page.evaluate((url) => new Promise((fulfil) => {
    const socket = new WebSocket(url, 'janus-protocol');
    socket.onopen = () => fulfil(true);
    setTimeout(() => fulfil(false), 2_000);
  }), (await page.evaluate(() => window.janusUrl)));
  t.check('A new WebSocket opens meanwhile', answered);
  link.restore();
  const restored = wallClock();
  const seen = await waitForSight(page, (sight) => sight.firstPictureAt(restored + 1) !== undefined);
  t.figure('the picture moved again after UDP came back', seen.firstPictureAt(restored) - restored, { atMost: 5_000 });
}, { settings: alsoAtLength('gateway-firefox') });

test('A browser that is stopped stands still, and goes on when continued', async (t) => {
  const { browser, page } = await openEcho(t);
  await waitForSight(page, (seen) => seen.decoded.length > 30);
  const stoppedAt = browser.stop();
  await sleep(1_200);
  browser.continue();
  await waitForSight(page, (seen) => seen.firstPictureAt(stoppedAt + 1_200) !== undefined);
  const still = (await sight(page)).longestStandStill(stoppedAt - 100, wallClock());
  t.figure('stand-still of a browser stopped for 1200 ms', still.ms, { atLeast: 1_150, atMost: 3_000 });
}, { settings: alsoAtLength('gateway-firefox') });

test('A killed browser is gone at once, and Janus notices', async (t) => {
  const { janus, browser, page } = await openEcho(t, { link: await t.link('echo') });
  await waitForSight(page, (seen) => seen.decoded.length > 0);
  const killedAt = await browser.kill();
  t.figure('every process of the browser was gone', wallClock() - killedAt, { atMost: 1_000 });
  const deadline = wallClock() + 3_000;
  while (!/Destroying session/.test(janus.log()) && wallClock() < deadline) await sleep(5);
  const noticed = /Destroying session/.test(janus.log());
  t.figure('Janus destroyed the session', noticed ? wallClock() - killedAt : NaN, { atMost: 1_000 });
}, { settings: by('gateway-chromium', 'gateway-firefox') });

test('A whole network that went silent tells nobody', async (t) => {
  const link = await t.link('echo');
  const { janus, page } = await openEcho(t, { link });
  await waitForSight(page, (seen) => seen.decoded.length > 0);
  link.dropEverything();
  await sleep(1_000);
  t.check('Janus still believes in the session after a second', !/Destroying session/.test(janus.log()));
  link.restore();
  const restored = wallClock();
  await waitForSight(page, (seen) => seen.firstPictureAt(restored) !== undefined);
  t.check('The picture moves again afterwards', true);
}, { settings: alsoAtLength('gateway-firefox') });

/** Frames of one source, as a viewer recorded them: [frame, painted at, shown at]. */
const recorded = (...frames) =>
  new Sight(frames.map(([frame, paintedAt, at]) => ({ at, valid: true, source: 'A', frame, paintedAt })));

/** From -10 ms to `to`, at ten frames a second. */
const kHeldUp = [
  { what: 'a picture that moves', seen: recorded([0, 0, 20], [1, 100, 120], [2, 200, 220]), to: 220, ms: 100 },
  { what: 'frames that were lost on the way', seen: recorded([0, 0, 20], [4, 400, 420]), to: 420, ms: 400 },
  { what: 'a source that was late by 300 ms', seen: recorded([0, 0, 20], [1, 400, 420]), to: 420, ms: 100 },
  { what: 'a source that was late, and the way as well', seen: recorded([0, 0, 20], [1, 200, 420]), to: 420, ms: 300 },
  { what: 'a source that was late, partly before', seen: recorded([0, -900, -880], [1, 0, 20], [2, 100, 120]), to: 120, ms: 100 },
  { what: 'a picture that stands still all the time', seen: recorded([0, -50, -30]), to: 420, ms: 430 },
  { what: 'one that nobody has seen', seen: recorded(), to: 420, ms: 430 },
];

test('A stand-still is not charged to the way as far as the source painted nothing', async (t) => {
  for (const { what, seen, to, ms } of kHeldUp) {
    const found = seen.longestHeldUp(-10, to, 100);
    t.check(`${what}: ${ms} ms`, found === ms, `${found} ms`);
  }
});

const kFigures = { kept: { passed: true }, broken: { passed: false } };
const kResults = [
  { what: 'a figure that is not kept, on a machine that is there', figures: ['broken'], part: 0.01, worst: 0.1, again: false },
  { what: 'a figure that is not kept, on one that is not', figures: ['kept', 'broken'], part: 0.2, worst: 0.2, again: true },
  { what: 'a figure that is not kept, on one that was not for a second', figures: ['broken'], part: 0.01, worst: 0.4, again: true },
  { what: 'figures that are kept', outcome: 'passed', figures: ['kept'], part: 0.2, worst: 0.4, again: false },
  { what: 'an error', figures: ['kept'], errors: ['Janus was not alive at the end.'], part: 0.2, worst: 0.4, again: false },
  { what: 'a figure and an error', figures: ['broken'], errors: ['Error in page vera'], part: 0.2, worst: 0.4, again: false },
  { what: 'a process that ended without a result', figures: [], errors: ['SIGKILL'], part: 0.2, worst: 0.4, again: false },
];

test('Only what was measured while others had the machine is measured again', async (t) => {
  for (const { what, outcome = 'failed', figures, errors = [], part, worst, again } of kResults) {
    const broken = figures.filter((one) => one === 'broken').map(() => 'It took too long.');
    const result = { outcome, figures: figures.map((one) => kFigures[one]), failures: [...broken, ...errors] };
    t.check(`${what}: ${again ? 'again' : 'it counts'}`, isSpoilt(result, { part, worst }) === again);
  }
  const accounts = [[1_000, 100], [1_200, 110], [1_400, 170], [1_600, 180]].map(([all, stolen]) => ({ all, stolen }));
  const watch = new StolenTime(() => accounts.shift());
  watch.secondIsOver();
  watch.secondIsOver();
  const { part, worst } = watch.stop();
  t.check('What was stolen before does not count', Math.abs(part - 80 / 600) < 1e-9, String(part));
  t.check('The worst second is known', worst === 0.3, String(worst));
  const own = new StolenTime().stop();
  t.check('This machine has such an account', own.part >= 0 && own.worst >= own.part, JSON.stringify(own));
});
