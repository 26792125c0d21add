// SPDX-License-Identifier: GPL-3.0-or-later
// How many viewers one processor carries without losing a packet: more and more of them, until some are lost twice.

import { nameOf } from './cases.mjs';

const kFirst = 20;
const kGrowth = 1.2;
const kMost = 2000;
const kAttempts = 2;
const kSeconds = 4;

const nextAfter = (viewers) => Math.ceil((viewers * kGrowth) / 10) * 10;

/** Resolves to the last number of viewers that lost nothing, with its reading, and to why it was the last. */
export async function findCapacity(bench, server, tell) {
  let best = { viewers: 0 };
  for (let viewers = kFirst; viewers <= kMost; viewers = nextAfter(viewers)) {
    const one = { viewers, rooms: 1, arrival: 'burst', reports: 'yes', seconds: kSeconds };
    let reading = null;
    for (let attempt = 0; attempt < kAttempts && (reading === null || reading.error || reading.lost > 0); ++attempt) {
      reading = await bench.measure(server, one);
      tell(`${nameOf(one)}; ${nameOf(server)}`, reading);
    }
    if (reading.error || reading.lost > 0) return { ...best, endedBy: reading.error ?? `${reading.lost} of ${reading.expected} packets lost` };
    best = { viewers, reading };
  }
  return { ...best, endedBy: 'this bench goes no further' };
}
