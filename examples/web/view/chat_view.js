// SPDX-License-Identifier: GPL-3.0-or-later
// The chat: the latest lines, and a field to write another one.

import { hasRight, participantOf } from '../client/room_state.js';
import { element, setHidden, setText } from './element.js';
import { timeOfDay } from './people_words.js';

/** However its characters are encoded, a line of this length is one that the server takes. */
const kMaxLength = 600;
/** Lines of one person in this time stand under one name. */
const kTogetherMs = 120_000;
/** Whoever has scrolled further up than that is reading, and is not to be moved. */
const kNearEndPx = 60;

export class ChatView {
  #shown = [];

  /** @param {{chat: (text: string) => Promise<boolean>}} actions   resolves to whether it was said */
  constructor(actions) {
    this.list = element('ol', { class: 'chat-lines' });
    this.empty = element('p', { class: 'hint' }, 'Nobody has written anything yet.');
    this.log = element(
      'div',
      { class: 'chat-log', role: 'log', 'aria-label': 'What was written', tabindex: '0' },
      this.empty,
      this.list,
    );
    this.input = element('input', {
      type: 'text',
      id: 'chat-text',
      'aria-label': 'Write to everybody',
      placeholder: 'Write to everybody',
      autocomplete: 'off',
      maxlength: kMaxLength,
    });
    this.send = element('button', { type: 'submit', id: 'chat-send' }, 'Send');
    this.form = element('form', { class: 'chat-form' }, this.input, this.send);
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#say(actions);
    });
    this.muted = element('p', { class: 'hint', hidden: true }, 'The host has muted you.');
    this.root = element(
      'section',
      { class: 'card chat', 'aria-label': 'Chat' },
      element('h2', {}, 'Chat'),
      this.log,
      this.muted,
      this.form,
    );
  }

  /**
   * @param {import('../client/room_state.js').RoomState} state
   * @param {boolean} connected
   * @param {number} now
   */
  render(state, connected, now) {
    const muted = participantOf(state, state.me.user)?.muted ?? false;
    setHidden(this.muted, !muted);
    setHidden(this.form, !hasRight(state, 'chat'));
    this.input.disabled = muted;
    this.send.disabled = muted || !connected;
    setHidden(this.empty, state.chat.length > 0);
    if (state.chat === this.#shown) return;
    const follows = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < kNearEndPx;
    this.#renderLines(state, now);
    if (follows) this.log.scrollTop = this.log.scrollHeight;
  }

  /** Lines are kept, so that only new ones are read aloud. */
  #renderLines(state, now) {
    const numbers = new Set(state.chat.map((entry) => String(entry.number)));
    for (const line of [...this.list.children]) if (!numbers.has(line.dataset.number)) line.remove();
    const newest = Number(this.list.lastElementChild?.dataset.number ?? 0);
    state.chat.forEach((entry, index) => {
      if (entry.number <= newest) return;
      const before = state.chat[index - 1];
      const goesOn = before?.user === entry.user && entry.at - before.at < kTogetherMs;
      this.list.append(lineOf(entry, { goesOn, isMine: entry.user === state.me.user, time: timeOfDay(entry.at, now) }));
    });
    this.#shown = state.chat;
  }

  async #say(actions) {
    const text = this.input.value.trim();
    if (!text || this.send.disabled) return;
    this.input.value = '';
    const said = await actions.chat(text);
    // What could not be said is there to be said again, unless something else has been begun.
    if (!said && this.input.value === '') this.input.value = text;
  }
}

function lineOf(entry, { goesOn, isMine, time }) {
  const head = element(
    'p',
    { class: goesOn ? 'visually-hidden' : 'chat-head' },
    element('span', { class: 'chat-name' }, isMine ? 'You' : entry.displayName),
    ' ',
    element('span', { class: 'chat-time' }, time),
  );
  const text = element('p', { class: 'chat-text' });
  setText(text, entry.text);
  const kind = isMine ? 'chat-line mine' : 'chat-line';
  return element('li', { class: kind, 'data-number': String(entry.number) }, head, text);
}
