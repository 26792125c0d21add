// SPDX-License-Identifier: GPL-3.0-or-later
// Times, all of them, and what share of them lies below which.

export class Distribution {
  #values = [];
  #sorted = true;

  add(value) {
    this.#values.push(value);
    this.#sorted = false;
  }

  get count() {
    return this.#values.length;
  }

  get max() {
    return this.percentile(100);
  }

  /** The smallest value that this share of the values, in percent, does not exceed (nearest rank); NaN of none. */
  percentile(percent) {
    if (!this.#sorted) this.#values.sort((a, b) => a - b);
    this.#sorted = true;
    if (this.#values.length === 0) return NaN;
    return this.#values[Math.max(0, Math.ceil((percent / 100) * this.#values.length) - 1)];
  }
}
