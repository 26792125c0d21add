// SPDX-License-Identifier: GPL-3.0-or-later
// What the room carries beside its picture, such as planning poker: how it is, and what may be asked of it.

import { BatonError } from './baton_error.js';

/**
 * @typedef {object} ActivityState   Never changed in place.
 * @property {string} kind       such as `poker`
 * @property {string} phase
 * @property {number} version    grows with each phase; a command names the one that it saw
 * @property {any} state         what everybody sees
 * @property {any} own           what we alone see, such as our own vote; null if there is nothing
 */

const publicFrom = ({ kind, phase, version, state }) => ({ kind, phase, version, state });

/** As in a snapshot, or in an answer to what we asked of it. @returns {ActivityState|null} */
export const activityFrom = (wire) => (wire ? { ...publicFrom(wire), own: wire.own ?? null } : null);

/**
 * After everybody was told how it is. That says nothing of what is our own, which goes on until we are told.
 * @param {ActivityState|null} known
 * @param {any} wire   null: it was closed
 * @returns {ActivityState|null}
 */
export function activityChanged(known, wire) {
  if (!wire) return null;
  return { ...publicFrom(wire), own: known?.kind === wire.kind ? known.own : null };
}

/**
 * After we were told what is our own.
 * @param {ActivityState|null} known
 * @param {{version: number, own: any}} told
 */
export function ownChanged(known, { version, own }) {
  return known?.version === version ? { ...known, own: own ?? null } : known;
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
    const asked = this.#last.then(() => this.#askNow(body));
    this.#last = asked.catch(() => {});
    return asked;
  }

  async #askNow(body) {
    try {
      const { data } = await this.#asking.ask(body);
      this.#asking.learn(data);
    } catch (error) {
      // Whoever spoke of a phase that is over is told how it is instead.
      if (error.refusal) this.#asking.learn(error.refusal);
      throw error;
    }
  }
}
