// SPDX-License-Identifier: GPL-3.0-or-later
// Follows a room from a snapshot on. Every event makes the room's version larger by one, so a client that has missed
// one can tell, and takes a new snapshot instead of going on with a state that is not the room's.

import { BatonError } from './baton_error.js';
import { askPatiently } from './patience.js';
import { applyAnswer, applyEvent, fromSnapshot, hasMissed, isBehind, synchronized, toldBefore } from './room_state.js';

/** Events kept while a snapshot is on its way. Beyond that they are missed again, and another snapshot follows. */
const kMaxKept = 1000;

export class RoomFollower {
  #now;
  #synchronize;
  /** @type {import('./room_state.js').RoomState|null} */
  #state = null;
  /** The events since the gap, in their order; null while nothing is missing. */
  #kept = null;
  #generation = 0;

  /** Called after each change, with what caused it. */
  onchange = (/** @type {any} */ _event) => {};

  /**
   * @param {object} parts
   * @param {() => number} parts.now
   * @param {() => Promise<any>} parts.synchronize   asks for a snapshot; a failure is the caller's to deal with
   */
  constructor({ now, synchronize }) {
    this.#now = now;
    this.#synchronize = synchronize;
  }

  get state() {
    return this.#state;
  }

  /** A session begins with this answer to `join`. */
  begin(joined) {
    this.halt();
    this.#state = fromSnapshot(joined.snapshot, joined, this.#now());
  }

  /** The session is over. What was known last stays to be seen. */
  halt() {
    this.#generation += 1;
    this.#kept = null;
  }

  /** Forgets the room. */
  reset() {
    this.halt();
    this.#state = null;
  }

  /** Something that happened in the room. */
  receive(event) {
    if (this.#kept) {
      if (this.#kept.length < kMaxKept) this.#kept.push(event);
    } else if (hasMissed(this.#state, event)) {
      this.#catchUp([event]);
    } else {
      const before = this.#state;
      this.#state = applyEvent(before, event, this.#now());
      if (this.#state !== before) this.onchange(event);
    }
  }

  /** An answer of the server says how far the room is. */
  hear(version) {
    if (this.#state && !this.#kept && isBehind(this.#state, version)) this.#catchUp([]);
  }

  /** An answer of the server may tell more of the room than that. */
  learn(answer) {
    const before = this.#state;
    if (!before) return;
    this.#state = applyAnswer(before, answer);
    this.hear(toldBefore(answer));
    if (this.#state !== before) this.onchange({ ...answer, baton: 'answered' });
  }

  #askFor(generation) {
    if (generation !== this.#generation) throw new BatonError('left', 'This session is over.');
    return this.#synchronize();
  }

  async #catchUp(events) {
    const generation = this.#generation;
    this.#kept = events;
    let snapshot = null;
    try {
      snapshot = await askPatiently(() => this.#askFor(generation));
    } catch {
      // The session is over, or will be: the next one begins with a snapshot.
    }
    if (generation !== this.#generation) return;
    const kept = this.#kept;
    this.#kept = null;
    if (!snapshot) return;
    this.#state = synchronized(this.#state, snapshot, this.#now());
    this.onchange({ baton: 'synced', room: this.#state.room, room_version: this.#state.version });
    for (const event of kept) {
      // What comes of one event may end the session.
      if (generation !== this.#generation) return;
      this.receive(event);
    }
  }
}
