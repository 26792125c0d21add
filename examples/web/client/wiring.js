// SPDX-License-Identifier: GPL-3.0-or-later
// Joins the parts of a client to each other: what one of them learns, the others and the application are told.

import { BatonError } from './baton_error.js';
import { firstHeartbeatMs } from './heartbeat.js';
import { Media } from './media.js';
import { PromotionQuestion } from './promotion_question.js';
import { Readiness } from './readiness.js';
import { RoomFollower } from './room_follower.js';
import { newsOf } from './room_news.js';
import { roleToAskFor } from './room_state.js';
import { SessionKeeper } from './session_keeper.js';
import { Signals } from './signals.js';

/** @typedef {import('./types.js').ConnectionInfo} ConnectionInfo */

export class Wiring {
  #environment;
  /** @type {ConnectionInfo} */
  #connection = { state: 'idle', reason: null, error: null, rejoined: false };
  #toldActivity = null;

  /** See BatonClient. @type {Record<string, number>} */
  marks = {};

  /** Called with each event that the application is to have. */
  onnews = (/** @type {string} */ _type, /** @type {any} */ _detail) => {};

  /**
   * @param {string} url  of Janus's WebSocket transport
   * @param {any} environment  see BatonClient
   * @param {{saveWhenUnwatched: boolean}} options
   */
  constructor(url, environment, options) {
    this.#environment = environment;
    this.question = new PromotionQuestion();
    this.readiness = new Readiness(environment);
    this.#makeKeeper(url);
    this.#makeFollower();
    this.#makeSignals();
    this.#makeMedia(options);
    this.question.onchange = (question) => this.onnews('promotion', question);
  }

  /** What is known of the room. @returns {import('./room_state.js').RoomState|null} */
  get state() {
    return this.follower.state;
  }

  /** @returns {import('./activity.js').ActivityState|null} */
  get activity() {
    return this.state?.activity ?? null;
  }

  get connection() {
    return this.#connection;
  }

  /** Asks within the session that there is at the moment. @param {object} body */
  ask(body) {
    const { membership } = this.keeper;
    if (!membership) return Promise.reject(new BatonError('not_joined', 'There is no session at the moment.'));
    return membership.ask(body);
  }

  /** Asks of this visit to the room alone, over reconnects, however much later it is used. */
  asker() {
    const { visit } = this.keeper;
    return (body) => {
      if (visit === this.keeper.visit) return this.ask(body);
      return Promise.reject(new BatonError('left', 'The room that this was meant for was left.'));
    };
  }

