// SPDX-License-Identifier: GPL-3.0-or-later
// What the readings come to: a table, JSON, and a verdict.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { floorOf, nameOf } from './cases.mjs';
import { median } from './readings.mjs';

/**
 * What Baton has to keep to, in times of what another needs in the same repetition: `best` is VideoRoom with event loops, `same` the one
 * with as many as Baton has here.
 */
const kBounds = [
  { kind: 'direct', figure: 'µs/packet', against: 'installed', most: 1 / 8 },
  { kind: 'direct', figure: 'µs/packet', against: 'best', most: 1 / 4 },
  { kind: 'direct', figure: 'µs/packet', against: 'floor', most: 1.6 },
  { kind: 'direct', figure: 'p99 ms', against: 'best', most: 1 / 2 },
  { kind: 'direct', figure: 'PSS kB', against: 'best', most: 1 / 3 },
  { kind: 'gateway', figure: 'µs/packet', against: 'same', most: 1 },
];
/** Below this many viewers, what the server does for none of them counts. */
const kViewersToJudge = 100;
/** Who loses more than this is overloaded, and a packet's cost says nothing then. */
const kOverloadedPercent = 1;
/** Below this many readings nothing is judged by its time. */
const kReadingsToJudge = 5;

const fixed = (value, digits) => (value === null || value === undefined ? '–' : value.toFixed(digits));

/** One reading in a line. */
export function summary(reading) {
  if (reading.error) return reading.error;
  const { cpu_us_per_packet: cpu, delay_ms: delay, lost_percent: lost, server_cores: server, other_cores: others } = reading;
  return `${fixed(cpu, 2)} µs, p99 ${fixed(delay.p99, 1)} ms, lost ${fixed(lost, 2)} %, server ${fixed(server, 2)} and others ${fixed(others, 2)} cores`;
}

const kColumns = [
  ['µs/packet', (r) => r.cpu_us_per_packet, 2],
  ['p50 ms', (r) => r.delay_ms.p50, 2],
  ['p99 ms', (r) => r.delay_ms.p99, 1],
  ['p99.9 ms', (r) => r.delay_ms.p999, 1],
  ['lost %', (r) => r.lost_percent, 2],
  ['PSS kB', (r) => r.pss_kb_per_viewer, 0],
  ['joins/s', (r) => r.joins_per_second, 0],
  ['server', (r) => r.server_cores, 2],
  ['client', (r) => r.client_cores, 2],
  ['others', (r) => r.other_cores, 2],
];

const readingsOf = (readings, one, server) => [...readings.good(`${nameOf(one)}; ${nameOf(server)}`).values()];

export function printTable(readings, cases, servers) {
  console.log(`\nMedians. PSS: memory for each viewer. server, client, others: processors in use, of ${cpus().length}.`);
  for (const one of cases) {
    console.log(`\n${nameOf(one).padEnd(34)}${kColumns.map(([title]) => title.padStart(10)).join('')}`);
    for (const server of servers) {
      const found = readingsOf(readings, one, server);
      const cells = kColumns.map(([, figure, digits]) => fixed(median(found.map(figure)), digits).padStart(10));
      console.log(`${nameOf(server).padEnd(34)}${cells.join('')}`);
    }
    for (const [text, ratio, , most] of ratios(readings, one, servers)) console.log(`  ${text}: ${fixed(ratio, 3)} (${fixed(most, 3)} at most)`);
    console.log(`  floor, µs a packet, each reading: ${floorsOf(readings, one).map((floor) => fixed(floor, 2)).join(', ')}`);
  }
}

/** The readings of the floor that a case is compared with, in order of repetition. */
const floorsOf = (readings, one) => [...readings.good(floorOf(one)).values()].map(({ cpu_us_per_packet: cpu }) => cpu);

const figureOf = (title) => kColumns.find(([name]) => name === title)[1];

/** By repetition, the figure of what `bound` compares with; undefined when that was not asked for. */
function references(readings, one, servers, server, { against, figure }) {
  if (against === 'floor') return new Map([...readings.good(floorOf(one))].map(([repetition, floor]) => [repetition, floor.cpu_us_per_packet]));
  const loops = { installed: false, best: true, same: server.eventLoops }[against];
  const reference = servers.find(({ kind, eventLoops }) => kind === 'videoroom' && eventLoops === loops);
  return reference && sound(readings, one, reference, figure);
}

