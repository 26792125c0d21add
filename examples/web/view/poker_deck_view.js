// SPDX-License-Identifier: GPL-3.0-or-later
// Our own hand: a card for each vote. One Tab leads into it, arrows go through it.

import { hasRight } from '../client/room_state.js';
import { element, setHidden } from './element.js';
import { cardFace, cardName } from './poker_words.js';

const kSteps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class PokerDeckView {
  #shown = '';
  #chosen = null;
  #mayVote = false;

  /** @param {(card: string|null) => void} vote   null: take it back */
  constructor(vote) {
    this.vote = vote;
    this.root = element('div', { class: 'poker-deck', role: 'toolbar', 'aria-label': 'Your card' });
    this.root.addEventListener('keydown', (event) => this.#step(event));
  }

  /** @param {import('../client/room_state.js').RoomState} state @param {boolean} connected */
  render(state, connected) {
    const { phase, state: game, own } = state.activity;
    const isOpen = phase === 'voting';
    setHidden(this.root, !hasRight(state, 'participate') || !(isOpen || phase === 'revealing'));
    this.#mayVote = isOpen && connected;
    this.#chosen = own?.card ?? null;
    this.#deal(game.deck);
    for (const card of this.root.children) {
      card.setAttribute('aria-pressed', String(card.dataset.card === this.#chosen));
      card.setAttribute('aria-disabled', String(!this.#mayVote));
    }
  }

  #deal(deck) {
    const key = deck.join();
    if (key === this.#shown) return;
    this.#shown = key;
    const cards = deck.map((card) =>
      element(
        'button',
        {
          type: 'button',
          class: 'poker-card',
          'data-card': card,
          'aria-label': `Vote ${cardName(card)}`,
          tabindex: '-1',
          onclick: () => this.#choose(card),
        },
        cardFace(card),
      ),
    );
    cards[0]?.setAttribute('tabindex', '0');
    this.root.replaceChildren(...cards);
  }

  #choose(card) {
    if (this.#mayVote) this.vote(card === this.#chosen ? null : card);
  }

  #step(event) {
    const cards = [...this.root.children];
    const at = cards.indexOf(document.activeElement);
    const step = kSteps[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = cards[(at + step + cards.length) % cards.length];
    for (const card of cards) card.setAttribute('tabindex', card === next ? '0' : '-1');
    next.focus();
  }
}
