// SPDX-License-Identifier: GPL-3.0-or-later
// The table: a card for each player, closed until all are turned.

import { element, setText } from './element.js';
import { cardFace, playerSentence, playersOf } from './poker_words.js';

export class PokerTableView {
  #players = new Map();

  constructor() {
    this.root = element('ul', { class: 'poker-table', 'aria-label': 'Players' });
  }

  /** @param {import('../client/room_state.js').RoomState} state */
  render(state) {
    const players = playersOf(state);
    const there = new Set(players.map((one) => one.user));
    for (const [user, seat] of this.#players) {
      if (there.has(user)) continue;
      seat.root.remove();
      this.#players.delete(user);
    }
    players.forEach((player, index) => {
      const seat = this.#players.get(player.user) ?? this.#seat(player.user);
      if (this.root.children[index] !== seat.root) this.root.insertBefore(seat.root, this.root.children[index] ?? null);
      seat.render(player);
    });
  }

  #seat(user) {
    const seat = new Seat(user);
    this.#players.set(user, seat);
    return seat;
  }
}

class Seat {
  constructor(user) {
    this.face = element('span', { class: 'poker-front' });
    const card = element('span', { class: 'poker-flip' }, element('span', { class: 'poker-back' }), this.face);
    this.name = element('span', { class: 'poker-name', 'aria-hidden': 'true' });
    this.sentence = element('span', { class: 'visually-hidden' });
    this.root = element(
      'li',
      { class: 'poker-seat', 'data-user': user },
      element('span', { class: 'poker-place', 'aria-hidden': 'true' }, card),
      this.name,
      this.sentence,
    );
  }

  /** @param {import('./poker_words.js').Player} player */
  render(player) {
    this.root.dataset.face = player.face;
    this.root.classList.toggle('away', player.away);
    // A closed card shows nothing: whoever looks over our shoulder is not to know either.
    setText(this.face, player.face === 'up' ? cardFace(player.card) : '');
    setText(this.name, player.name);
    setText(this.sentence, playerSentence(player));
  }
}
