// SPDX-License-Identifier: GPL-3.0-or-later
// A host waits until everybody present is ready for signals, over as many sessions as it takes.

import { BatonError, mayPass } from './baton_error.js';
import { askPatiently } from './patience.js';

/** The shortest wait that the server takes. */
const kShortestMs = 100;

export class Readiness {
  #environment;
  #membership = null;
  /**
   * `asked` is the latest request, and `answered` whether its answer came: what the server tells before that belongs to
   * a wait before this one.
   * @type {{fulfil: (result: any) => void, reject: (error: Error) => void, deadline: number, timer: any,
   *         asked: number, answered: boolean}|null}
   */
  #waiting = null;

  /** @param {any} environment  see BatonClient */
  constructor(environment) {
    this.#environment = environment;
  }

  /**
   * @param {number} timeoutMs
   * @returns {Promise<{ready: boolean, notReady: string[]}>}
   */
  wait(timeoutMs) {
    if (!this.#membership) return Promise.reject(new BatonError('not_joined', 'There is no session at the moment.'));
    if (this.#waiting) return Promise.reject(new BatonError('busy', 'This is being waited for already.'));
    const { now, timing } = this.#environment;
    return new Promise((fulfil, reject) => {
      const late = () => this.#settle(new BatonError('timeout', 'The server did not say who is ready.'));
      const timer = setTimeout(late, timeoutMs + timing.readinessAnswerMs);
      this.#waiting = { fulfil, reject, deadline: now() + timeoutMs, timer, asked: 0, answered: false };
      this.#ask();
    });
  }

  /** A session; a wait that is under way goes on there. */
  attach(membership) {
    this.#membership = membership;
    this.#ask();
  }

  detach() {
    this.#membership = null;
  }

  /** The client leaves. */
  reset() {
    this.detach();
    this.#settle(new BatonError('left', 'The room was left.'));
  }

  /** An event `readiness`. The server keeps answers and events in order, and a new wait takes the place of the old one. */
  receive(event) {
    if (!this.#waiting?.answered) return;
    this.#settle(null, { ready: event.ready, notReady: event.not_ready ?? [] });
  }

  async #ask() {
    const waiting = this.#waiting;
    const membership = this.#membership;
    if (!waiting || !membership) return;
    const asked = ++waiting.asked;
    waiting.answered = false;
    try {
      await askPatiently(() => this.#askFor(waiting, membership));
    } catch (error) {
      const isOver = error.reason === 'rate_limited' || !mayPass(error);
      if (waiting === this.#waiting && isOver) this.#settle(error);
    }
    // A request that failed in passing may have arrived all the same.
    if (asked === waiting.asked) waiting.answered = true;
  }

  /** On a session that is over this is refused; the next one asks anew. */
  async #askFor(waiting, membership) {
    if (waiting !== this.#waiting) throw new BatonError('timeout', 'This is not waited for any more.');
    const remainingMs = Math.round(waiting.deadline - this.#environment.now());
    await membership.ask({ request: 'await_ready', timeout_ms: Math.max(kShortestMs, remainingMs) });
  }

  #settle(error, result) {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = null;
    clearTimeout(waiting.timer);
    if (error) waiting.reject(error);
    else waiting.fulfil(result);
  }
}
