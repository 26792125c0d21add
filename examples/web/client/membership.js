// SPDX-License-Identifier: GPL-3.0-or-later
// One session of a participant on one connection, from its join to its loss. A membership that was lost stays lost;
// whoever wants to come back makes another one.

import { BatonError } from './baton_error.js';
import { Heartbeat } from './heartbeat.js';
import { JanusConnection } from './janus_connection.js';

const kPlugin = 'janus.plugin.baton';
/** Events that may come before the answer to `join`; the answer takes the longer way when it carries an offer. */
const kMaxEarlyEvents = 1000;
/** Refusals that say that this session is over. */
const kSessionOver = new Set(['session_stale', 'session_unknown', 'not_joined']);

export const kMembershipTiming = Object.freeze({
  heartbeatAnswerMs: 5_000,
  leaveMs: 2_000,
  /** Until the server has told us: its default. */
  heartbeatMs: 30_000,
});

/**
 * @typedef {object} Joined   the server's answer to `join`
 * @property {string} user
 * @property {import('./room_state.js').Role} role
 * @property {boolean} rejoined
 * @property {string} session
 * @property {number} session_version
 * @property {string} resume_token
 * @property {any} snapshot
 * @property {string[]} [transports]                by which media may go, preferred first; absent: by the gateway alone
 * @property {'direct'} [transport]                 of the offer of the program, with `sdp`, if that came so
 * @property {string} [sdp]
 * @property {object} [subscribe_error]             the refusal of the subscription that was asked for with it
 * @property {'restarted'|'continued'} continuity   whether the signals of the session before go on
 * @property {number} signals_accepted              the last of our own that the server has
 */

export class Membership {
  #connection;
  #timing;
  #handle = null;
  #session = null;
  #room = null;
  #early = [];
  #onevent = null;
  #heartbeat = new Heartbeat(() => this.#beat());
  #lost = false;

  /** The elements by which any request of the session confirms what was received. */
  confirmation = () => ({});
  /** What a heartbeat asks for beside. */
  wish = () => ({});
  /** Called with each answer to a heartbeat. */
  onheartbeat = (/** @type {any} */ _answer) => {};
  /** Called once, with a word for the reason, when the session or its connection is over; not after close(). */
  onlost = (/** @type {string} */ _reason) => {};

  /**
   * @param {string} url  of Janus's WebSocket
   * @param {{WebSocket?: typeof WebSocket, timing?: object}} [environment]
   */
  constructor(url, environment = {}) {
    this.#timing = { ...kMembershipTiming, ...environment.timing };
    this.#connection = new JanusConnection(url, environment);
    this.#connection.ondead = (reason) => this.#lose(reason);
  }

  /** Whether it can still be of use. */
  get alive() {
    return !this.#lost && this.#connection.alive;
  }

  /** The handle that joins, and carries the session's events. */
  get handle() {
    return this.#handle;
  }

  get room() {
    return this.#room;
  }

  /** Opens the connection and attaches the handle: all that can be done before anybody wants to join. */
  async open() {
    await this.#connection.open();
    this.#handle = await this.#connection.attach(kPlugin);
    this.#handle.observer = {
      event: (data) => this.#receive(data),
      detached: () => this.#lose('handle_detached'),
    };
  }

  /** A further handle, for a PeerConnection of its own. */
  attachHandle() {
    return this.#connection.attach(kPlugin);
  }

  /**
   * Joins. Events that come from now on are kept until start().
   * @param {object} body   the elements of `join`
   * @returns {Promise<{joined: Joined, jsep: RTCSessionDescriptionInit|undefined}>}
   */
  async join(body) {
    const { data, jsep } = await this.send({ request: 'join', ...body });
    this.#session = { session: data.session, session_version: data.session_version };
    this.#room = body.room;
    return { joined: data, jsep };
  }

  /**
   * Events go to `onevent` from now on, first those that came early; heartbeats begin.
   * @param {(event: any) => void} onevent
   * @param {number} [heartbeatMs]
   */
  start(onevent, heartbeatMs = this.#timing.heartbeatMs) {
    this.#onevent = onevent;
    this.#heartbeat.within(heartbeatMs);
    for (const event of this.#early.splice(0)) if (!this.#lost) onevent(event);
  }

  /** The next heartbeat is due within this time, if not sooner. */
  beatWithin(ms) {
    this.#heartbeat.within(ms);
  }

  /** Sends a heartbeat now: nothing else is to be said, but something is to be confirmed. */
  beat() {
    return this.#heartbeat.beat();
  }

  /**
   * Sends a request that needs no session. A refusal is thrown as BatonError.
   * @returns {Promise<{data: any, jsep: RTCSessionDescriptionInit|undefined}>}
   */
  async send(body, options = {}) {
    const reply = await this.#handle.request(body, null, options);
    if (reply.data.baton === 'error') throw BatonError.fromRefusal(reply.data);
    return reply;
  }

  /**
   * Sends a request of this session, on its own handle or on one that carries media for it.
   * @param {object} body
   * @param {object} [options]
   * @param {import('./janus_connection.js').JanusHandle} [options.handle]
   * @param {RTCSessionDescriptionInit|null} [options.jsep]
   * @param {number} [options.timeoutMs]
   * @returns {Promise<{data: any, jsep: RTCSessionDescriptionInit|undefined}>}
   */
  async ask(body, { handle = this.#handle, jsep = null, timeoutMs } = {}) {
    if (!this.#session) throw new BatonError('not_joined', 'There is no session yet.');
    const named = handle === this.#handle ? {} : { room: this.#room };
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    let reply;
    try {
      reply = await handle.request({ ...body, ...named, ...this.#session, ...this.confirmation() }, jsep, options);
    } catch (error) {
      if (error.reason === 'handle_gone' && handle === this.#handle) this.#lose('handle_gone');
      throw error;
    }
    if (reply.data.baton !== 'error') return reply;
    const refusal = BatonError.fromRefusal(reply.data);
    if (kSessionOver.has(refusal.reason)) this.#lose(refusal.reason);
    throw refusal;
  }

  /** Asks for a sign of life when something looks wrong; without one the membership is lost. */
  probe(timeoutMs) {
    return this.#connection.probe(timeoutMs);
  }

  /** Leaves the room for good, as far as the server can be reached, and closes. Resolves to whether it answered. */
  async leave() {
    this.onlost = () => {};
    try {
      await this.ask({ request: 'leave' }, { timeoutMs: this.#timing.leaveMs });
      return true;
    } catch (error) {
      const answered = error.code !== null && error.code !== undefined;
      return answered && error.reason !== 'rate_limited';
    } finally {
      this.close();
    }
  }

  /** Ends the connection without a word to the room. */
  close() {
    this.#lost = true;
    this.#onevent = null;
    this.#early = [];
    this.#heartbeat.stop();
    this.#connection.close();
  }

  #receive(data) {
    if (this.#lost) return;
    if (this.#onevent) {
      this.#onevent(data);
    } else if (this.#early.length < kMaxEarlyEvents) {
      this.#early.push(data);
    } else {
      this.#lose('too_many_events');
    }
  }

  async #beat() {
    try {
      const beat = { request: 'heartbeat', ...this.wish() };
      const { data } = await this.ask(beat, { timeoutMs: this.#timing.heartbeatAnswerMs });
      if (!this.#lost) this.onheartbeat(data);
      return data.next_within_ms;
    } catch (error) {
      if (error.reason === 'timeout') this.#lose('no_answer');
      return undefined;
    }
  }

  #lose(reason) {
    if (this.#lost) return;
    this.close();
    this.onlost(reason);
  }
}
