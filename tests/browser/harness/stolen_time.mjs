// SPDX-License-Identifier: GPL-3.0-or-later
// How much of this machine its host gave to others, where it is a virtual one. Whoever measures times has to know: a
// processor that is not there looks like a server that is slow. See docs/adr/0020-measured-again.md.

import { readFileSync } from 'node:fs';

/** The account of all processors in proc(5), in ticks: [all of it, stolen]. */
function readAccount() {
  const ticks = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, one) => sum + one, 0), stolen: ticks[7] };
}

/** Watches from its making on. */
export class StolenTime {
  #read;
  #before;

  /** @param {() => {all: number, stolen: number}} [read]  for tests */
  constructor(read = readAccount) {
    this.#read = read;
    this.#before = read();
  }

  /** The part of the processors' time that others got, from 0 to 1. */
  get part() {
    const now = this.#read();
    const all = now.all - this.#before.all;
    return all > 0 ? (now.stolen - this.#before.stolen) / all : 0;
  }
}

/** Above this, what failed may have failed for want of a processor. A host with nothing else to do stays below a hundredth. */
export const kStolenAtMost = 0.05;

/**
 * Whether a test is to be measured again: it failed by nothing but what it measured, while the machine was not all there.
 * A crash, an error of a page and a wait in vain count whenever they happen.
 * @param {{outcome: string, figures: {passed: boolean}[], failures: string[]}} result
 * @param {number} stolenPart
 */
export function isSpoilt({ outcome, figures, failures }, stolenPart) {
  const measured = figures.filter(({ passed }) => !passed).length;
  return outcome === 'failed' && stolenPart > kStolenAtMost && failures.length === measured;
}
