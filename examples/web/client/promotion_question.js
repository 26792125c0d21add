// SPDX-License-Identifier: GPL-3.0-or-later
// The question whether this participant wants to become host: when it is put, and when it is over.

import { BatonError } from './baton_error.js';

export class PromotionQuestion {
  #asked = null;

  /** Called with `{promotion, deadline}` when the question is put, and with null when it is over. */
  onchange = (/** @type {{promotion: number, deadline: number}|null} */ _question) => {};

  /** The room has changed. @param {import('./room_state.js').RoomState|null} room */
  follow(room) {
    const question = room?.promotion;
    this.#put(question && question.candidate === room.me.user ? question : null);
  }

  /** Takes the question as answered, and returns its number. */
  take() {
    const promotion = this.#asked;
    if (promotion === null) throw new BatonError('promotion_over', 'You are not being asked to become host.');
    this.#put(null);
    return promotion;
  }

  /** Nobody is asked any more. */
  reset() {
    this.#put(null);
  }

  #put(question) {
    const asked = question?.promotion ?? null;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.onchange(question && { promotion: asked, deadline: question.deadline });
  }
}