/** By repetition, the figure of those readings in which the server was not overloaded. */
function sound(readings, one, server, figure) {
  const good = [...readings.good(`${nameOf(one)}; ${nameOf(server)}`)].filter(([, r]) => r.lost_percent < kOverloadedPercent);
  return new Map(good.map(([repetition, r]) => [repetition, figureOf(figure)(r)]));
}

/** How Baton compares: those of one repetition are compared, and the median is what counts. */
function* ratios(readings, one, servers) {
  for (const server of servers) {
    for (const bound of kBounds.filter(({ kind }) => kind === server.kind)) {
      const others = references(readings, one, servers, server, bound);
      if (!others) continue;
      const pairs = [...sound(readings, one, server, bound.figure)].filter(([repetition]) => others.has(repetition));
      const ratio = median(pairs.map(([repetition, value]) => value / others.get(repetition)));
      const other = bound.against === 'floor' ? 'the floor' : `VideoRoom ${{ installed: 'as installed', best: 'at its best', same: 'by the same event loops' }[bound.against]}`;
      yield [`${nameOf(server)}, ${bound.figure} in times of ${other}`, ratio, pairs.length, bound.most];
    }
  }
}

export function writeJson(readings, cases, servers, file) {
  const rows = cases.flatMap((one) =>
    servers.map((server) => ({
      ...one,
      server: nameOf(server),
      readings: [...readings.all(`${nameOf(one)}; ${nameOf(server)}`).values()],
    })),
  );
  const floors = cases.map((one) => ({ ...one, readings: floorsOf(readings, one) }));
  const machine = { processors: cpus().length, model: cpus()[0].model };
  writeFileSync(file, `${JSON.stringify({ machine, planted: readings.all('planted').get(0), floor: floors, rows }, null, 1)}\n`);
}

/** What must hold: says what does not, and what cannot be judged. */
export function judge(readings, cases, servers) {
  const verdicts = [];
  const unjudged = [];
  const check = (holds, what) => {
    verdicts.push(holds);
    if (!holds) console.log(`FAILED: ${what}`);
  };
  const planted = readings.all('planted').get(0);
  const share = planted.lost / planted.expected;
  check(share > 0.5 / planted.every && share < 1.5 / planted.every,
    `Of ${planted.expected} packets one of ${planted.every} was dropped on purpose; ${planted.lost} were missed. ${planted.error ?? ''}`);
  for (const one of cases) {
    for (const server of servers) {
      const name = `${nameOf(one)}; ${nameOf(server)}`;
      const all = [...readings.all(name).values()];
      const bad = all.find(({ error }) => error);
      check(!bad, `${name}: ${bad?.error}`);
      for (const r of all.filter(({ error }) => !error)) {
        const wrong = ['other_rooms', 'damaged', 'unreadable', 'gone', 'hangups', 'client_overflowed'].filter((key) => r[key] > 0);
        // Who is overloaded may repeat and renumber on purpose.
        if (r.lost === 0) wrong.push(...['duplicated', 'reordered', 'renumbered'].filter((key) => r[key] > 0));
        check(wrong.length === 0, `${name}: ${wrong.map((key) => `${key} ${r[key]}`).join(', ')}`);
      }
    }
    if (one.viewers < kViewersToJudge) continue;
    for (const [text, ratio, count, most] of ratios(readings, one, servers)) {
      const what = `${nameOf(one)}: ${text}: ${fixed(ratio, 3)}`;
      if (count >= kReadingsToJudge) check(ratio <= most, `${what}, and not ${fixed(most, 3)} at most`);
      else unjudged.push(`${what}, of ${count} readings that say something; ${kReadingsToJudge} are needed`);
    }
  }
  for (const what of unjudged) console.log(`NOT JUDGED: ${what}`);
  return { passed: verdicts.filter(Boolean).length, failed: verdicts.filter((holds) => !holds).length, skipped: unjudged.length };
}