  /** @param {ConnectionInfo['state']} state @param {Partial<ConnectionInfo>} [info] */
  tellConnection(state, { reason = null, error = null, rejoined = false } = {}) {
    this.#connection = { state, reason, error, rejoined };
    this.onnews('connection', this.#connection);
  }

  /** One of the moments that are measured. @param {string} name */
  mark(name) {
    if (name === 'click') this.marks = {};
    this.marks[name] = this.#environment.now();
    performance.clearMarks?.(`baton:${name}`);
    performance.mark?.(`baton:${name}`);
  }

  #makeKeeper(url) {
    this.keeper = new SessionKeeper(url, this.#environment);
    this.keeper.onjoined = (membership, joined, jsep) => this.#begin(membership, joined, jsep);
    this.keeper.onlost = (reason) => this.#interrupted(reason);
    this.keeper.onretry = (error) => this.tellConnection(this.#connection.state, { ...this.#connection, error });
    this.keeper.onended = (reason, how) => this.#ended(reason, how);
    this.keeper.received = () => this.signals.received;
  }

  #makeFollower() {
    this.follower = new RoomFollower({ now: this.#environment.now, synchronize: () => this.#synchronize() });
    this.follower.onchange = (event) => this.#roomChanged(event);
  }

  #makeMedia(options) {
    this.media = new Media(this.#environment, options);
    this.media.onstream = (stream) => this.onnews('stream', stream);
    this.media.onpicture = () => this.onnews('picture', null);
    this.media.onerror = (error) => this.onnews('error', error);
    this.media.onmark = (name) => this.mark(name);
    this.#environment.transports.onchange = (info) => this.onnews('transport', info);
  }

  #makeSignals() {
    this.signals = new Signals(this.#environment);
    this.signals.onsignal = (signal) => this.onnews('signal', signal);
    this.signals.onfailed = (failure) => this.onnews('signals-failed', failure);
    this.signals.onrestarted = () => this.onnews('signals-restarted', null);
    this.signals.onbroken = () => this.keeper.lost(this.keeper.membership, 'signals_broken');
  }

  #begin(membership, joined, jsep) {
    this.follower.begin(joined);
    this.keeper.role = roleToAskFor(this.state);
    this.mark('joined');
    const { ice } = this.#environment;
    ice.offered = joined.turn ?? null;
    ice.beat = () => membership.beat();
    membership.wish = () => ice.wish();
    this.#environment.transports.offered = joined.transports;
    const reply = { data: joined, jsep };
    this.media.attach(membership, this.state, { reply, refusal: joined.subscribe_error });
    this.signals.attach(membership, joined);
    this.readiness.attach(membership);
    this.tellConnection('joined', { rejoined: joined.rejoined === true });
    this.#tellActivity();
    this.onnews('state', { state: this.state, cause: 'joined' });
    this.question.follow(this.state);
    membership.onheartbeat = (answer) => {
      this.follower.hear(answer.room_version);
      this.signals.hear(answer.signals_sent, { broken: answer.signals_broken === true });
      if (!answer.turn) return;
      ice.offered = answer.turn;
      this.media.configure(ice.configuration());
    };
    const dueMs = joined.next_within_ms ?? firstHeartbeatMs(this.state.settings);
    membership.start((event) => this.#receive(membership, event), dueMs);
  }

  #receive(membership, event) {
    if (membership !== this.keeper.membership) return;
    switch (event.baton) {
      case 'released':
        this.#released(membership, event.reason);
        return;
      case 'signal':
      case 'signals_failed':
        this.signals.receive(event);
        break;
      case 'readiness':
        this.readiness.receive(event);
        break;
      default:
        break;
    }
    this.follower.receive(event);
  }

  async #synchronize() {
    const { data } = await this.ask({ request: 'sync' });
    this.signals.hear(data.signals_sent);
    return data.snapshot;
  }

  #roomChanged(event) {
    const room = this.state;
    this.keeper.role = roleToAskFor(room);
    this.media.follow(room, event.baton);
    if (event.baton === 'room_edited') this.keeper.membership?.beatWithin(firstHeartbeatMs(room.settings));
    const news = newsOf(event, room);
    if (news) this.onnews(news.type, news.detail);
    this.#tellActivity();
    this.onnews('state', { state: room, cause: event.baton });
    this.question.follow(room);
    if (room.state === 'closed') this.keeper.endedByServer(this.keeper.membership, 'room_closed');
  }

  #tellActivity() {
    const { activity } = this;
    if (activity === this.#toldActivity) return;
    this.#toldActivity = activity;
    this.onnews('activity', activity);
  }

  #released(membership, reason) {
    // Somebody who was away for too long and is back comes in again.
    if (reason === 'absent_too_long') this.keeper.lost(membership, reason);
    else this.keeper.endedByServer(membership, reason);
  }

  #interrupted(reason) {
    this.follower.halt();
    this.signals.detach();
    this.readiness.detach();
    this.media.detach();
    this.question.reset();
    this.tellConnection('reconnecting', { reason });
  }

  #ended(reason, { error, byServer }) {
    this.follower.halt();
    this.signals.reset();
    this.readiness.reset();
    this.media.reset();
    this.#environment.transports.reset();
    this.question.reset();
    this.tellConnection('ended', { reason, error });
    if (byServer) this.onnews('released', { reason });
  }
}
