// SPDX-License-Identifier: GPL-3.0-or-later
// Where many ask at once, the server may tell some to wait a while and ask again.

/** How often a request waits before it is given up. */
const kMostWaits = 5;

/**
 * Asks, and as often as the server says that this is too soon, waits as long as it says and asks again.
 * @template T
 * @param {() => Promise<T>} ask   called for each try; what it throws ends it, but for `rate_limited`
 * @returns {Promise<T>}
 */
export async function askPatiently(ask) {
  for (let left = kMostWaits; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (error.reason !== 'rate_limited' || left === 0) throw error;
      await new Promise((fulfil) => setTimeout(fulfil, error.retryAfterMs));
    }
  }
}
