// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps one participant in one room: joins, joins again when the session or its connection is lost, and leaves in a
// way that beats every attempt to join that is still under way.

import { Backoff } from './backoff.js';
import { BatonError, mayPass } from './baton_error.js';
import { openersOf } from './door.js';
import { Membership } from './membership.js';

/** Refusals of a resume token that somebody has used since, or whose place was given up. */
const kPlaceGone = new Set(['join_superseded', 'join_stopped']);

/**
 * @typedef {object} Wanted   who wants to be where
 * @property {string} room
 * @property {string} user
 * @property {string} displayName
 * @property {import('./room_state.js').Role} role
 * @property {boolean} subscribe
 * @property {object|null} create
 * @property {boolean} waitForRoom
 * @property {import('./types.js').Resumption|null} resumption
 * @property {string|(() => string|Promise<string>)|null} [token]
 * @property {string|null} [pin]
 */

export class SessionKeeper {
  #url;
  #environment;
  #backoff;
  #membership = null;
  #prepared = null;
  /** @type {Wanted|null} */
  #wanted = null;
  #resumeToken = null;
  #attempts = 0;
  /** Whether this page has been in a session of this participant, so that its signals have something to go on from. */
  #goesOn = false;
  /** Grows with every join, leave and end: what was begun in an earlier one has no effect any more. */
  #epoch = 0;
  /** Aborted when nothing is wanted any more. */
  #wish = new AbortController();
  #attemptUnderWay = null;
  #joinedAt = 0;
  #lastStaleAt = -Infinity;
  #wake = null;

  /** The sequence up to which this client has received its signals. */
  received = () => 0;
  /** A session has begun. Events follow once the receiver calls membership.start(). */
  onjoined = (/** @type {Membership} */ _membership, /** @type {any} */ _joined, /** @type {any} */ _jsep) => {};
  /** The session is over and another one is tried for. */
  onlost = (/** @type {string} */ _reason) => {};
  /** An attempt failed; another one follows. */
  onretry = (/** @type {Error} */ _error) => {};
  /** Nothing is wanted any more; `byServer`: it is the server that ended it. */
  onended = (/** @type {string} */ _reason, /** @type {{error: Error|null, byServer: boolean}} */ _how) => {};

  /**
   * @param {string} url
   * @param {any} environment  see BatonClient
   */
  constructor(url, environment) {
    this.#url = url;
    this.#environment = environment;
    this.#backoff = new Backoff(environment.timing.reconnect, environment.random);
  }

  /** The session there is at this moment. @returns {Membership|null} */
  get membership() {
    return this.#membership;
  }

  get wanted() {
    return this.#wanted;
  }

  /** A number that stays the same from a join until we leave, over lost connections, and never comes again. */
  get visit() {
    return this.#epoch;
  }

  /** What proves, also to a page that is loaded anew, that it is the same participant. */
  get resumption() {
    return this.#resumeToken ? { token: this.#resumeToken, attempt: this.#attempts } : null;
  }

