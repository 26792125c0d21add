// SPDX-License-Identifier: GPL-3.0-or-later
// The readings of a run, kept in a file line by line, so that a run that ended early can be taken up.

import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';

export class Readings {
  #file;
  #byName = new Map();

  constructor(file, resume) {
    this.#file = file;
    if (!resume) rmSync(file, { force: true });
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      // The last one may have been cut off.
      if (line.endsWith('}')) this.#keep(JSON.parse(line));
    }
  }

  /** The reading of this repetition: the one that is there, unless that went wrong, or else what `measure` resolves to. */
  async once(name, repetition, measure) {
    const found = this.#byName.get(name)?.get(repetition);
    if (found && !found.error) return found;
    const entry = { name, repetition, reading: await measure() };
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
    this.#keep(entry);
    return entry.reading;
  }

  /** All readings of this name by repetition, without those that went wrong. */
  good(name) {
    return new Map([...this.all(name)].filter(([, reading]) => !reading.error));
  }

  all(name) {
    return this.#byName.get(name) ?? new Map();
  }

  #keep({ name, repetition, reading }) {
    if (!this.#byName.has(name)) this.#byName.set(name, new Map());
    this.#byName.get(name).set(repetition, reading);
  }
}

/** The middle one; null of none. */
export function median(values) {
  const sorted = values.filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)];
}
