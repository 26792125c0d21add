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

import { environmentWith } from './client/environment.js';
import { IceConfiguration } from './client/ice_configuration.js';
import { refusalOf } from './client/media.js';
import { RoomRequests } from './client/room_requests.js';
import { Wiring } from './client/wiring.js';

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
 * @typedef {import('./client/types.js').TransportInfo} TransportInfo
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
 * | `transport`         | TransportInfo: by what media go now, or that direct does not work                           |
 * | `error`             | BatonError or DOMException of something that nobody awaits                                  |
 */
export class BatonClient extends RoomRequests {
  #environment;
  #parts;

  /**
   * @param {object} options
   * @param {string} options.url                      of Janus's WebSocket transport
   * @param {RTCIceServer[]} [options.iceServers]     beside those that the server names in its answer to `join`
   * @param {RTCIceTransportPolicy} [options.iceTransportPolicy]   `relay`: by TURN servers only
   * @param {boolean} [options.saveWhenUnwatched]     as host, send few pictures while nobody is there to see them; all
   *                                                  again as soon as somebody comes
   * @param {import('./client/types.js').TransportWish} [options.transport]   by which media are to go
   * @param {number} [options.directTimeoutMs]        how long `direct` may take to be connected; 4000 unless said otherwise
   * @param {object} [options.environment]            replacements for the browser's own, for tests
   */
  constructor({ url, iceServers = [], iceTransportPolicy = 'all', saveWhenUnwatched = false, ...options }) {
    const { transport = 'auto', directTimeoutMs, environment = {} } = options;
    super({
      ask: (body) => this.#parts.ask(body),
      asker: () => this.#parts.asker(),
      askWithoutSession: (body) => this.#parts.keeper.askWithoutSession(body),
      room: () => this.#parts.keeper.wanted?.room,
      activity: () => this.activity,
      learn: (answer) => this.#parts.follower.learn(answer),
    });
    const ice = new IceConfiguration(iceServers, iceTransportPolicy);
    this.#environment = environmentWith(environment, ice, { transport, directTimeoutMs });
    this.#parts = new Wiring(url, this.#environment, { saveWhenUnwatched });
    this.#parts.onnews = (type, detail) => this.dispatchEvent(new CustomEvent(type, { detail }));
    globalThis.addEventListener?.('online', () => this.#parts.keeper.hurry());
  }

  /** What is known of the room; null before the first join. @returns {RoomState|null} */
  get state() {
    return this.#parts.state;
  }

  /** What the room carries beside its picture. @returns {import('./client/activity.js').ActivityState|null} */
  get activity() {
    return this.#parts.activity;
  }

  /** @returns {ConnectionInfo} */
  get connection() {
    return this.#parts.connection;
  }

  /**
   * What a page may keep, as in sessionStorage, to be the same participant after it was loaded anew. It changes with each
   * join. @returns {import('./client/types.js').Resumption|null}
   */
  get resumption() {
    return this.#parts.keeper.resumption;
  }

  /** The program's stream, if subscribed. @returns {MediaStream|null} */
  get stream() {
    return this.#parts.media.subscriber.stream;
  }

  /** Whether the program is received, or will be as soon as that is possible. */
  get watching() {
    return this.#parts.media.subscriber.wanted;
  }

  /** What is being published, or will be after a reconnect. @returns {MediaStream|null} */
  get publishedStream() {
    return this.#parts.media.publisher.stream;
  }

  /** By what media go. @returns {TransportInfo} */
  get transport() {
    return this.#environment.transports.info;
  }

  /** The PeerConnections in use, for statistics. */
  get peers() {
    return { publishing: this.#parts.media.publisher.peer, subscribed: this.#parts.media.subscriber.peer };
  }

  /**
   * Moments of the last join on the clock of performance.now(): `click`, `joined`, `offer`, `answer-sent`,
   * `ice-connected`, `first-frame`; and `published`, `publish-connected`. Also performance marks named `baton:...`.
   * @returns {Record<string, number>}
   */
  get marks() {
    return this.#parts.marks;
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
    if (this.#parts.keeper.wanted) return;
    if (subscribe) this.#parts.media.subscriber.prepare();
    await this.#parts.keeper.prepare();
  }

  /**
   * Joins the room. Resolves once that has worked, however often the connection fails before; rejects when the server
   * refuses, or when leave() is called first.
   * @param {import('./client/types.js').JoinOptions} options
   * @returns {Promise<RoomState>}
   */
  async join({ room, user, displayName = user, role = 'viewer', subscribe = false, ...how }) {
    const { create = null, waitForRoom = false, resumption = null, token = null, pin = null } = how;
    if (!this.#parts.keeper.wanted) {
      this.#parts.mark('click');
      this.#parts.follower.reset();
      this.#parts.media.subscriber.wanted = subscribe;
      this.#parts.tellConnection('connecting');
    }
    const wanted = { room, user, displayName, role, subscribe, create, waitForRoom, resumption, token, pin };
    await this.#parts.keeper.join(wanted);
    return this.state;
  }

  /** Leaves for good, also while a reconnect is under way: nothing joins again afterwards. */
  async leave() {
    await this.#parts.keeper.leave();
  }

  // --- media -----------------------------------------------------------------------------------------------------

  /**
   * Publishes a stream: on air while you are host, in standby while you are controller. Calling it again replaces
   * what is published.
   * @param {MediaStream} stream
   */
  publish(stream) {
    const refusal = refusalOf(this.state);
    return refusal ? Promise.reject(refusal) : this.#parts.media.publisher.publish(stream);
  }

  /** Stops publishing. The tracks are yours to stop. */
  unpublish() {
    return this.#parts.media.publisher.unpublish();
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
    this.#parts.keeper.subscribe = true;
    return this.#parts.media.subscriber.subscribe();
  }

  /** Stops receiving the program. */
  unsubscribe() {
    this.#parts.keeper.subscribe = false;
    this.#parts.media.unsubscribe();
  }

  /**
   * Names the element that shows the program, now and after every reconnect.
   * @param {HTMLVideoElement} video
   */
  attachVideo(video) {
    this.#parts.media.attachVideo(video);
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
    this.#parts.signals.ready();
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
    return this.#parts.signals.send(user, kind, payload);
  }

  /**
   * Waits until everybody present is ready for signals; for the host. One wait at a time.
   * @param {{timeoutMs?: number}} [options]   100 ms to 2 min
   * @returns {Promise<{ready: boolean, notReady: string[]}>}   `notReady`: who was not when the time was over
   */
  whenReady({ timeoutMs = 10_000 } = {}) {
    return this.#parts.readiness.wait(timeoutMs);
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
    const promotion = this.#parts.question.take();
    await this.#parts.ask({ request: 'promotion', action: accept ? 'accept' : 'decline', promotion });
  }
}
