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
// and the video keeps its last picture until the new one is there.

import { BatonError } from './client/baton_error.js';
import { Playout } from './client/playout.js';
import { PromotionQuestion } from './client/promotion_question.js';
import { Publisher } from './client/publisher.js';
import { RoomRequests } from './client/room_requests.js';
import { applyEvent, fromSnapshot, participantOf } from './client/room_state.js';
import { SessionKeeper } from './client/session_keeper.js';
import { Subscriber } from './client/subscriber.js';
import { kTiming } from './client/timing.js';

export { BatonError } from './client/baton_error.js';
export { graceRemainingMs, participantOf, promotionRemainingMs } from './client/room_state.js';

/**
 * @typedef {import('./client/room_state.js').RoomState} RoomState
 * @typedef {import('./client/room_state.js').Role} Role
 *
 * @typedef {object} JoinOptions
 * @property {string} room
 * @property {string} user              id: letters, digits and `._~@+:=-`
 * @property {string} [displayName]
 * @property {Role} [role]              `viewer` unless said otherwise
 * @property {boolean} [subscribe]      receive the program from the start
 * @property {object|null} [create]     settings with which to create the room if it does not exist
 * @property {boolean} [waitForRoom]    if the room does not exist, wait until it does
 *
 * @typedef {'idle'|'connecting'|'joined'|'reconnecting'|'ended'} ConnectionState
 *
 * @typedef {object} ConnectionInfo
 * @property {ConnectionState} state
 * @property {string|null} reason       why it is so: `socket_closed`, `no_answer`, `left`, `replaced`, `kicked`, ...
 * @property {Error|null} error         the last failure while connecting
 * @property {boolean} rejoined         after a reconnect: whether role and state were kept
 */

/**
 * One participant in one room. Events, each a CustomEvent with a `detail`:
 *
 * | event        | detail                                                                                     |
 * |--------------|--------------------------------------------------------------------------------------------|
 * | `state`      | `{state: RoomState, cause}`: the room changed; `cause` is the event's kind, or `joined`     |
 * | `program`    | `{state, user, switchedAtMs}`: whose picture is on air, or that it stands still             |
 * | `stream`     | MediaStream: a new stream of the program, after subscribing or a reconnect                  |
 * | `picture`    | –: the first picture of the current stream is on the screen of the attached video           |
 * | `promotion`  | `{promotion, deadline}`: you are asked to become host; `null`: not any more                 |
 * | `released`   | `{reason}`: the server ended this session for good; nothing reconnects                      |
 * | `connection` | ConnectionInfo                                                                             |
 * | `error`      | BatonError or DOMException of something that nobody awaits                                  |
 */
export class BatonClient extends RoomRequests {
  #environment;
  #keeper;
  /** @type {RoomState|null} */
  #room = null;
  /** @type {ConnectionInfo} */
  #connection = { state: 'idle', reason: null, error: null, rejoined: false };
  #question = new PromotionQuestion();
  #publisher;
  #subscriber;
  #playout = null;

  /**
   * Moments of the last join on the clock of performance.now(): `click`, `joined`, `offer`, `answer-sent`,
   * `ice-connected`, `first-frame`; and `published`, `publish-connected`. Also performance marks named `baton:...`.
   * @type {Record<string, number>}
   */
  marks = {};

