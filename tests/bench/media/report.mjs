// SPDX-License-Identifier: GPL-3.0-or-later
// What the readings come to: a table, JSON, and a verdict.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { nameOf } from './cases.mjs';
import { median } from './readings.mjs';

/** The most that Baton's gateway transport may cost, in times of what VideoRoom costs. */
const kGatewayAtMost = 1.0;
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
    for (const [text, ratio] of ratios(readings, one, servers)) console.log(`  ${text}: ${fixed(ratio, 2)}`);
  }
  const floor = [...readings.good('floor').values()];
  console.log(
    `\nfloor, µs a packet: ${fixed(median(floor.map(({ whole }) => whole)), 2)} sent whole, ${fixed(median(floor.map(({ cut }) => cut)), 2)} cut by the sender`,
  );
}

/**
 * How many times VideoRoom's CPU time Baton needs, by the same event loops: those of one repetition are compared, if neither was
 * overloaded.
 */
function* ratios(readings, one, servers) {
  for (const server of servers.filter(({ kind }) => kind === 'gateway')) {
    const reference = servers.find(({ kind, eventLoops }) => kind === 'videoroom' && eventLoops === server.eventLoops);
    if (!reference) continue;
    const of = (which) => new Map([...readings.good(`${nameOf(one)}; ${nameOf(which)}`)].filter(([, r]) => r.lost_percent < kOverloadedPercent));
    const references = of(reference);
    const pairs = [...of(server)].filter(([repetition]) => references.has(repetition));
    const ratio = median(pairs.map(([repetition, r]) => r.cpu_us_per_packet / references.get(repetition).cpu_us_per_packet));
    yield [`${nameOf(server)} in times of ${nameOf(reference)}`, ratio, pairs.length];
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
  const machine = { processors: cpus().length, model: cpus()[0].model };
  writeFileSync(file, `${JSON.stringify({ machine, planted: readings.all('planted').get(0), floor: [...readings.all('floor').values()], rows }, null, 1)}\n`);
}

/** What must hold: says what does not. */
export function judge(readings, cases, servers) {
  const verdicts = [];
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
    if (one.viewers < 100) continue;
    for (const [text, ratio, count] of ratios(readings, one, servers)) {
      if (count >= kReadingsToJudge) check(ratio <= kGatewayAtMost, `${nameOf(one)}: ${text}: ${ratio.toFixed(2)}, and not ${kGatewayAtMost} at most`);
    }
  }
  return { passed: verdicts.filter(Boolean).length, failed: verdicts.filter((holds) => !holds).length };
}
