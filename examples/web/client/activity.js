// SPDX-License-Identifier: GPL-3.0-or-later
// What the room carries beside its picture, such as planning poker: how it is, and what may be asked of it.

import { BatonError } from './baton_error.js';
import { mergePatch } from './merge_patch.js';
import { askPatiently } from './patience.js';

/**
 * @typedef {object} ActivityState   Never changed in place.
 * @property {string} kind       such as `poker`
 * @property {string} phase
 * @property {number} version    grows with each phase; a command names the one that it saw
 * @property {any} state         what everybody sees
 * @property {any} own           what we alone see, such as our own vote; null if there is nothing
 * @property {number} roomVersion  the room's version by which we learned of `state`
 */

/**
 * How it is after we were told. Where nothing is said of what is our own, that is as we know it.
 * @param {any} wire                           null: there is none
 * @param {ActivityState|null} known
 * @param {number} roomVersion                 of which the wire speaks
 * @returns {ActivityState|null|undefined}     undefined: a difference to what is not known here
 */
export function activityFrom(wire, known, roomVersion) {
  if (!wire) return null;
  const { kind, phase, version, own = known?.own ?? null } = wire;
  if (wire.state !== undefined) return { kind, phase, version, state: wire.state, own, roomVersion };
  if (isUnknownBase(wire, known)) return undefined;
  if (wire.patch !== undefined && known.roomVersion < roomVersion) {
    return { kind, phase, version, state: mergePatch(known.state, wire.patch), own, roomVersion };
  }
  // An answer of which nobody else is told yet, or an event that says what its answer has said.
  return wire.own === undefined ? known : { ...known, own };
}

/** Whether this is a difference to something that we do not have. */
export function isUnknownBase(wire, known) {
  return Boolean(wire) && wire.state === undefined && (!known || wire.from > known.roomVersion);
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
