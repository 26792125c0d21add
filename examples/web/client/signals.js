// SPDX-License-Identifier: GPL-3.0-or-later
// Signals from and to other participants, over as many sessions as it takes: what the server accepted is delivered once
// and in order, or the sender is told. A client that comes back with the same page goes on where it was; one whose
// place was lost meanwhile begins again, and the application is told.

import { Backoff } from './backoff.js';
import { BatonError, mayPass } from './baton_error.js';
import { SignalInbox } from './signal_inbox.js';
import { SignalOutbox } from './signal_outbox.js';

/** The server keeps what is not confirmed, 128 signals at most: a burst is confirmed before it is that long. */
const kMaxUnconfirmed = 32;

const restarted = () =>
  new BatonError('signals_restarted', 'The session was lost for good; whether the signal arrived is not known.');

export class Signals {
  #inbox = new SignalInbox();
  #outbox = new SignalOutbox();
  #timing;
  #announcing;
  #resending;
  #membership = null;
  /** Whether there was a session to go on from. */
  #begun = false;
  #wantsReady = false;
  #announceTimer = null;
  /** The membership on which signals are being sent: they are sent one after the other. */
  #sendingOn = null;
  #confirmed = 0;
  #confirmTimer = null;

  /** A signal for the application: `{from, kind, payload, number}`. */
  onsignal = (/** @type {any} */ _signal) => {};
  /** Signals of ours that were accepted will not arrive: `{user, numbers, reason}`. */
  onfailed = (/** @type {any} */ _failure) => {};
  /** What was under way in both directions is lost, and numbers begin again. */
  onrestarted = () => {};
  /** The server cannot go on with this line of signals; a new session begins another one. */
  onbroken = () => {};

  /** @param {any} environment  see BatonClient */
  constructor({ timing, random }) {
    this.#timing = timing;
    this.#announcing = new Backoff(timing.repair, random);
    this.#resending = new Backoff(timing.repair, random);
  }

  /** The sequence up to which signals have been received. */
  get received() {
    return this.#inbox.received;
  }

  /**
   * A session to send and receive on.
   * @param {import('./membership.js').Membership} membership
   * @param {import('./membership.js').Joined} joined
   */
  attach(membership, joined) {
    const continues = this.#begun && joined.continuity === 'continued';
    if (continues) this.#outbox.acceptedUpTo(joined.signals_accepted);
    else this.#restart();
    this.#membership = membership;
    this.#begun = true;
    this.#announcing.reset();
    this.#resending.reset();
    membership.confirmation = () => this.#confirm();
    if (this.#wantsReady) this.#announce(0);
    this.#send();
  }

  /** The session is gone; another one may follow. */
  detach() {
    this.#membership = null;
    clearTimeout(this.#announceTimer);
    this.#announceTimer = null;
    this.#confirmLater(null);
  }

  /** The client leaves. */
  reset() {
    this.detach();
    this.#begun = false;
    this.#confirmed = 0;
    this.#inbox.restart();
    this.#outbox.restart(new BatonError('left', 'The room was left.'));
  }

  /** The application's handlers exist: signals may come, on this session and on those after it. */
  ready() {
    if (this.#wantsReady) return;
    this.#wantsReady = true;
    this.#announce(0);
  }

  /**
   * Sends a signal.
   * @returns {Promise<number>}   its number, once the server has accepted it
   */
  send(user, kind, payload) {
    if (!this.#begun) return Promise.reject(new BatonError('not_joined', 'Join the room before you send signals.'));
    const accepted = this.#outbox.add(user, kind, payload ?? null);
    this.#send();
    return accepted;
  }

  /** An event `signal` or `signals_failed`. */
  receive(event) {
    const what = this.#inbox.take(event);
    if (what === 'gap') this.#announce(this.#announcing.next());
    if (what !== 'new') return;
    this.#announcing.reset();
    this.#confirmLater(this.#timing.confirmMs);
    if (event.baton === 'signal') {
      const { from, number, kind, payload } = event;
      this.onsignal({ from, number, kind, payload });
    } else {
      this.onfailed({ user: event.user, numbers: event.numbers, reason: event.reason });
    }
  }

  /** An answer says up to where the server has sent, and whether it could not tell us what became of our own. */
  hear(sent, { broken = false } = {}) {
    if (broken) this.onbroken();
    else if (this.#wantsReady && this.#inbox.misses(sent)) this.#announce(this.#announcing.next());
  }

  #restart() {
    const wasBegun = this.#begun;
    this.#confirmed = 0;
    this.#inbox.restart();
    this.#outbox.restart(restarted());
    if (wasBegun) this.onrestarted();
  }

  /** Says that signals may come, and thereby which of them have not. */
  #announce(delayMs) {
    if (!this.#membership || this.#announceTimer) return;
    const membership = this.#membership;
    this.#announceTimer = setTimeout(async () => {
      let sent = 0;
      let failed = false;
      try {
        sent = (await membership.ask({ request: 'ready' })).data.signals_sent;
      } catch {
        failed = true;
      }
      if (membership !== this.#membership) return;
      this.#announceTimer = null;
      if (failed) this.#announce(this.#announcing.next());
      else this.hear(sent);
    }, delayMs);
  }

  async #send() {
    const membership = this.#membership;
    if (!membership || this.#sendingOn === membership) return;
    this.#sendingOn = membership;
    // One after the other: requests that are under way together may be taken in another order.
    for (let signal = this.#outbox.next; signal && membership === this.#membership; signal = this.#outbox.next) {
      await this.#sendOne(membership, signal);
    }
    if (this.#sendingOn === membership) this.#sendingOn = null;
  }

  async #sendOne(membership, signal) {
    try {
      await membership.ask({ request: 'signal', ...signal });
      if (membership !== this.#membership) return;
      this.#outbox.acceptedUpTo(signal.number);
      this.#resending.reset();
    } catch (error) {
      if (membership !== this.#membership) return;
      if (mayPass(error)) {
        // Whoever is told when to come again need not be put off more and more.
        const wait = error.retryAfterMs || this.#resending.next();
        await new Promise((fulfil) => setTimeout(fulfil, wait));
        return;
      }
      this.#outbox.refused(signal.number, error);
      if (error.reason === 'signals_broken') this.onbroken();
    }
  }

  /** For each request of the session: what it confirms. */
  #confirm() {
    if (this.#inbox.received === 0) return {};
    this.#confirmed = this.#inbox.received;
    this.#confirmLater(null);
    return { signals_received: this.#confirmed };
  }

  /** What was received is confirmed by the next request, or by a heartbeat if there is none in this time. */
  #confirmLater(ms) {
    const atOnce = ms !== null && this.#inbox.received - this.#confirmed >= kMaxUnconfirmed;
    if (ms === null || atOnce) {
      clearTimeout(this.#confirmTimer);
      this.#confirmTimer = null;
    }
    if (atOnce) this.#membership?.beat();
    else if (ms !== null) this.#confirmTimer ??= setTimeout(() => this.#membership?.beat(), ms);
  }
}
