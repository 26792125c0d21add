// SPDX-License-Identifier: GPL-3.0-or-later
// What opens a room's door, where a token may have to be fetched by the application.

import { BatonError } from './baton_error.js';

/**
 * @typedef {object} Openers
 * @property {{token?: string, pin?: string}} elements   of the request
 * @property {BatonError|null} missing                   why there is no token among them, where one was wanted
 */

/**
 * @param {object} wanted
 * @param {string|(() => string|Promise<string>)|null} [wanted.token]
 * @param {string|null} [wanted.pin]
 * @param {number} limitMs        how long fetching may take
 * @param {AbortSignal} signal    nobody wants in any more; rejects with `left`
 * @returns {Promise<Openers>}
 */
export async function openersOf({ token, pin }, limitMs, signal) {
  const elements = {};
  let missing = null;
  try {
    const text = typeof token === 'function' ? await fetched(token, limitMs, signal) : token;
    if (text) elements.token = text;
  } catch (error) {
    if (signal.aborted) throw new BatonError('left', 'The room was left before there was a join token.');
    missing = new BatonError('token_unavailable', `There is no join token: ${error?.message ?? error}`);
  }
  if (pin) elements.pin = pin;
  return { elements, missing };
}

/** The application's function may throw, and may never settle. */
async function fetched(token, limitMs, signal) {
  let timer;
  let stop;
  const givenUp = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it did not come in time.')), limitMs);
    stop = () => reject(new Error('nobody wants in any more.'));
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([token(), givenUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
