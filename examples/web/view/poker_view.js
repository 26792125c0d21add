// SPDX-License-Identifier: GPL-3.0-or-later
// Planning poker beside the picture: the table, our own hand, and what leaders may do. Parts are kept while they are
// there, so that the keyboard's focus stays.

import { element, setHidden, setText } from './element.js';
import { PokerDeckView } from './poker_deck_view.js';
import { PokerTableView } from './poker_table_view.js';
import {
  cardFace,
  cardName,
  figuresOf,
  gameOf,
  gameSentence,
  leaderMoves,
  leads,
  suggestedEstimate,
} from './poker_words.js';

/** @typedef {Pick<import('./room_view.js').RoomActions, 'openActivity'|'closeActivity'|'act'>} PokerActions */

export class PokerView {
  #shownVersion = null;

  /** @param {PokerActions} actions */
  constructor(actions) {
    this.round = element('span', { class: 'chip', hidden: true });
    this.close = element(
      'button',
      { type: 'button', id: 'poker-close', class: 'small', onclick: actions.closeActivity },
      'Close',
    );
    this.close.setAttribute('aria-label', 'Close the game for everybody');
    this.topic = element('p', { class: 'poker-topic' });
    this.sentence = element('p', { class: 'poker-sentence', role: 'status', 'aria-live': 'polite' });
    this.late = element('p', { class: 'poker-late', role: 'status', hidden: true }, 'Somebody was faster than you.');
    this.open = element(
      'button',
      { type: 'button', id: 'poker-open', class: 'primary', onclick: () => actions.openActivity('poker') },
      'Open a game',
    );
    this.table = new PokerTableView();
    this.figures = element('dl', { class: 'poker-figures', 'aria-label': 'What the cards say', hidden: true });
    this.deck = new PokerDeckView((card) => actions.act('vote', { card }));
    this.lead = new LeaderForm(actions);
    this.finished = new FinishedRounds();
    this.root = element(
      'section',
      { class: 'card poker', 'aria-label': 'Planning poker' },
      element('div', { class: 'poker-head' }, element('h2', {}, 'Planning poker'), this.round, this.close),
      this.topic,
      this.sentence,
      this.late,
      this.open,
      this.table.root,
      this.figures,
      this.deck.root,
      this.lead.root,
      this.finished.root,
    );
  }

  /** @param {import('./room_view.js').RoomModel} model */
  render({ state, connection, late }) {
    const game = gameOf(state);
    const isHost = state.me.role === 'host';
    const connected = connection.state === 'joined';
    this.root.dataset.phase = game?.phase ?? 'none';
    for (const part of [this.table, this.deck, this.lead, this.finished]) setHidden(part.root, !game);
    setHidden(this.open, game !== null || !isHost);
    setHidden(this.close, game === null || !isHost);
    setHidden(this.late, !game || !late);
    setHidden(this.topic, !game?.state.topic);
    setHidden(this.round, !(game?.state.round > 0));
    setHidden(this.figures, !game?.state.statistics);
    setText(this.sentence, game ? gameSentence(state) : noGame(state, isHost));
    if (!game) return;
    setText(this.round, `Round ${game.state.round}`);
    setText(this.topic, game.state.topic);
    const isNew = game.version !== this.#shownVersion;
    this.#shownVersion = game.version;
    this.table.render(state);
    this.deck.render(state, connected);
    this.lead.render(state, { isNew, connected });
    this.finished.render(game.state.finished);
    if (game.state.statistics && isNew) this.#renderFigures(game.state.statistics);
  }

  #renderFigures(statistics) {
    const pairs = figuresOf(statistics).map(([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value)),
    );
    this.figures.replaceChildren(...pairs);
  }
}

function noGame({ activity }, isHost) {
  if (activity) return 'The room does something else at the moment.';
  return isHost ? 'Everybody in the room can play.' : 'The host has not opened a game yet.';
}

