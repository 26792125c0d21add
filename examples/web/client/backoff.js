// SPDX-License-Identifier: GPL-3.0-or-later
// How long to wait before the next try. Pure: the random number comes from the caller.

/**
 * The first wait is short, since most losses are brief; later ones double up to a ceiling. Each is shortened by a
 * random part, so that many clients of one server that restarted do not come back in step.
 */
export class Backoff {
  #tries = 0;

  /**
   * @param {object} [limits]
   * @param {number} [limits.firstMs]    ceiling of the first wait
   * @param {number} [limits.secondMs]   ceiling of the second wait; doubled from there
   * @param {number} [limits.longestMs]  ceiling of all waits
   * @param {() => number} [random]      a number from 0 (included) to 1 (excluded)
   */
  constructor({ firstMs = 250, secondMs = 500, longestMs = 5000 } = {}, random = Math.random) {
    this.limits = { firstMs, secondMs, longestMs };
    this.random = random;
  }

  /**
   * The next wait in milliseconds.
   * @param {number} [atLeastMs]   the server takes nothing sooner
   */
  next(atLeastMs = 0) {
    const { firstMs, secondMs, longestMs } = this.limits;
    const doublings = Math.min(this.#tries - 1, 30);
    const ceiling = this.#tries === 0 ? firstMs : Math.min(longestMs, secondMs * 2 ** doublings);
    this.#tries += 1;
    return Math.max(atLeastMs, ceiling * (0.5 + this.random() / 2));
  }

  /** To be called when things have been well for a while. */
  reset() {
    this.#tries = 0;
  }
}