  /** The role to ask for when joining again. */
  set role(role) {
    if (this.#wanted) this.#wanted = { ...this.#wanted, role };
  }

  /** Whether to ask for the program when joining again. */
  set subscribe(subscribe) {
    if (this.#wanted) this.#wanted = { ...this.#wanted, subscribe };
  }

  /** Cuts a wait between attempts short. */
  hurry() {
    this.#wake?.();
  }

  /** Opens a connection in advance. Failures do not matter. */
  async prepare() {
    if (this.#prepared || this.#wanted) return;
    const membership = this.newMembership();
    const prepared = { membership, opened: membership.open() };
    this.#prepared = prepared;
    try {
      await prepared.opened;
    } catch {
      membership.close();
      if (this.#prepared === prepared) this.#prepared = null;
    }
  }

  /** A membership that is not joined, for the caller to open and close. */
  newMembership() {
    return new Membership(this.#url, this.#environment);
  }

  /** Sends one request on a connection of its own. @returns {Promise<any>} */
  async askWithoutSession(body) {
    const membership = this.newMembership();
    try {
      await membership.open();
      return (await membership.send(body)).data;
    } finally {
      membership.close();
    }
  }

  /**
   * Joins; resolves when that has worked, rejects when it was refused or given up.
   * @param {Wanted} wanted
   */
  async join(wanted) {
    if (this.#wanted) throw new BatonError('already_joined', 'This client is in a room, or on its way into one.');
    this.#epoch += 1;
    this.#wish = new AbortController();
    this.#wanted = { ...wanted, firstRole: wanted.role };
    this.#resumeToken = wanted.resumption?.token ?? null;
    this.#attempts = Math.max(this.#attempts, wanted.resumption?.attempt ?? 0);
    this.#goesOn = false;
    this.#backoff.reset();
    await this.#connect({ reconnecting: false });
  }

  /** Leaves for good. Resolves when the server knows, or cannot be reached for a while. */
  async leave() {
    if (!this.#wanted) return;
    const { room, user } = this.#wanted;
    const membership = this.#membership;
    const resumeToken = this.#resumeToken;
    const underWay = this.#attemptUnderWay;
    this.#membership = null;
    this.#finish('left');
    const told = membership !== null && (await membership.leave());
    if (!told && resumeToken) await this.#leaveByToken({ room, user, resume_token: resumeToken });
    // An attempt that was under way notices by itself that it is not wanted, and leaves.
    await underWay;
  }

  /** The server ended the session on this membership for good. */
  endedByServer(membership, reason) {
    if (membership === null || membership !== this.#membership) return;
    this.#finish(reason, { byServer: true });
  }

  /** The session on this membership is over, but not the wish to be in the room. */
  lost(membership, reason) {
    if (membership === null || membership !== this.#membership) return;
    const { now, timing } = this.#environment;
    this.#membership = null;
    membership.close();
    if (reason === 'session_stale') {
      // Somebody else holds our place. One attempt to get it back; no war about it.
      if (now() - this.#lastStaleAt < timing.healthyMs) {
        this.#finish('replaced', { byServer: true });
        return;
      }
      this.#lastStaleAt = now();
    }
    if (now() - this.#joinedAt > timing.healthyMs) this.#backoff.reset();
    this.onlost(reason);
    // How it ends is told by the callbacks.
    this.#connect({ reconnecting: true }).catch(() => {});
  }

  /** Tries until joined, refused for good, or not wanted any more. */
  async #connect({ reconnecting }) {
    const epoch = this.#epoch;
    const trying = { reconnecting, began: this.#environment.now(), refusedRoles: new Set() };
    let atLeast = 0;
    for (let wait = reconnecting; ; wait = true) {
      if (wait) await this.#sleep(Math.max(this.#backoff.next(), atLeast));
      this.#assertCurrent(epoch);
      try {
        const attempt = this.#attempt(epoch);
        this.#attemptUnderWay = attempt.catch(() => {});
        await attempt;
        return;
      } catch (error) {
        this.#assertCurrent(epoch);
        if (!this.#isWorthAnotherTry(error, trying)) {
          this.#finish(endReasonOf(error), { error });
          throw error;
        }
        atLeast = error.retryAfterMs ?? 0;
        this.onretry(error);
      }
    }
  }

  #isWorthAnotherTry(error, { reconnecting, began, refusedRoles }) {
    if (mayPass(error)) return true;
    if (this.#resumeToken && !this.#goesOn && kPlaceGone.has(error.reason)) {
      // What the page kept was too old. It comes in like anybody else.
      this.#resumeToken = null;
      return true;
    }
    if (error.reason === 'room_unknown') {
      const gone = this.#environment.now() - began;
      return this.#wanted.waitForRoom || (reconnecting && gone < this.#environment.timing.roomGoneMs);
    }
    if (!reconnecting) return false;
    if (error.reason === 'token_unavailable') return true;
    return this.#takesAnotherRole(error, refusedRoles);
  }

  /** The room went on, or began anew, without us, and somebody else was quicker. No role is asked for in vain twice. */
  #takesAnotherRole(error, refusedRoles) {
    const { role, firstRole } = this.#wanted;
    const next = { host_taken: 'controller', controllers_full: 'viewer', token_other_role: firstRole }[error.reason];
    refusedRoles.add(role);
    if (next === undefined || refusedRoles.has(next)) return false;
    this.role = next;
    return true;
  }

  #assertCurrent(epoch) {
    if (epoch !== this.#epoch) throw new BatonError('left', 'The room was left before the join was complete.');
  }

  /** One attempt to join on one connection. */
  async #attempt(epoch) {
    const membership = await this.#openMembership();
    let answer;
    try {
      this.#assertCurrent(epoch);
      answer = await this.#requestJoin(membership, epoch);
    } catch (error) {
      membership.close();
      throw error;
    }
    if (epoch !== this.#epoch) {
      await membership.leave();
      this.#assertCurrent(epoch);
    }
    const { joined, jsep } = answer;
    this.#membership = membership;
    this.#resumeToken = joined.resume_token;
    this.#goesOn = true;
    this.#joinedAt = this.#environment.now();
    membership.onlost = (reason) => this.lost(membership, reason);
    this.onjoined(membership, joined, jsep);
  }

  async #openMembership() {
    const prepared = this.#prepared;
    this.#prepared = null;
    if (prepared) {
      const opened = await prepared.opened.then(
        () => true,
        () => false,
      );
      if (opened && prepared.membership.alive) return prepared.membership;
      prepared.membership.close();
    }
    const membership = this.newMembership();
    try {
      await membership.open();
    } catch (error) {
      membership.close();
      throw error;
    }
    return membership;
  }

  async #requestJoin(membership, epoch) {
    const { room, user, displayName, role, subscribe, create } = this.#wanted;
    const { elements: door, missing } = await openersOf(this.#wanted, this.#environment.timing.tokenMs, this.#wish.signal);
    this.#assertCurrent(epoch);
    // Whoever still has its place comes back without a join token.
    if (missing && !this.#resumeToken) throw missing;
    const body = { room, user, display_name: displayName, role, ...door };
    if (subscribe) Object.assign(body, { subscribe: true }, this.#environment.transports.subscribed.beginWithJoin());
    if (this.#resumeToken) {
      this.#attempts += 1;
      Object.assign(body, { resume_token: this.#resumeToken, attempt: this.#attempts });
      // Whoever says what it has received goes on where it was.
      if (this.#goesOn) body.signals_received = this.received();
    }
    try {
      return await membership.join(body);
    } catch (error) {
      if (missing && error.reason === 'token_missing') throw missing;
      if (error.reason !== 'room_unknown' || !create) throw error;
      this.#assertCurrent(epoch);
      await membership.send({ request: 'create', ...door, ...create, room }).catch((refusal) => {
        if (refusal.reason !== 'room_exists') throw refusal;
      });
      this.#assertCurrent(epoch);
      return membership.join(body);
    }
  }

  #finish(reason, { error = null, byServer = false } = {}) {
    this.#epoch += 1;
    this.#wish.abort();
    this.#wanted = null;
    this.#resumeToken = null;
    this.#membership?.close();
    this.#membership = null;
    this.#wake?.();
    this.onended(reason, { error, byServer });
  }

  async #leaveByToken(identity) {
    const { now, random, timing } = this.#environment;
    const deadline = now() + timing.leaveByTokenMs;
    const backoff = new Backoff(timing.reconnect, random);
    while (now() < deadline) {
      const membership = this.newMembership();
      try {
        this.#attempts += 1;
        const attempt = this.#attempts;
        await membership.open();
        await membership.send({ request: 'leave', ...identity, attempt });
        return;
      } catch (error) {
        if (!mayPass(error)) return;
      } finally {
        membership.close();
      }
      await new Promise((fulfil) => setTimeout(fulfil, backoff.next()));
    }
  }

  #sleep(ms) {
    return new Promise((fulfil) => {
      const timer = setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        fulfil();
      };
    });
  }
}

/** What a refused join means for the one who wanted in. */
function endReasonOf(error) {
  switch (error.reason) {
    case 'join_superseded':
      return 'replaced';
    case 'join_stopped':
      return 'left';
    case 'room_closed':
    case 'room_unknown':
      return error.reason;
    default:
      return 'refused';
  }
}
