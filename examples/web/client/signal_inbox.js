// SPDX-License-Identifier: GPL-3.0-or-later
// What a receiver makes of the signals that are delivered to it: each once and in order, however often they are sent.
// Pure.

export class SignalInbox {
  #received = 0;

  /** All signals up to this sequence have been received. */
  get received() {
    return this.#received;
  }

  /** Nothing has been received: what was numbered before means nothing any more. */
  restart() {
    this.#received = 0;
  }

  /**
   * @param {{sequence: number, previous: number}} delivery
   * @returns {'new'|'duplicate'|'gap'}   `gap`: something before it is missing; this one will come again after that
   */
  take({ sequence, previous }) {
    if (sequence <= this.#received) return 'duplicate';
    if (previous > this.#received) return 'gap';
    this.#received = sequence;
    return 'new';
  }

  /** Whether the server has sent more than was received. */
  misses(sent) {
    return sent > this.#received;
  }
}
