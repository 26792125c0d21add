// SPDX-License-Identifier: GPL-3.0-or-later
// Who is in the room, and what the host may do with each of them. Rows are kept, so that the keyboard's focus stays.

import { element, setHidden, setText } from './element.js';
import { kRoleNames } from './words.js';

const kRoleOrder = { host: 0, controller: 1, viewer: 2 };

/** Hosts first, then controllers, then viewers; by name among themselves. */
export function inOrder(participants) {
  return [...participants].sort(
    (a, b) =>
      kRoleOrder[a.role] - kRoleOrder[b.role] ||
      a.displayName.localeCompare(b.displayName) ||
      a.user.localeCompare(b.user),
  );
}

export class PeopleView {
  #rows = new Map();
  #actions;

  /** @param {Pick<import('./room_view.js').RoomActions, 'setBackup'|'transfer'|'kick'>} actions */
  constructor(actions) {
    this.#actions = actions;
    this.heading = element('h2', {}, 'In the room');
    this.list = element('ul', { class: 'people' });
    this.root = element('section', { class: 'card', 'aria-label': 'People in the room' }, this.heading, this.list);
  }

  /** @param {import('../client/room_state.js').RoomState} state */
  render(state) {
    setText(this.heading, `In the room (${state.participants.length})`);
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
  #isBackup = false;

  constructor(user, actions) {
    const button = (text, name, action) =>
      element('button', { type: 'button', class: 'small', 'data-action': name, onclick: action }, text);
    this.name = element('span', { class: 'person-name' });
    this.detail = element('span', { class: 'person-detail' });
    this.backup = button('Backup', 'backup', () => actions.setBackup(this.#isBackup ? null : user));
    this.transfer = button('Hand over', 'transfer', () => actions.transfer(user));
    this.kick = button('Remove', 'kick', () => actions.kick(user));
    this.buttons = element('div', { class: 'person-actions' }, this.transfer, this.backup, this.kick);
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
    const { user, displayName, role, presence, publishing } = participant;
    const isMe = user === state.me.user;
    this.#isBackup = state.backup === user;
    this.root.dataset.presence = presence;
    this.root.dataset.role = role;
    setText(this.name, isMe ? `${displayName} (you)` : displayName);
    const details = [kRoleNames[role]];
    if (this.#isBackup) details.push('backup');
    if (publishing) details.push(role === 'host' ? 'sharing' : 'in standby');
    if (presence === 'offline') details.push('away');
    setText(this.detail, details.join(' · '));
    setHidden(this.buttons, state.me.role !== 'host' || isMe);
    setHidden(this.transfer, presence !== 'active');
    this.backup.setAttribute('aria-pressed', String(this.#isBackup));
    for (const button of [this.backup, this.transfer, this.kick]) {
      button.setAttribute('aria-label', `${button.textContent}: ${displayName}`);
    }
  }
}
