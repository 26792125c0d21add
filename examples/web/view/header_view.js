// SPDX-License-Identifier: GPL-3.0-or-later
// The bar on top: which room, how it is, who we are in it, and the ways out.

import { element, setHidden, setText } from './element.js';
import { kCodecNames, kRoleNames, kStateNames, mediaPath } from './words.js';

export class HeaderView {
  #locked = false;

  /**
   * @param {Pick<import('./room_view.js').RoomActions, 'leave'|'lock'>} actions
   * @param {() => void} askToEnd
   */
  constructor(actions, askToEnd) {
    const chip = (label) =>
      element(
        'span',
        { class: 'chip' },
        element('span', { class: 'chip-label' }, label),
        element('span', { class: 'chip-value' }),
      );
    this.room = element('h1', {});
    this.state = element(
      'span',
      { class: 'chip state' },
      element('span', { class: 'dot', 'aria-hidden': 'true' }),
      element('span', { class: 'chip-value' }),
    );
    this.role = chip('You are');
    this.mode = chip('Media');
    this.codec = chip('Video');
    this.locked = element('span', { class: 'chip', hidden: true }, element('span', { class: 'chip-value' }, 'Locked'));
    this.leave = element('button', { type: 'button', id: 'leave', onclick: actions.leave }, 'Leave');
    this.lock = element(
      'button',
      { type: 'button', id: 'lock', 'aria-label': 'Lock the room', onclick: () => actions.lock(!this.#locked) },
      'Lock',
    );
    this.end = element('button', { type: 'button', id: 'end-room', class: 'danger', onclick: askToEnd }, 'End room');
    this.root = element(
      'header',
      { class: 'bar' },
      element('a', { class: 'brand', href: './', 'aria-label': 'Baton, start page' }, 'Baton'),
      this.room,
      element('div', { class: 'chips' }, this.state, this.role, this.mode, this.codec, this.locked),
      element('div', { class: 'bar-actions' }, this.lock, this.end, this.leave),
    );
  }

  /**
   * @param {import('../client/room_state.js').RoomState|null} state
   * @param {import('../baton.js').TransportInfo} transport
   * @param {boolean} ended
   */
  render(state, transport, ended) {
    const isHost = !ended && state?.me.role === 'host';
    this.#locked = state?.locked ?? false;
    setHidden(this.leave, ended);
    setHidden(this.end, !isHost);
    setHidden(this.lock, !isHost);
    this.lock.setAttribute('aria-pressed', String(this.#locked));
    setText(this.lock, this.#locked ? 'Locked' : 'Lock');
    for (const chip of [this.state, this.role, this.mode, this.codec]) setHidden(chip, !state || ended);
    setHidden(this.locked, !this.#locked || isHost || ended);
    if (!state) return;
    setText(this.room, state.room);
    this.state.dataset.state = state.state;
    setText(this.state.lastChild, kStateNames[state.state] ?? state.state);
    setText(this.role.lastChild, kRoleNames[state.me.role] ?? state.me.role);
    const path = mediaPath(state, transport);
    setText(this.mode.lastChild, path.text);
    this.mode.title = path.why;
    setText(this.codec.lastChild, kCodecNames[state.settings.video_codec] ?? state.settings.video_codec);
  }
}
