// SPDX-License-Identifier: GPL-3.0-or-later

/** What a window keeps, without a window. */
export class FakeStorage {
  #values = new Map();

  getItem(key) {
    return this.#values.get(key) ?? null;
  }

  setItem(key, value) {
    this.#values.set(key, value);
  }

  removeItem(key) {
    this.#values.delete(key);
  }

  /** Everything that was kept is this from now on. */
  spoil(value) {
    for (const key of this.#values.keys()) this.#values.set(key, value);
  }
}
