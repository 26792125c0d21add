// SPDX-License-Identifier: GPL-3.0-or-later
// Does things when it is time for them, whether or not what was begun before has finished: clients do not wait for
// each other, and a server that is slow once must not be spared the requests that would have met it.

const kNow = () => performance.now();

/**
 * Calls `begin(i, due)` for each of the times, in order, as soon as it has come. Resolves once all that it returned has
 * settled. Late is late: measure from `due`, not from the call.
 *
 * @param {number[]} times  as of performance.now(), in ascending order
 * @param {(i: number, due: number) => Promise<void>|void} begin
 */
export async function onSchedule(times, begin) {
  const under = [];
  await new Promise((fulfil) => {
    let next = 0;
    const beginWhatIsDue = () => {
      while (next < times.length && times[next] <= kNow()) {
        under.push(begin(next, times[next]));
        next += 1;
      }
      if (next === times.length) fulfil();
      else setTimeout(beginWhatIsDue, times[next] - kNow());
    };
    beginWhatIsDue();
  });
  await Promise.all(under);
}

/** `count` times, evenly over `forMs` from `from` on. */
export function evenly(count, forMs, from = kNow()) {
  return Array.from({ length: count }, (_, i) => from + (i * forMs) / count);
}
