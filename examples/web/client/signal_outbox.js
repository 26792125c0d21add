// SPDX-License-Identifier: GPL-3.0-or-later
// A sender's own signals until the server has accepted them. Each has a number, by which the server knows one that is
// sent again because its answer was lost. Pure but for the promises.

import { BatonError } from './baton_error.js';

/** More than that means a server that does not answer, or an application that does not wait. */
const kMaxWaiting = 256;
/** What the server takes as one payload. */
const kMaxPayloadBytes = 32 * 1024;

/**
 * @typedef {object} OutgoingSignal
 * @property {number} number
 * @property {string} user       the receiver
 * @property {string} kind
 * @property {any} payload
 */

export class SignalOutbox {
  #last = 0;
  /** @type {{signal: OutgoingSignal, fulfil: (number: number) => void, reject: (error: Error) => void}[]} */
  #waiting = [];

  /**
   * Takes a signal to send.
   * @returns {Promise<number>}   its number, once the server has accepted it
   */
  add(user, kind, payload) {
    if (this.#waiting.length >= kMaxWaiting) {
      return Promise.reject(new BatonError('busy', 'Too many signals wait to be accepted.'));
    }
    const bytes = new TextEncoder().encode(JSON.stringify(payload)).length;
    if (bytes > kMaxPayloadBytes) {
      return Promise.reject(new BatonError('message_too_large', `A signal holds ${kMaxPayloadBytes} bytes at most.`));
    }
    this.#last += 1;
    const signal = { number: this.#last, user, kind, payload };
    return new Promise((fulfil, reject) => this.#waiting.push({ signal, fulfil, reject }));
  }

  /** The signal to send next: the server takes them in the order of their numbers. @returns {OutgoingSignal|null} */
  get next() {
    return this.#waiting[0]?.signal ?? null;
  }

  /** The server has these. */
  acceptedUpTo(number) {
    while (this.#waiting.length > 0 && this.#waiting[0].signal.number <= number) {
      const { signal, fulfil } = this.#waiting.shift();
      fulfil(signal.number);
    }
  }

  /** The server will not take this one; those after it are another matter. */
  refused(number, error) {
    const index = this.#waiting.findIndex((one) => one.signal.number === number);
    if (index >= 0) this.#waiting.splice(index, 1)[0].reject(error);
  }

  /** Numbers begin again; nobody can tell what became of those that wait. @param {Error} error  they reject with it */
  restart(error) {
    this.#last = 0;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
