// SPDX-License-Identifier: GPL-3.0-or-later
// Who joins where: what the page's address says, what the form makes of it, and what of both is kept for when the page is
// loaded anew.

import { keepOpeners, openersFrom, takePlace } from './kept_place.js';
import { personalId, readParameters, withoutOpeners } from './page_parameters.js';

/**
 * @typedef {object} Identity
 * @property {string} room
 * @property {string} name   what people read
 * @property {string} user   the participant's id
 * @property {string} role
 */

export class JoinForm {
  #form;
  #defaultRole;

  /** Called when somebody wants to join. */
  onsubmit = () => {};

  /**
   * Fills the form in from the page's address.
   * @param {HTMLFormElement} form
   * @param {string} defaultRole   unless the form lets one choose
   */
  constructor(form, defaultRole) {
    this.#form = form;
    this.#defaultRole = defaultRole;
    this.parameters = this.#readAddress();
    this.#fill();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.onsubmit();
    });
  }

  /** The role to ask for. */
  get role() {
    return this.#form.elements.role?.value || this.#defaultRole;
  }

  /** Who joins where, as the form says now; a page that is loaded anew says the same. @returns {Identity} */
  read() {
    const { elements } = this.#form;
    const name = elements.name.value.trim() || 'Guest';
    const keepsUser = this.parameters.user && name === this.parameters.name;
    const { role } = this;
    const user = keepsUser ? this.parameters.user : this.#newUser(name, role);
    const room = elements.room.value.trim();
    const pin = elements.pin.value || null;
    Object.assign(this.parameters, { user, name, pin });
    keepOpeners(room, this.parameters);
    return { room, name, user, role };
  }

  /** What BatonClient.join() takes. A host creates the room if it does not exist; others wait for it. @param {Identity} identity */
  joinOptions({ room, user, name, role }) {
    const isHost = role === 'host';
    const { token, pin } = this.parameters;
    return {
      token,
      pin,
      room,
      user,
      role,
      displayName: name,
      subscribe: !isHost,
      create: isHost ? this.#newRoomSettings() : null,
      waitForRoom: !isHost,
      resumption: takePlace(room, user),
    };
  }

  /** So that reloading the page brings back the same person. @param {Identity} identity */
  rememberInAddress({ room, user, name, role }) {
    const url = new URL(location.href);
    for (const [key, value] of Object.entries({ room, user, name })) url.searchParams.set(key, value);
    if (this.#form.elements.role) url.searchParams.set('role', role);
    history.replaceState(null, '', url);
  }

  /** What opens the door is taken out of the address, and kept in its stead for when the page is loaded anew. */
  #readAddress() {
    const parameters = readParameters(location);
    history.replaceState(null, '', withoutOpeners(location));
    return { ...parameters, ...openersFrom(parameters.room, parameters) };
  }

  #fill() {
    const { elements } = this.#form;
    const { room, name, role, pin, create } = this.parameters;
    elements.room.value = room || elements.room.value;
    elements.name.value = name || elements.name.value;
    elements.pin.value = pin ?? '';
    if (elements.role && role) elements.role.value = role;
    if (elements.codec && create.video_codec) elements.codec.value = create.video_codec;
  }

  #newRoomSettings() {
    const codec = this.#form.elements.codec?.value;
    const { secret, create } = this.parameters;
    return { ...(codec ? { video_codec: codec } : {}), ...(secret ? { secret } : {}), ...create };
  }

  /**
   * Windows of one browser are different people, as far as they watch. A host who opens the page again is the one
   * from before.
   */
  #newUser(name, role) {
    if (role !== 'host') return personalId(name);
    const key = `baton-user:${name}`;
    try {
      const user = localStorage.getItem(key) ?? personalId(name);
      localStorage.setItem(key, user);
      return user;
    } catch {
      return personalId(name);
    }
  }
}
