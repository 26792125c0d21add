// SPDX-License-Identifier: GPL-3.0-or-later
// Baton's client library: plain ES modules, no dependencies.
//
//     import { BatonClient } from './baton.js';
//
//     const client = new BatonClient({ url: 'ws://localhost:8188' });
//     client.addEventListener('state', ({ detail }) => show(detail.state));
//     client.attachVideo(document.querySelector('video'));
//     await client.join({ room: 'demo', user: 'bob', role: 'viewer', subscribe: true });
//
// Lost connections are the library's affair: it joins again as the same participant, publishes and subscribes again,
// and the video keeps its last picture until the new one is there. Signals go on where they were.

import { BatonError } from './client/baton_error.js';
import { environmentWith } from './client/environment.js';
import { firstHeartbeatMs } from './client/heartbeat.js';
import { IceConfiguration } from './client/ice_configuration.js';
import { Media, refusalOf } from './client/media.js';
import { PromotionQuestion } from './client/promotion_question.js';
import { Readiness } from './client/readiness.js';
import { RoomFollower } from './client/room_follower.js';
import { newsOf } from './client/room_news.js';
import { RoomRequests } from './client/room_requests.js';
import { roleToAskFor } from './client/room_state.js';
import { SessionKeeper } from './client/session_keeper.js';
import { Signals } from './client/signals.js';

export { BatonError } from './client/baton_error.js';
export {
  controlRequests,
  displayNameOf,
  graceRemainingMs,
  hasRight,
  participantOf,
  promotionRemainingMs,
} from './client/room_state.js';

/**
 * @typedef {import('./client/room_state.js').RoomState} RoomState
 * @typedef {import('./client/types.js').ConnectionInfo} ConnectionInfo
 */

/**
 * One participant in one room. Events, each a CustomEvent with a `detail`:
 *
 * | event               | detail                                                                                      |
 * |---------------------|---------------------------------------------------------------------------------------------|
 * | `state`             | `{state: RoomState, cause}`: the room changed; `cause`: an event's kind, `joined`, …        |
 * | `program`           | `{state, user, switchedAtMs}`: whose picture is on air, or that it stands still             |
 * | `stream`            | MediaStream: a new stream of the program, after subscribing or a reconnect                  |
 * | `picture`           | –: the first picture of the current stream is on the screen of the attached video           |
 * | `promotion`         | `{promotion, deadline}`: you are asked to become host; `null`: not any more                 |
 * | `chat`              | ChatEntry: somebody wrote; earlier lines are in `state.chat`                                |
 * | `control`           | `{user, change, request}`: `requested`, `withdrawn`, `granted`, `denied`, …                 |
 * | `activity`          | ActivityState: it is something else than it was; null: there is none any more               |
 * | `audience`          | Audience: to the host, when nobody is there, somebody is again, or limits come near         |
 * | `signal`            | Signal: each once and in order, once the client is ready                                    |
 * | `signals-failed`    | `{user, numbers, reason}`: signals of ours that were accepted will not arrive               |
 * | `signals-restarted` | –: the place was lost; signals under way are lost, numbers begin again                      |
 * | `released`          | `{reason}`: the server ended this session for good; nothing reconnects                      |
 * | `connection`        | ConnectionInfo                                                                              |
 * | `error`             | BatonError or DOMException of something that nobody awaits                                  |
 */
export class BatonClient extends RoomRequests {
  #environment;
  #keeper;
  #follower;
  #signals;
  #readiness;
  /** @type {ConnectionInfo} */
  #connection = { state: 'idle', reason: null, error: null, rejoined: false };
  #question = new PromotionQuestion();
  #toldActivity = null;
  #media;

  /**
   * Moments of the last join on the clock of performance.now(): `click`, `joined`, `offer`, `answer-sent`,
   * `ice-connected`, `first-frame`; and `published`, `publish-connected`. Also performance marks named `baton:...`.
   * @type {Record<string, number>}
   */
  marks = {};

