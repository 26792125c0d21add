// SPDX-License-Identifier: GPL-3.0-or-later
// Control: asking for it, giving it back, and for the host who asks.

import { controlRequests } from '../client/room_state.js';
import { element, setHidden, setText } from './element.js';
import { ownControl } from './people_words.js';

export class ControlView {
  #action = 'request';
  #rows = new Map();
  #actions;

  /** @param {import('./room_view.js').RoomActions} actions */
  constructor(actions) {
    this.#actions = actions;
    const own = { request: actions.requestControl, withdraw: actions.withdrawControl, release: actions.releaseControl };
    this.heading = element('h2', {}, 'Control');
    this.text = element('p', { class: 'hint' });
    this.button = element('button', { type: 'button', id: 'own-control', onclick: () => own[this.#action]() });
    this.list = element('ul', { class: 'requests', 'aria-label': 'Who asks for control' });
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Control', hidden: true },
      this.heading,
      this.text,
      this.button,
      this.list,
    );
  }

  /** @param {import('../client/room_state.js').RoomState} state */
  render(state) {
    const isHost = state.me.role === 'host';
    const requests = isHost ? controlRequests(state) : [];
    const own = isHost ? null : ownControl(state);
    setHidden(this.root, requests.length === 0 && own === null);
    this.root.classList.toggle('waiting', requests.length > 0);
    setText(this.heading, isHost ? `Asking for control (${requests.length})` : 'Control');
    setHidden(this.text, own === null);
    setHidden(this.button, own === null);
    if (own) {
      this.#action = own.action;
      setText(this.text, own.text);
      setText(this.button, own.label);
      this.button.dataset.action = own.action;
    }
    this.#renderRequests(requests);
  }

  /** Rows are kept, so that the keyboard's focus stays. */
  #renderRequests(requests) {
    setHidden(this.list, requests.length === 0);
    const asking = new Set(requests.map((one) => one.user));
    for (const [user, row] of this.#rows) {
      if (asking.has(user)) continue;
      row.root.remove();
      this.#rows.delete(user);
    }
    requests.forEach(({ user, displayName }, index) => {
      if (!this.#rows.has(user)) this.#rows.set(user, this.#newRow(user));
      const { root, name, buttons } = this.#rows.get(user);
      setText(name, displayName);
      for (const button of buttons) button.setAttribute('aria-label', `${button.textContent}: ${displayName}`);
      if (this.list.children[index] !== root) this.list.insertBefore(root, this.list.children[index] ?? null);
    });
  }

  #newRow(user) {
    const { grantControl, denyControl } = this.#actions;
    const button = (text, kind, onclick) =>
      element('button', { type: 'button', class: `small ${kind}`, 'data-action': text.toLowerCase(), onclick }, text);
    const name = element('span', { class: 'person-name' });
    const buttons = [
      button('Grant', 'primary', () => grantControl(user)),
      button('Deny', '', () => denyControl(user)),
    ];
    return { root: element('li', { class: 'request', 'data-request-of': user }, name, ...buttons), name, buttons };
  }
}
