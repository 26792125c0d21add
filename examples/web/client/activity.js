// SPDX-License-Identifier: GPL-3.0-or-later
// What the room carries beside its picture, such as planning poker: how it is, and what may be asked of it.

import { BatonError } from './baton_error.js';
import { askPatiently } from './patience.js';

/**
 * @typedef {object} ActivityState   Never changed in place.
 * @property {string} kind       such as `poker`
 * @property {string} phase
 * @property {number} version    grows with each phase; a command names the one that it saw
 * @property {any} state         what everybody sees
 * @property {any} own           what we alone see, such as our own vote; null if there is nothing
 */

/**
 * How it is after we were told. Where nothing is said of what is our own, that is as we know it.
 * @param {any} wire                           null: there is none
 * @param {ActivityState|null} [known]
 * @returns {ActivityState|null}
 */
export function activityFrom(wire, known = null) {
  if (!wire) return null;
  const { kind, phase, version, state, own = known?.own ?? null } = wire;
  return { kind, phase, version, state, own };
}

export class ActivityRequests {
  #asking;
  #last = Promise.resolve();

  /** @param {import('./room_requests.js').Asking} asking */
  constructor(asking) {
    this.#asking = asking;
  }

  /** @param {string} kind @param {object} options */
  open(kind, options) {
    return this.#ask({ request: 'open_activity', kind, options });
  }

  close() {
    return this.#ask({ request: 'close_activity' });
  }

  /** @param {string} command @param {object} args */
  act(command, args) {
    // What is wanted was decided by what could be seen, which may be over when earlier requests are through.
    const seen = this.#asking.activity();
    if (!seen) return Promise.reject(new BatonError('activity_none', 'The room has no activity now.'));
    return this.#ask({ request: 'activity', version: seen.version, command, arguments: args });
  }

  /** One after the other: requests that are under way together may be taken in another order. */
  #ask(body) {
    const ask = this.#asking.asker();
    const asked = this.#last.then(() => this.#askNow(ask, body));
    this.#last = asked.catch(() => {});
    return asked;
  }

  async #askNow(ask, body) {
    try {
      const { data } = await askPatiently(() => ask(body));
      this.#asking.learn(data);
    } catch (error) {
      // Whoever spoke of a phase that is over is told how it is instead.
      if (error.refusal) this.#asking.learn(error.refusal);
      throw error;
    }
  }
}
