// SPDX-License-Identifier: GPL-3.0-or-later
// Who is in the room, and what the host may do with each of them. Rows are kept, so that the keyboard's focus stays.

import { element, setHidden, setText } from './element.js';
import { audienceHint, detailsOf } from './people_words.js';
import { inOrder } from './words.js';

export class PeopleView {
  #rows = new Map();
  #actions;

  /** @param {import('./room_view.js').RoomActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.heading = element('h2', {}, 'In the room');
    this.audience = element('p', { class: 'audience', role: 'status', hidden: true });
    this.list = element('ul', { class: 'people' });
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'People in the room' },
      this.heading,
      this.audience,
      this.list,
    );
  }

  /** @param {import('../client/room_state.js').RoomState} state */
  render(state) {
    setText(this.heading, `In the room (${state.participants.length})`);
    this.#renderAudience(audienceHint(state));
    const present = new Set(state.participants.map((one) => one.user));
    for (const [user, row] of this.#rows) {
      if (present.has(user)) continue;
      row.root.remove();
      this.#rows.delete(user);
    }
    inOrder(state.participants).forEach((participant, index) => {
      const row = this.#row(participant.user);
      if (this.list.children[index] !== row.root) this.list.insertBefore(row.root, this.list.children[index] ?? null);
      row.render(participant, state);
    });
  }

  #renderAudience(hint) {
    setHidden(this.audience, hint === null);
    if (!hint) return;
    this.audience.dataset.level = hint.level;
    setText(this.audience, hint.text);
  }

  #row(user) {
    let row = this.#rows.get(user);
    if (!row) {
      row = new PersonRow(user, this.#actions);
      this.#rows.set(user, row);
    }
    return row;
  }
}

class PersonRow {
  /** What the buttons that go both ways would undo. */
  #now = { backup: false, control: false, muted: false };

  constructor(user, actions) {
    const button = (text, name, action) =>
      element('button', { type: 'button', class: 'small', 'data-action': name, onclick: action }, text);
    this.name = element('span', { class: 'person-name' });
    this.detail = element('span', { class: 'person-detail' });
    this.transfer = button('Hand over', 'transfer', () => actions.transfer(user));
    this.backup = button('Backup', 'backup', () => actions.setBackup(this.#now.backup ? null : user));
    this.control = button('Control', 'control', () =>
      this.#now.control ? actions.revokeControl(user) : actions.grantControl(user),
    );
    this.mute = button('Mute', 'mute', () => actions.mute(user, !this.#now.muted));
    this.kick = button('Remove', 'kick', () => actions.kick(user));
    this.kick.classList.add('danger');
    this.all = [this.transfer, this.backup, this.control, this.mute, this.kick];
    this.buttons = element('div', { class: 'person-actions' }, ...this.all);
    this.root = element(
      'li',
      { class: 'person', 'data-user': user },
      element('span', { class: 'presence', 'aria-hidden': 'true' }),
      this.name,
      this.detail,
      this.buttons,
    );
  }

  render(participant, state) {
    const { user, displayName, role, presence, muted, controlRequest } = participant;
    const isMe = user === state.me.user;
    this.#now = { backup: state.backup === user, control: role === 'controller', muted };
    this.root.dataset.presence = presence;
    this.root.dataset.role = role;
    this.root.classList.toggle('asks', controlRequest !== null);
    setText(this.name, isMe ? `${displayName} (you)` : displayName);
    setText(this.detail, detailsOf(participant, state));
    setHidden(this.buttons, state.me.role !== 'host' || isMe);
    setHidden(this.transfer, presence !== 'active');
    this.backup.setAttribute('aria-pressed', String(this.#now.backup));
    this.control.setAttribute('aria-pressed', String(this.#now.control));
    this.mute.setAttribute('aria-pressed', String(muted));
    for (const button of this.all) button.setAttribute('aria-label', `${button.textContent}: ${displayName}`);
  }
}
