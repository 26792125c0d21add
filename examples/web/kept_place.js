// SPDX-License-Identifier: GPL-3.0-or-later
// So that a page that is loaded anew is the participant it was: role, and whatever is its own in the room, are kept.
// What opens and administers the room is kept as well, since it does not stay in the address.

const keyOf = (room, user) => `baton-place:${room}:${user}`;
const doorKeyOf = (room) => `baton-door:${room}`;

/**
 * @param {string} room
 * @param {string} user
 * @param {import('./client/types.js').Resumption|null} resumption   null: there is no place any more
 * @param {Storage} [given]   of this window alone; its own unless said otherwise
 */
export function keepPlace(room, user, resumption, given) {
  try {
    const storage = given ?? sessionStorage;
    if (resumption) storage.setItem(keyOf(room, user), JSON.stringify(resumption));
    else storage.removeItem(keyOf(room, user));
  } catch {
    // Without storage the page comes in as somebody new.
  }
}

/**
 * What was kept is good for one join, so it is not kept any longer.
 * @returns {import('./client/types.js').Resumption|null}
 */
export function takePlace(room, user, given) {
  try {
    const storage = given ?? sessionStorage;
    const { token, attempt } = JSON.parse(storage.getItem(keyOf(room, user)));
    storage.removeItem(keyOf(room, user));
    return typeof token === 'string' && Number.isSafeInteger(attempt) ? { token, attempt } : null;
  } catch {
    return null;
  }
}

/**
 * @typedef {object} Openers
 * @property {string|null} pin
 * @property {string|null} token
 * @property {string|null} secret
 */

/**
 * @param {string} room
 * @param {Openers} openers
 * @param {Storage} [given]   of this window alone; its own unless said otherwise
 */
export function keepOpeners(room, { pin, token, secret }, given) {
  try {
    (given ?? sessionStorage).setItem(doorKeyOf(room), JSON.stringify({ pin, token, secret }));
  } catch {
    // Without storage the page asks for the pin again.
  }
}

/** What was kept of this room. @returns {Openers} */
export function keptOpeners(room, given) {
  try {
    const { pin, token, secret } = JSON.parse((given ?? sessionStorage).getItem(doorKeyOf(room)));
    const text = (value) => (typeof value === 'string' ? value : null);
    return { pin: text(pin), token: text(token), secret: text(secret) };
  } catch {
    return { pin: null, token: null, secret: null };
  }
}

/**
 * What opens this room: what the address says, and what it does not say as it was kept. That is what is kept from now on.
 * @param {string} room
 * @param {Openers} inAddress
 * @param {Storage} [given]   of this window alone; its own unless said otherwise
 * @returns {Openers}
 */
export function openersFrom(room, { pin, token, secret }, given) {
  const kept = keptOpeners(room, given);
  const openers = { pin: pin || kept.pin, token: token || kept.token, secret: secret || kept.secret };
  keepOpeners(room, openers, given);
  return openers;
}