/** What leaders may do. One button goes on from phase to phase, so that the focus may stay on it. */
class LeaderForm {
  #moves = leaderMoves('');
  #connected = false;

  /** @param {PokerActions} actions */
  constructor(actions) {
    this.topic = element('input', {
      type: 'text',
      id: 'poker-topic',
      'aria-label': 'What is to be estimated',
      placeholder: 'What is to be estimated?',
      autocomplete: 'off',
      maxlength: 60,
    });
    this.estimate = element('select', { id: 'poker-estimate' });
    this.estimateLabel = element('label', { for: 'poker-estimate' }, 'Estimate');
    this.move = element('button', { type: 'submit', id: 'poker-move', class: 'primary' });
    this.reset = element('button', { type: 'button', id: 'poker-reset', onclick: () => this.#reset(actions) });
    this.root = element(
      'form',
      { class: 'poker-lead', 'aria-label': 'Lead the game' },
      this.topic,
      this.estimateLabel,
      this.estimate,
      element('div', { class: 'buttons' }, this.move, this.reset),
    );
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#go(actions);
    });
  }

  /** @param {import('../client/room_state.js').RoomState} state */
  render(state, { isNew, connected }) {
    const { phase, state: game } = state.activity;
    this.#connected = connected;
    this.#moves = leaderMoves(phase);
    const { command, label, asks, resetLabel } = this.#moves;
    setHidden(this.root, !leads(state));
    setHidden(this.topic, asks !== 'topic');
    setHidden(this.estimate, asks !== 'estimate');
    setHidden(this.estimateLabel, asks !== 'estimate');
    setHidden(this.reset, resetLabel === null);
    setText(this.reset, resetLabel ?? '');
    setText(this.move, label);
    this.move.dataset.command = command ?? '';
    const nothingToTurn = phase === 'voting' && Object.keys(game.votes).length === 0;
    this.move.setAttribute('aria-disabled', String(command === null || nothingToTurn || !connected));
    if (isNew && asks === 'estimate') this.#offerEstimates(game);
  }

  #offerEstimates({ deck, statistics }) {
    const options = deck.map((card) => element('option', { value: card }, cardFace(card)));
    this.estimate.replaceChildren(element('option', { value: '' }, 'None'), ...options);
    for (const option of options) option.setAttribute('aria-label', cardName(option.value));
    this.estimate.value = suggestedEstimate(statistics, deck) ?? '';
  }

  async #go(actions) {
    const { command, asks } = this.#moves;
    if (this.move.getAttribute('aria-disabled') === 'true') return;
    const topic = this.topic.value.trim();
    if (asks === 'topic') {
      if (await actions.act(command, topic ? { topic } : {})) this.topic.value = '';
    } else if (asks === 'estimate') {
      await actions.act(command, { estimate: this.estimate.value || null });
    } else {
      await actions.act(command);
    }
  }

  #reset(actions) {
    if (!this.#connected) return;
    // The button is about to go.
    this.move.focus();
    actions.act('reset');
  }
}

class FinishedRounds {
  #shown = null;

  constructor() {
    this.summary = element('summary', {});
    this.list = element('ol', { class: 'poker-rounds' });
    this.root = element('details', { class: 'poker-finished' }, this.summary, this.list);
  }

  /** @param {Record<string, {topic: string, estimate?: string}>} finished   by the numbers of the rounds */
  render(finished) {
    // Whole numbers as names come in their order.
    const rounds = Object.entries(finished);
    setHidden(this.root, rounds.length === 0);
    const key = JSON.stringify(rounds);
    if (key === this.#shown) return;
    this.#shown = key;
    setText(this.summary, `Finished rounds (${rounds.length})`);
    const rows = rounds.map(([round, { topic, estimate }]) =>
      element(
        'li',
        {},
        element('span', { class: 'poker-round-topic' }, topic || `Round ${round}`),
        element('span', { class: 'poker-round-estimate' }, estimate ? cardFace(estimate) : '–'),
      ),
    );
    this.list.replaceChildren(...rows.reverse());
  }
}