  /**
   * @param {object} options
   * @param {string} options.url                      of Janus's WebSocket transport
   * @param {RTCIceServer[]} [options.iceServers]     beside those that the server names in its answer to `join`
   * @param {RTCIceTransportPolicy} [options.iceTransportPolicy]   `relay`: by TURN servers only
   * @param {boolean} [options.saveWhenUnwatched]     as host, send few pictures while nobody is there to see them; all
   *                                                  again as soon as somebody comes
   * @param {object} [options.environment]            replacements for the browser's own, for tests
   */
  constructor({ url, iceServers = [], iceTransportPolicy = 'all', saveWhenUnwatched = false, environment = {} }) {
    super({
      ask: (body) => this.#ask(body),
      asker: () => this.#asker(),
      askWithoutSession: (body) => this.#keeper.askWithoutSession(body),
      room: () => this.#keeper.wanted?.room,
      activity: () => this.activity,
      learn: (answer) => this.#follower.learn(answer),
    });
    this.#environment = environmentWith(environment, new IceConfiguration(iceServers, iceTransportPolicy));
    this.#keeper = new SessionKeeper(url, this.#environment);
    this.#keeper.onjoined = (membership, joined, jsep) => this.#begin(membership, joined, jsep);
    this.#keeper.onlost = (reason) => this.#interrupted(reason);
    this.#keeper.onretry = (error) => this.#setConnection(this.#connection.state, { ...this.#connection, error });
    this.#keeper.onended = (reason, how) => this.#ended(reason, how);
    this.#keeper.received = () => this.#signals.received;
    this.#follower = new RoomFollower({ now: this.#environment.now, synchronize: () => this.#synchronize() });
    this.#follower.onchange = (event) => this.#roomChanged(event);
    this.#readiness = new Readiness(this.#environment);
    this.#makeSignals();
    this.#media = new Media(this.#environment, { saveWhenUnwatched });
    this.#media.onstream = (stream) => this.#emit('stream', stream);
    this.#media.onpicture = () => this.#emit('picture', null);
    this.#media.onerror = (error) => this.#emit('error', error);
    this.#media.onmark = (name) => this.#mark(name);
    this.#question.onchange = (question) => this.#emit('promotion', question);
    globalThis.addEventListener?.('online', () => this.#keeper.hurry());
  }

  /** What is known of the room; null before the first join. @returns {RoomState|null} */
  get state() {
    return this.#follower.state;
  }

  /** What the room carries beside its picture. @returns {import('./client/activity.js').ActivityState|null} */
  get activity() {
    return this.state?.activity ?? null;
  }

  /** @returns {ConnectionInfo} */
  get connection() {
    return this.#connection;
  }

  /**
   * What a page may keep, as in sessionStorage, to be the same participant after it was loaded anew. It changes with each
   * join. @returns {import('./client/types.js').Resumption|null}
   */
  get resumption() {
    return this.#keeper.resumption;
  }

  /** The program's stream, if subscribed. @returns {MediaStream|null} */
  get stream() {
    return this.#media.subscriber.stream;
  }

  /** Whether the program is received, or will be as soon as that is possible. */
  get watching() {
    return this.#media.subscriber.wanted;
  }

  /** What is being published, or will be after a reconnect. @returns {MediaStream|null} */
  get publishedStream() {
    return this.#media.publisher.stream;
  }

  /** The PeerConnections in use, for statistics. */
  get peers() {
    return { publishing: this.#media.publisher.peer, subscribed: this.#media.subscriber.peer };
  }

  /** The time that deadlines of the state refer to. */
  now() {
    return this.#environment.now();
  }

  // --- joining and leaving ---------------------------------------------------------------------------------------

  /**
   * Opens the connection before anybody wants to join, so that joining is one round trip. Failures do not matter:
   * `join` tries again.
   * @param {{subscribe?: boolean}} [options]  whether the program will be wanted
   */
  async prepare({ subscribe = true } = {}) {
    if (this.#keeper.wanted) return;
    if (subscribe) this.#media.subscriber.prepare();
    await this.#keeper.prepare();
  }

  /**
   * Joins the room. Resolves once that has worked, however often the connection fails before; rejects when the server
   * refuses, or when leave() is called first.
   * @param {import('./client/types.js').JoinOptions} options
   * @returns {Promise<RoomState>}
   */
  async join({ room, user, displayName = user, role = 'viewer', subscribe = false, ...how }) {
    const { create = null, waitForRoom = false, resumption = null, token = null, pin = null } = how;
    if (!this.#keeper.wanted) {
      this.#mark('click');
      this.#follower.reset();
      this.#media.subscriber.wanted = subscribe;
      this.#setConnection('connecting');
    }
    const wanted = { room, user, displayName, role, subscribe, create, waitForRoom, resumption, token, pin };
    await this.#keeper.join(wanted);
    return this.state;
  }

  /** Leaves for good, also while a reconnect is under way: nothing joins again afterwards. */
  async leave() {
    await this.#keeper.leave();
  }

  // --- media -----------------------------------------------------------------------------------------------------

  /**
   * Publishes a stream: on air while you are host, in standby while you are controller. Calling it again replaces
   * what is published.
   * @param {MediaStream} stream
   */
  publish(stream) {
    const refusal = refusalOf(this.state);
    return refusal ? Promise.reject(refusal) : this.#media.publisher.publish(stream);
  }

  /** Stops publishing. The tracks are yours to stop. */
  unpublish() {
    return this.#media.publisher.unpublish();
  }

  /**
   * Receives the program, if `join` did not ask for it already.
   * @param {HTMLVideoElement} [video]  where to show it
   * @returns {Promise<MediaStream>}
   */
  subscribe(video) {
    if (video) this.attachVideo(video);
    const refusal = refusalOf(this.state);
    if (refusal) return Promise.reject(refusal);
    this.#keeper.subscribe = true;
    return this.#media.subscriber.subscribe();
  }

  /** Stops receiving the program. */
  unsubscribe() {
    this.#keeper.subscribe = false;
    this.#media.unsubscribe();
  }

  /**
   * Names the element that shows the program, now and after every reconnect.
   * @param {HTMLVideoElement} video
   */
  attachVideo(video) {
    this.#media.attachVideo(video);
  }

  // --- signals ---------------------------------------------------------------------------------------------------

  /**
   * Whoever listens for signals is ready for them: ready() need not be called.
   * @param {string} type
   * @param {...any} rest
   */
  addEventListener(type, ...rest) {
    super.addEventListener(type, ...rest);
    if (type === 'signal') this.ready();
  }

  /** Says, now and after every reconnect, that signals may come: whatever handles them exists. */
  ready() {
    this.#signals.ready();
  }

  /**
   * Sends something to another participant. Signals to the same participant arrive in the order of the calls.
   * @param {string} user
   * @param {import('./client/types.js').SignalKind} kind
   * @param {any} payload   JSON of up to 32 KiB
   * @returns {Promise<number>}   once the server has accepted it, over reconnects if need be: its number. From then on
   *   it arrives, or a `signals-failed` names that number, or there is `signals-restarted`
   */
  signal(user, kind, payload) {
    return this.#signals.send(user, kind, payload);
  }

  /**
   * Waits until everybody present is ready for signals; for the host. One wait at a time.
   * @param {{timeoutMs?: number}} [options]   100 ms to 2 min
   * @returns {Promise<{ready: boolean, notReady: string[]}>}   `notReady`: who was not when the time was over
   */
  whenReady({ timeoutMs = 10_000 } = {}) {
    return this.#readiness.wait(timeoutMs);
  }

  /**
   * Publishes a stream, after everybody present is ready or the time is over.
   * @param {MediaStream} stream
   * @param {{waitForReadyMs?: number}} [options]   0: without waiting
   * @returns {Promise<{ready: boolean, notReady: string[]}|null>}   who was ready, if that was waited for
   */
  async share(stream, { waitForReadyMs = 0 } = {}) {
    const readiness = waitForReadyMs > 0 ? await this.whenReady({ timeoutMs: waitForReadyMs }) : null;
    await this.publish(stream);
    return readiness;
  }

  // --- the host --------------------------------------------------------------------------------------------------

  /** Answers the question of a `promotion` event. @param {boolean} accept */
  async answerPromotion(accept) {
    const promotion = this.#question.take();
    await this.#ask({ request: 'promotion', action: accept ? 'accept' : 'decline', promotion });
  }

  // --- how it is done --------------------------------------------------------------------------------------------

  #makeSignals() {
    this.#signals = new Signals(this.#environment);
    this.#signals.onsignal = (signal) => this.#emit('signal', signal);
    this.#signals.onfailed = (failure) => this.#emit('signals-failed', failure);
    this.#signals.onrestarted = () => this.#emit('signals-restarted', null);
    this.#signals.onbroken = () => this.#keeper.lost(this.#keeper.membership, 'signals_broken');
  }

  #begin(membership, joined, jsep) {
    this.#follower.begin(joined);
    this.#keeper.role = roleToAskFor(this.state);
    this.#mark('joined');
    const { ice } = this.#environment;
    ice.offered = joined.turn ?? null;
    ice.beat = () => membership.beat();
    membership.wish = () => ice.wish();
    this.#media.attach(membership, this.state, { offer: jsep, refusal: joined.subscribe_error });
    this.#signals.attach(membership, joined);
    this.#readiness.attach(membership);
    this.#setConnection('joined', { rejoined: joined.rejoined === true });
    this.#tellActivity();
    this.#emit('state', { state: this.state, cause: 'joined' });
    this.#question.follow(this.state);
    membership.onheartbeat = (answer) => {
      this.#follower.hear(answer.room_version);
      this.#signals.hear(answer.signals_sent, { broken: answer.signals_broken === true });
      if (!answer.turn) return;
      ice.offered = answer.turn;
      this.#media.configure(ice.configuration());
    };
    const dueMs = joined.next_within_ms ?? firstHeartbeatMs(this.state.settings);
    membership.start((event) => this.#receive(membership, event), dueMs);
  }

  #receive(membership, event) {
    if (membership !== this.#keeper.membership) return;
    switch (event.baton) {
      case 'released':
        this.#released(membership, event.reason);
        return;
      case 'signal':
      case 'signals_failed':
        this.#signals.receive(event);
        break;
      case 'readiness':
        this.#readiness.receive(event);
        break;
      default:
        break;
    }
    this.#follower.receive(event);
  }

  async #synchronize() {
    const { data } = await this.#ask({ request: 'sync' });
    this.#signals.hear(data.signals_sent);
    return data.snapshot;
  }

  #roomChanged(event) {
    const room = this.state;
    this.#keeper.role = roleToAskFor(room);
    this.#media.follow(room, event.baton);
    if (event.baton === 'room_edited') this.#keeper.membership?.beatWithin(firstHeartbeatMs(room.settings));
    const news = newsOf(event, room);
    if (news) this.#emit(news.type, news.detail);
    this.#tellActivity();
    this.#emit('state', { state: room, cause: event.baton });
    this.#question.follow(room);
    if (room.state === 'closed') this.#keeper.endedByServer(this.#keeper.membership, 'room_closed');
  }

