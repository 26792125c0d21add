// SPDX-License-Identifier: GPL-3.0-or-later
// Viewers behind a link that loses, delays and slows down packets: how long their picture stands still. The long form,
// BATON_LINK=long, measures Baton's two transports and Janus's VideoRoom in the same run.

import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from './harness/picture.mjs';
import { test } from './harness/test.mjs';
import { batonWay, openBatonSource, openBoth, openVideoRoomSource, videoRoomWay } from './harness/ways_to_watch.mjs';

/** What counts as standing still: nine frames at 30 a second. */
const kStillMs = 300;
/** No longer than this may a picture stand still right after a join. */
const kJoinStillBoundMs = 500;
/** Nor later, longer than this. */
const kStillBoundMs = 1_000;
/** And so many must be shown: half of what is painted. */
const kLeastFramesPerSecond = 15;
const kSettleMs = 2_000;
const kSeed = 1;
const kMaxBitrate = 600_000;
const kPicture = { grain: true, maxBitrate: kMaxBitrate };

/** A key frame of it is far more than the queue of kNarrow holds at once. */
const kLargePicture = { grain: true, maxBitrate: kMaxBitrate, framesPerSecond: 10, width: 1280, height: 720 };

const loss = (percent) => ({ down: { loss: percent }, up: { loss: percent } });
const kTwoPercent = loss(2);
const kNarrow = { down: { rate: 1_000, queue: 60 }, up: { rate: 1_000, queue: 60 } };

const kSize =
  process.env.BATON_LINK === 'long'
    ? { long: true, watchMs: 20_000, joins: { direct: 20, gateway: 10, VideoRoom: 5 }, joinWatchMs: 6_000 }
    : { long: false, watchMs: 10_000, joins: { direct: 5 }, joinWatchMs: 3_000 };

const kNarrowJoins = 5;
/** A key frame of 100 kB takes 0.8 s alone. */
const kNarrowFirstMs = 4_000;

/** @type {{name: string, link: object}[]} */
const kConditions = [
  { name: 'nothing wrong', link: {} },
  { name: '2 % loss', link: kTwoPercent },
  { name: '5 % loss', link: loss(5) },
  { name: '10 % loss', link: loss(10) },
  { name: '200 ms each way', link: { down: { delay: 200 }, up: { delay: 200 } } },
  { name: '200 ms each way, 2 % loss', link: { down: { delay: 200, loss: 2 }, up: { delay: 200, loss: 2 } } },
  { name: '1 Mbit/s, queue of 60 kB', link: kNarrow },
  { name: '1 Mbit/s, queue of 60 kB, 2 % loss', link: { ...kNarrow, down: { ...kNarrow.down, loss: 2 } } },
];

/** Rows of words, aligned. */
function table(t, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) t.note(row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column]))).join('  '));
}

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

/** Watches a viewer that sees the picture already, under this condition. */
async function watchUnder(way, viewer, emulator, condition) {
  await emulator.be(condition.link);
  await sleep(kSettleMs);
  const bytesBefore = await viewer.received('bytesReceived');
  const decodedBefore = await viewer.received('keyFramesDecoded');
  const from = wallClock();
  await sleep(kSize.watchMs);
  const to = wallClock();
  const seen = await viewer.sight();
  const stills = seen.standStills(from, to, kStillMs);
  const result = {
    way: way.name,
    condition: condition.name,
    stills: stills.length,
    stillMs: sum(stills.map(({ ms }) => ms)),
    longestMs: seen.longestHeldUp(from, to),
    framesPerSecond: seen.changes().filter(({ at }) => at >= from && at <= to).length / ((to - from) / 1_000),
    kilobits: ((await viewer.received('bytesReceived')) - bytesBefore) * 8 / (to - from),
    keyFrames: (await viewer.received('keyFramesDecoded')) - decodedBefore,
  };
  await emulator.be({});
  await sleep(kSettleMs);
  return result;
}