  /**
   * @param {object} options
   * @param {string} options.url                      of Janus's WebSocket transport
   * @param {RTCIceServer[]} [options.iceServers]
   * @param {object} [options.environment]            replacements for the browser's own, for tests
   */
  constructor({ url, iceServers = [], environment = {} }) {
    super({
      ask: (body) => this.#ask(body),
      askWithoutSession: (body) => this.#askWithoutSession(body),
      room: () => this.#keeper.wanted?.room,
    });
    this.#environment = {
      WebSocket: globalThis.WebSocket,
      RTCPeerConnection: globalThis.RTCPeerConnection,
      RTCRtpSender: globalThis.RTCRtpSender,
      MediaStream: globalThis.MediaStream,
      now: () => performance.now(),
      random: Math.random,
      ...environment,
      iceServers,
      timing: { ...kTiming, ...environment.timing },
    };
    this.#keeper = new SessionKeeper(url, this.#environment);
    this.#keeper.onjoined = (membership, joined, jsep) => this.#begin(membership, joined, jsep);
    this.#keeper.onlost = (reason) => this.#interrupted(reason);
    this.#keeper.onretry = (error) => this.#setConnection(this.#connection.state, { ...this.#connection, error });
    this.#keeper.onended = (reason, how) => this.#ended(reason, how);
    this.#publisher = new Publisher(this.#environment);
    this.#subscriber = new Subscriber(this.#environment);
    for (const part of [this.#publisher, this.#subscriber]) {
      part.onerror = (error) => this.#emit('error', error);
      part.onmark = (name) => this.#mark(name);
    }
    this.#subscriber.onstream = (stream) => this.#showStream(stream);
    this.#question.onchange = (question) => this.#emit('promotion', question);
    globalThis.addEventListener?.('online', () => this.#keeper.hurry());
  }

  /** What is known of the room; null before the first join. @returns {RoomState|null} */
  get state() {
    return this.#room;
  }

  /** @returns {ConnectionInfo} */
  get connection() {
    return this.#connection;
  }

  /** The program's stream, if subscribed. @returns {MediaStream|null} */
  get stream() {
    return this.#subscriber.stream;
  }

  /** Whether the program is received, or will be as soon as that is possible. */
  get watching() {
    return this.#subscriber.wanted;
  }

  /** What is being published, or will be after a reconnect. @returns {MediaStream|null} */
  get publishedStream() {
    return this.#publisher.stream;
  }

  /** The PeerConnections in use, for statistics. */
  get peers() {
    return { publishing: this.#publisher.peer, subscribed: this.#subscriber.peer };
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
    if (subscribe) this.#subscriber.prepare();
    await this.#keeper.prepare();
  }

  /**
   * Joins the room. Resolves once that has worked, however often the connection fails before; rejects when the server
   * refuses, or when leave() is called first.
   * @param {JoinOptions} options
   * @returns {Promise<RoomState>}
   */
  async join({
    room,
    user,
    displayName = user,
    role = 'viewer',
    subscribe = false,
    create = null,
    waitForRoom = false,
  }) {
    if (!this.#keeper.wanted) {
      this.#mark('click');
      this.#room = null;
      this.#subscriber.wanted = subscribe;
      this.#setConnection('connecting');
    }
    await this.#keeper.join({ room, user, displayName, role, subscribe, create, waitForRoom });
    return this.#room;
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
    return this.#mediaRefusal() ?? this.#publisher.publish(stream);
  }

  /** Stops publishing. The tracks are yours to stop. */
  unpublish() {
    return this.#publisher.unpublish();
  }

  /**
   * Receives the program, if `join` did not ask for it already.
   * @param {HTMLVideoElement} [video]  where to show it
   * @returns {Promise<MediaStream>}
   */
  subscribe(video) {
    if (video) this.attachVideo(video);
    const refusal = this.#mediaRefusal();
    if (refusal) return refusal;
    this.#keeper.subscribe = true;
    return this.#subscriber.subscribe();
  }

  /** Stops receiving the program. */
  unsubscribe() {
    this.#keeper.subscribe = false;
    this.#subscriber.unsubscribe();
    this.#playout?.clear();
  }

  /**
   * Names the element that shows the program, now and after every reconnect.
   * @param {HTMLVideoElement} video
   */
  attachVideo(video) {
    this.#playout = new Playout(video);
    this.#playout.onpicture = () => {
      this.#subscriber.dropPrevious();
      this.#mark('first-frame');
      this.#emit('picture', null);
    };
    if (this.stream) this.#playout.show(this.stream);
  }

  /** Answers the question of a `promotion` event. @param {boolean} accept */
  async answerPromotion(accept) {
    const promotion = this.#question.take();
    await this.#ask({ request: 'promotion', action: accept ? 'accept' : 'decline', promotion });
  }

  // --- how it is done --------------------------------------------------------------------------------------------

  #begin(membership, joined, jsep) {
    this.#room = fromSnapshot(joined.snapshot, joined, this.#environment.now());
    this.#mark('joined');
    const { settings } = this.#room;
    if (settings.mode !== 'p2p') {
      this.#subscriber.attach(membership, jsep);
      this.#publisher.attach(membership, settings.video_codec);
    }
    this.#setConnection('joined', { rejoined: joined.rejoined === true });
    this.#emit('state', { state: this.#room, cause: 'joined' });
    this.#question.follow(this.#room);
    membership.start((event) => this.#receive(membership, event), settings.heartbeat_interval_ms);
  }

  #receive(membership, event) {
    if (membership !== this.#keeper.membership) return;
    if (event.baton === 'released') {
      this.#released(membership, event.reason);
      return;
    }
    const before = this.#room;
    this.#room = applyEvent(before, event, this.#environment.now());
    if (this.#room === before) return;
    this.#keeper.role = this.#room.me.role;
    this.#mendOwnMedia(event);
    if (event.baton === 'program') {
      this.#emit('program', { ...this.#room.program, switchedAtMs: event.program.switched_at_ms ?? null });
    }
    this.#emit('state', { state: this.#room, cause: event.baton });
    this.#question.follow(this.#room);
    if (this.#room.state === 'closed') this.#keeper.endedByServer(membership, 'room_closed');
  }

  /** The room says that our own media do not arrive: publish them anew. */
  #mendOwnMedia(event) {
    if (event.user !== this.#room.me.user) return;
    if (event.baton === 'host_returned') this.#publisher.cancelRepair();
    const mediaLost = event.baton === 'host_offline' && event.grace.reason.startsWith('media_');
    if (mediaLost) this.#publisher.missed();
  }

  #released(membership, reason) {
    // Somebody who was away for too long and is back comes in again.
    if (reason === 'absent_too_long') this.#keeper.lost(membership, reason);
    else this.#keeper.endedByServer(membership, reason);
  }

  #interrupted(reason) {
    this.#publisher.detach();
    this.#subscriber.detach();
    this.#question.reset();
    this.#setConnection('reconnecting', { reason });
  }

  #ended(reason, { error, byServer }) {
    this.#publisher.reset();
    this.#subscriber.reset();
    this.#question.reset();
    this.#setConnection('ended', { reason, error });
    if (byServer) this.#emit('released', { reason });
  }

  /** In a peer-to-peer room no media go through the server. @returns {Promise<never>|null} */
  #mediaRefusal() {
    if (this.#room?.settings.mode !== 'p2p') return null;
    return Promise.reject(new BatonError('mode_forbids', 'This room does not carry media through the server.'));
  }

  #ask(body) {
    const { membership } = this.#keeper;
    if (!membership) return Promise.reject(new BatonError('not_joined', 'There is no session at the moment.'));
    return membership.ask(body);
  }

  async #askWithoutSession(body) {
    const membership = this.#keeper.newMembership();
    try {
      await membership.open();
      return (await membership.send(body)).data;
    } finally {
      membership.close();
    }
  }

  #showStream(stream) {
    this.#playout?.show(stream);
    if (!this.#playout) this.#subscriber.dropPrevious();
    this.#emit('stream', stream);
  }

  /** @param {ConnectionState} state @param {Partial<ConnectionInfo>} [info] */
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

/** The display name of a user, also of one who is not there any more. @param {RoomState} state @param {string} user */
export function displayNameOf(state, user) {
  return participantOf(state, user)?.displayName ?? user;
}