  #tellActivity() {
    const { activity } = this;
    if (activity === this.#toldActivity) return;
    this.#toldActivity = activity;
    this.#emit('activity', activity);
  }

  #released(membership, reason) {
    // Somebody who was away for too long and is back comes in again.
    if (reason === 'absent_too_long') this.#keeper.lost(membership, reason);
    else this.#keeper.endedByServer(membership, reason);
  }

  #interrupted(reason) {
    this.#follower.halt();
    this.#signals.detach();
    this.#readiness.detach();
    this.#media.detach();
    this.#question.reset();
    this.#setConnection('reconnecting', { reason });
  }

  #ended(reason, { error, byServer }) {
    this.#follower.halt();
    this.#signals.reset();
    this.#readiness.reset();
    this.#media.reset();
    this.#question.reset();
    this.#setConnection('ended', { reason, error });
    if (byServer) this.#emit('released', { reason });
  }

  #ask(body) {
    const { membership } = this.#keeper;
    if (!membership) return Promise.reject(new BatonError('not_joined', 'There is no session at the moment.'));
    return membership.ask(body);
  }

  /** Asks of this visit to the room alone, over reconnects, however much later it is used. */
  #asker() {
    const { visit } = this.#keeper;
    return (body) => {
      if (visit === this.#keeper.visit) return this.#ask(body);
      return Promise.reject(new BatonError('left', 'The room that this was meant for was left.'));
    };
  }

  /** @param {ConnectionInfo['state']} state @param {Partial<ConnectionInfo>} [info] */
  #setConnection(state, { reason = null, error = null, rejoined = false } = {}) {
    this.#connection = { state, reason, error, rejoined };
    this.#emit('connection', this.#connection);
  }

  #mark(name) {
    if (name === 'click') this.marks = {};
    this.marks[name] = this.#environment.now();
    performance.clearMarks?.(`baton:${name}`);
    performance.mark?.(`baton:${name}`);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
