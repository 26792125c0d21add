// SPDX-License-Identifier: GPL-3.0-or-later
// How much of this machine its host gave to others, where it is a virtual one. Whoever measures times has to know: a
// processor that is not there looks like a server that is slow. See docs/adr/0020-measured-again.md.

import { readFileSync } from 'node:fs';

/** The account of all processors in proc(5), in ticks: [all of it, stolen]. */
function readAccount() {
  const ticks = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), stolen: ticks[7] };
}

/** The part of the processors' time that others got between two readings of the account, from 0 to 1. */
function partBetween(before, now) {
  const all = now.all - before.all;
  return all > 0 ? (now.stolen - before.stolen) / all : 0;
}

/** Watches from its making on, each second until it is stopped. */
export class StolenTime {
  #read;
  #before;
  #latest;
  #worst = 0;
  #timer;

  /** @param {() => {all: number, stolen: number}} [read]  for tests, which say themselves when a second is over */
  constructor(read) {
    this.#read = read ?? readAccount;
    this.#before = this.#latest = this.#read();
    if (!read) this.#timer = setInterval(() => this.secondIsOver(), 1_000);
  }

  secondIsOver() {
    const now = this.#read();
    this.#worst = Math.max(this.#worst, partBetween(this.#latest, now));
    this.#latest = now;
  }

  /** What others got, from 0 to 1: in all, and in the worst second. @returns {{part: number, worst: number}} */
  stop() {
    clearInterval(this.#timer);
    this.secondIsOver();
    return { part: partBetween(this.#before, this.#latest), worst: this.#worst };
  }
}

/** Above this, what failed may have failed for want of a processor. A host with nothing else to do stays below a hundredth. */
export const kStolenAtMost = 0.05;
/** The same of any single second: a test that joins and looks for half a minute judges the slowest of its joins. */
export const kStolenInASecondAtMost = 0.25;

/**
 * Whether a test is to be measured again: it failed by nothing but what it measured, while the machine was not all there.
 * A crash, an error of a page and a wait in vain count whenever they happen.
 * @param {{outcome: string, figures: {passed: boolean}[], failures: string[]}} result
 * @param {{part: number, worst: number}} stolen
 */
export function isSpoilt({ outcome, figures, failures }, { part, worst }) {
  const measured = figures.filter(({ passed }) => !passed).length;
  const wasAllThere = part <= kStolenAtMost && worst <= kStolenInASecondAtMost;
  return outcome === 'failed' && !wasAllThere && failures.length === measured;
}