/** One join under this condition: how soon the picture came, and how it stood still then. */
async function joinUnder(way, { browser, emulator, link, frameMs }, number) {
  await emulator.be({});
  const viewer = await way.open(browser, `${way.name}-${number}`);
  await emulator.be(link);
  const { joinedAt, seenAt } = await viewer.watchFirst();
  if (seenAt === undefined) {
    await emulator.be({});
    await viewer.close();
    return { firstMs: Infinity, stills: [], longestMs: Infinity };
  }
  await sleep(kSize.joinWatchMs);
  const until = seenAt + kSize.joinWatchMs;
  const seen = await viewer.sight();
  const result = {
    firstMs: seenAt - joinedAt,
    stills: seen.standStills(seenAt, until, kStillMs, frameMs),
    longestMs: seen.longestHeldUp(seenAt, until, frameMs),
    transport: await viewer.transport(),
  };
  await emulator.be({});
  await viewer.close();
  return result;
}

async function joinOften(t, way, { joins, ...how }) {
  const results = [];
  for (let number = 1; number <= joins; ++number) results.push(await joinUnder(way, how, number));
  const shown = results.map(({ firstMs, longestMs }) => `${Math.round(firstMs)}/${Math.round(longestMs)}`);
  t.note(`${way.name}: first picture after / longest stand-still then, ms: ${shown.join(' ')}`);
  return results;
}

function joinRow(way, results) {
  const longest = results.map(({ longestMs }) => longestMs).sort((a, b) => a - b);
  const first = results.map(({ firstMs }) => firstMs).sort((a, b) => a - b);
  const middle = (values) => Math.round(values[Math.floor((values.length - 1) / 2)]);
  return [
    way.name,
    results.length,
    results.filter(({ longestMs }) => longestMs > kJoinStillBoundMs).length,
    middle(longest),
    Math.round(longest.at(-1)),
    middle(first),
    Math.round(first.at(-1)),
  ];
}

const kJoinHead = ['joins by', 'joins', `still > ${kJoinStillBoundMs} ms`, 'longest: median', 'worst', 'first picture: median', 'worst'];
const kWatchHead = ['', 'stand-stills', 'in all ms', 'longest ms', 'frames/s', 'kbit/s', 'key frames'];

function watchRow(result) {
  const { stills, stillMs, longestMs, framesPerSecond, kilobits, keyFrames } = result;
  return [`${result.condition}: ${result.way}`, stills, ...[stillMs, longestMs, framesPerSecond, kilobits, keyFrames].map(Math.round)];
}

/** A browser on an emulated link, which loses the same packets in each run. */
async function openLinked(t, name) {
  const link = await t.link(name, { seed: kSeed });
  return { browser: await t.browser({ name, link }), emulator: link.emulator };
}

async function tellCounters(t, name, emulator) {
  const { down } = await emulator.counters();
  t.note(`${name}: towards the viewer ${down.accepted} packets, lost ${down.lost}, not in the queue ${down.queue_full}`);
}

/**
 * The joins of one way. Without the first of a browser: its page reads few of the pictures that it is shown in the first half
 * second, and so saw stand-stills of 150 to 300 ms on links with nothing wrong.
 */
async function measureJoins(t, way, { link, joins, frameMs }) {
  const { browser, emulator } = await openLinked(t, way.name);
  const { longestMs } = await joinUnder(way, { browser, emulator, link: {}, frameMs }, 0);
  t.note(`${way.name}: the browser's first, with nothing wrong: longest stand-still ${Math.round(longestMs)} ms`);
  const results = await joinOften(t, way, { browser, emulator, link, joins, frameMs });
  await tellCounters(t, way.name, emulator);
  await browser.close();
  return results;
}

