// SPDX-License-Identifier: GPL-3.0-or-later
// Whether everything that viewers bring goes with them: they join, watch and leave, time after time, on one Janus.
//
// Descriptors and threads must be as many as before. Memory cannot be: the allocator keeps what it was given back, and Janus
// keeps threads for a while. But it must not grow from round to round, once the first three have shown how much is
// needed at one time.

import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { kServers } from './cases.mjs';

const kSecondsWatched = 2;
/** What one thread gives back another may take: else each thread's part of the heap grows on its own for a while. */
const kOneHeap = { MALLOC_ARENA_MAX: '1' };
/** In larger rooms everybody's coming and going is told to so many that nothing but that takes time. */
const kPerRoom = 100;
/** What one who has left may hold on to for a while: the times of the transport (goodbyes, consent) are below. */
const kSettleMs = 3_000;
/** Rounds after which nothing may be needed that was not needed before. */
const kWarmUp = 3;
/**
 * A viewer's media and keys are tens of kilobytes: one in thirty that stayed would be seen. How much the allocator keeps depends
 * on how many were on their way at one time, which is some megabytes more when a busy machine lets them come faster.
 */
const kMostGrowthPerJoinKb = 1;
const kLeastBoundKb = 4_096;

function held(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = (name) => Number(rollup.match(new RegExp(`^${name}: +(\\d+)`, 'm'))[1]);
  return {
    rss: kilobytes('Rss'),
    pss: kilobytes('Pss'),
    anonymous: kilobytes('Anonymous'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
  };
}

const line = (what, { rss, pss, anonymous, descriptors, threads }, more = '') =>
  console.log(`  ${what.padEnd(9)} RSS ${rss} kB, PSS ${pss} kB, anonymous ${anonymous} kB, ${descriptors} descriptors, ${threads} threads${more}`);

/** @returns {Promise<{passed: number, failed: number}>} */
export async function measureRounds(bench, rounds, viewers) {
  const server = kServers.find(({ kind }) => kind === 'direct');
  const one = { rooms: Math.max(1, Math.round(viewers / kPerRoom)), viewers, arrival: 'burst', reports: 'yes', seconds: kSecondsWatched };
  const readings = [];
  const before = {};
  const outcome = await bench.withServer(server, async (pid, load) => {
    Object.assign(before, held(pid));
    line('at first', before);
    for (let round = 1; round <= rounds; ++round) {
      const { joins_per_second, gone } = await load(one, ['--rate', 'slow', '--settle-ms', '0']);
      await sleep(kSettleMs);
      readings.push(held(pid));
      line(`round ${round}`, readings.at(-1), `; ${viewers} viewers, ${joins_per_second.toFixed(0)} joins/s, ${gone} lost`);
    }
    return {};
  }, kOneHeap);
  const growth = (name) => readings.at(-1)[name] - Math.max(...readings.slice(0, kWarmUp).map((one) => one[name]));
  const checks = [
    ['Every round went well', !outcome.error && readings.length === rounds, outcome.error ?? ''],
    ['Descriptors are as many as at first', readings.every(({ descriptors }) => descriptors <= before.descriptors), ''],
  ];
  if (readings.length > kWarmUp) {
    // PSS depends on who else uses the same libraries at the moment.
    const most = Math.max(kLeastBoundKb, kMostGrowthPerJoinKb * viewers * (readings.length - kWarmUp));
    const grown = growth('anonymous');
    checks.push(['Memory does not grow', grown <= most, `${grown} kB since round ${kWarmUp}, of ${most} kB at most`]);
  }
  for (const [what, holds, detail] of checks) console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}${detail && `: ${detail}`}`);
  const passed = checks.filter(([, holds]) => holds).length;
  return { passed, failed: checks.length - passed };
}
