// SPDX-License-Identifier: GPL-3.0-or-later
// So that a page that is loaded anew is the participant it was: role, and whatever is its own in the room, are kept.

const keyOf = (room, user) => `baton-place:${room}:${user}`;

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