/** One viewer of one way under these conditions, one after the other. */
async function measureWatching(t, way, conditions) {
  const { browser, emulator } = await openLinked(t, way.name);
  const viewer = await way.open(browser, way.name);
  await viewer.watchFirst();
  await sleep(kSettleMs);
  const results = [];
  for (const condition of conditions) results.push(await watchUnder(way, viewer, emulator, condition));
  await tellCounters(t, way.name, emulator);
  await browser.close();
  return results;
}

/** Measures VideoRoom, gateway and direct, one after the other: [way, what was measured] of each. */
async function measureAll(t, picture, measure) {
  const janus = await openBoth(t);
  const room = await openVideoRoomSource(t, janus, picture);
  const videoRoom = videoRoomWay(t, janus);
  const results = [[videoRoom, await measure(videoRoom)]];
  await room.close();
  const source = await openBatonSource(t, janus, picture);
  for (const transport of ['gateway', 'direct']) {
    const way = batonWay(source, transport);
    results.push([way, await measure(way)]);
  }
  return results;
}

function judgeJoins(t, joins) {
  const others = joins.filter(({ transport }) => transport !== 'direct');
  t.figure('viewers who joined otherwise than by direct', others.length, { atMost: 0, unit: 'viewers' });
  t.figure('longest stand-still after a join by direct', Math.max(...joins.map(({ longestMs }) => longestMs)), { atMost: kJoinStillBoundMs });
}

function judgeWatching(t, watched) {
  for (const { condition, longestMs, framesPerSecond } of watched) {
    t.figure(`direct, ${condition}: longest stand-still`, longestMs, { atMost: kStillBoundMs });
    t.figure(`direct, ${condition}: frames`, framesPerSecond, { atLeast: kLeastFramesPerSecond, unit: '/s' });
  }
}

if (!kSize.long) {
  test('By direct nobody stands still who joins at 2 % loss, and the picture moves at 5 %', async (t) => {
    const janus = await openBoth(t);
    const way = batonWay(await openBatonSource(t, janus, kPicture), 'direct');
    const joins = await measureJoins(t, way, { link: kTwoPercent, joins: kSize.joins.direct });
    const watched = await measureWatching(t, way, kConditions.filter(({ name }) => name === '5 % loss'));
    table(t, [kWatchHead, ...watched.map(watchRow)]);
    judgeJoins(t, joins);
    judgeWatching(t, watched);
  }, { timeLimitMs: 120_000 });
} else {
  test('Joining through links that lose 2 %, by direct and gateway beside VideoRoom', async (t) => {
    const results = await measureAll(t, kPicture, (way) => measureJoins(t, way, { link: kTwoPercent, joins: kSize.joins[way.name] }));
    table(t, [kJoinHead, ...results.map(([way, joins]) => joinRow(way, joins))]);
    judgeJoins(t, results.at(-1)[1]);
  }, { timeLimitMs: 900_000 });

  test('Watching through links that lose, delay and slow down, by direct and gateway beside VideoRoom', async (t) => {
    const results = await measureAll(t, kPicture, (way) => measureWatching(t, way, kConditions));
    const rows = kConditions.flatMap((_, index) => results.map(([, watched]) => watchRow(watched[index])));
    table(t, [kWatchHead, ...rows]);
    judgeWatching(t, results.at(-1)[1]);
  }, { timeLimitMs: 1_200_000 });

  test('Joining a room with a large picture through links of 1 Mbit/s, by direct and gateway beside VideoRoom', async (t) => {
    const how = { link: kNarrow, joins: kNarrowJoins, frameMs: 1_000 / kLargePicture.framesPerSecond };
    const results = await measureAll(t, kLargePicture, (way) => measureJoins(t, way, how));
    table(t, [kJoinHead, ...results.map(([way, joins]) => joinRow(way, joins))]);
    const slowest = Math.max(...results.at(-1)[1].map(({ firstMs }) => firstMs));
    t.figure('direct: first picture, the slowest', slowest, { atMost: kNarrowFirstMs });
  }, { timeLimitMs: 600_000 });
}
