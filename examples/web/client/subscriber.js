// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps this client's reception of the program alive: on the current session, again after a reconnect, and again
// when its media connection has died. Handovers need nothing here: the program goes on in the same PeerConnection.

import { Backoff } from './backoff.js';
import { BatonError, mayPass } from './baton_error.js';
import { notDescribed } from './peer_link.js';

const kHealthyMs = 10_000;

/**
 * @typedef {object} SubscriptionWithJoin   what the answer to `join` says of the subscription, if that was asked for
 * @property {{data: any, jsep: RTCSessionDescriptionInit|undefined}} [reply]   with an offer or without
 * @property {object} [refusal]
 */

export class Subscriber {
  #environment;
  /** By what it receives, and how that went. */
  #transport;
  #membership = null;
  #wanted = false;
  #current = null;
  /** The one before, kept until the new one shows a picture, so that the last picture stands. */
  #previous = null;
  #generation = 0;
  #repairTimer = null;
  #backoff;
  #waiting = [];
  #spare = null;

  /** Called with each new stream of the program. */
  onstream = (/** @type {MediaStream} */ _stream) => {};
  onerror = (/** @type {Error} */ _error) => {};
  onmark = (/** @type {string} */ _name) => {};

  /** @param {any} environment  see BatonClient */
  constructor(environment) {
    this.#environment = environment;
    this.#transport = environment.transports.subscribed;
    this.#backoff = new Backoff(environment.timing.repair, environment.random);
  }

  /** Whether the program is wanted. */
  get wanted() {
    return this.#wanted;
  }

  set wanted(wanted) {
    this.#wanted = wanted;
  }

  /** The PeerConnection that receives, if there is one. */
  get peer() {
    return this.#current?.link.peer ?? null;
  }

  /** @returns {MediaStream|null} */
  get stream() {
    return this.#current?.stream ?? null;
  }

  /** Makes the PeerConnection before it is needed, since the first one of a page takes its time. */
  prepare() {
    this.#spare ??= this.#newPeer();
  }

  /**
   * A new session to receive on.
   * @param {import('./membership.js').Membership} membership
   * @param {SubscriptionWithJoin} [withJoin]
   */
  attach(membership, { reply, refusal } = {}) {
    this.#membership = membership;
    if (!this.#wanted) {
      // It was wanted when the join was asked for.
      if (reply && this.#transport.offerIn(reply)) this.#releaseHandle(membership.handle);
      return;
    }
    const generation = this.#generation;
    this.#begin({ reply, refusal }, generation).catch((error) => this.#failed(error, generation));
  }

  /** The session is gone, and its server side with it. The last picture stays. */
  detach() {
    this.#cancel();
    this.#membership = null;
    this.#retire();
  }

  /**
   * Asks for the program. Resolves to its stream.
   * @returns {Promise<MediaStream>}
   */
  subscribe() {
    if (!this.#membership) return Promise.reject(new BatonError('not_joined', 'Join the room before you subscribe.'));
    const began = this.#wanted;
    this.#wanted = true;
    if (this.stream) return Promise.resolve(this.stream);
    const result = new Promise((fulfil, reject) => this.#waiting.push({ fulfil, reject }));
    if (!began) this.attach(this.#membership);
    return result;
  }

  /** Stops receiving. */
  unsubscribe() {
    this.#wanted = false;
    this.#cancel();
    const current = this.#current;
    this.#current = null;
    this.#release(current);
    this.dropPrevious();
    this.#transport.end();
    this.#settle(new BatonError('left', 'The program is not wanted any more.'));
  }

  /** Forgets everything, for a client that leaves. */
  reset() {
    this.#wanted = false;
    this.detach();
    this.dropPrevious();
    this.#spare?.close();
    this.#spare = null;
    this.#settle(new BatonError('left', 'The room was left.'));
  }

  /** To be called once a picture of the new stream is shown. */
  dropPrevious() {
    this.#previous?.link.close();
    this.#previous = null;
  }

  /**
   * Receives anew on a fresh handle after a while.
   * @param {number} [retryAfterMs]   the server takes nothing sooner
   */
  repair(retryAfterMs = 0) {
    this.#subscribeAnew(this.#backoff.next(retryAfterMs));
  }

  #subscribeAnew(waitMs) {
    if (!this.#wanted || !this.#membership || this.#repairTimer) return;
    const generation = this.#generation;
    this.#repairTimer = setTimeout(() => {
      this.#repairTimer = null;
      this.#subscribeOnFresh(generation).catch((error) => this.#failed(error, generation));
    }, waitMs);
  }

  /** The PeerConnection that was made in advance, with the TURN servers that are known by now. */
  #takeSpare() {
    const spare = this.#spare;
    this.#spare = null;
    if (spare && this.#environment.ice.offered) spare.setConfiguration(this.#environment.ice.configuration());
    return spare;
  }

  #newPeer() {
    const { RTCPeerConnection, ice } = this.#environment;
    return new RTCPeerConnection(ice.configuration());
  }

  async #begin({ reply, refusal }, generation) {
    const { handle } = this.#membership;
    if (refusal) {
      const error = BatonError.fromRefusal(refusal);
      if (!this.#transport.refused(error)) throw error;
    }
    const offer = reply && this.#transport.offerIn(reply);
    if (offer) await this.#accept(handle, offer, generation);
    else if (this.#transport.begin().ownHandle) await this.#subscribeOnFresh(generation);
    else await this.#subscribeOn(handle, generation);
  }

  async #subscribeOnFresh(generation) {
    const handle = await this.#membership.attachHandle();
    if (generation === this.#generation) await this.#subscribeOn(handle, generation);
    else handle.detach();
  }

  async #subscribeOn(handle, generation) {
    const membership = this.#membership;
    let offer;
    try {
      const { wish } = this.#transport.begin();
      offer = this.#transport.offerIn(await membership.ask({ request: 'subscribe', ...wish }, { handle }));
    } catch (error) {
      // The next try takes a fresh handle; the one that joined has more to carry than this.
      if (handle !== membership.handle) handle.detach();
      throw error;
    }
    if (this.#keeps(handle, membership, generation)) await this.#accept(handle, offer, generation);
  }

  async #accept(handle, offer, generation) {
    const membership = this.#membership;
    try {
      if (!offer) throw notDescribed();
      this.#transport.accept(offer.Link);
    } catch (error) {
      this.#releaseHandle(handle);
      throw error;
    }
    this.onmark('offer');
    const { ice } = this.#environment;
    if (ice.runsOut) {
      await ice.refresh();
      if (!this.#keeps(handle, membership, generation)) return;
    }
    const peer = this.#takeSpare() ?? this.#newPeer();
    const { MediaStream, now } = this.#environment;
    const link = new offer.Link(handle, peer, membership, this.#environment);
    const subscription = { handle, link, stream: new MediaStream(), beganAt: now() };
    this.#retire();
    this.#current = subscription;
    this.#watch(subscription, membership);
    peer.ontrack = ({ track }) => subscription.stream.addTrack(track);
    const answered = await link.answer(offer.description);
    if (!answered) return;
    this.onmark('answer-sent');
    // Showing takes time too, which passes while the answer travels.
    this.#settle(null, subscription.stream);
    this.onstream(subscription.stream);
    answered.started.catch((error) => this.#failed(error, generation));
    if (!receivesVideo(peer)) this.onerror(notShown());
  }

  #watch(subscription, membership) {
    const { link } = subscription;
    link.onconnected = () => {
      this.onmark('ice-connected');
      this.#transport.connected(link);
    };
    link.ondisconnected = () => membership.probe(this.#environment.timing.probeMs);
    link.onfailed = (reason) => {
      if (this.#current !== subscription) return;
      if (this.#environment.now() - subscription.beganAt > kHealthyMs) this.#backoff.reset();
      if (this.#transport.failed(link, reason)) this.#subscribeAnew(0);
      else this.repair();
    };
  }

  /** Whether the subscription on this handle is still wanted. One that is not is given back, if its session goes on. */
  #keeps(handle, membership, generation) {
    if (generation === this.#generation) return true;
    if (membership === this.#membership) this.#releaseHandle(handle);
    return false;
  }

  /** The current reception becomes the previous one. */
  #retire() {
    const retired = this.#current;
    this.#current = null;
    if (!retired) return;
    this.dropPrevious();
    this.#previous = retired;
    retired.link.retire();
    this.#releaseHandle(retired.handle);
  }

  #release(subscription) {
    if (!subscription) return;
    subscription.link.close();
    this.#releaseHandle(subscription.handle);
  }

  #releaseHandle(handle) {
    if (!this.#membership?.alive) return;
    // The handle that joined carries the session: only its media end.
    if (handle === this.#membership.handle) handle.hangup();
    else handle.detach();
  }

  #failed(error, generation) {
    if (generation !== this.#generation) return;
    if (this.#transport.refused(error)) {
      this.#subscribeAnew(0);
      return;
    }
    if (mayPass(error)) {
      this.repair(error.retryAfterMs);
      return;
    }
    this.#wanted = false;
    if (this.#waiting.length > 0) this.#settle(error);
    else this.onerror(error);
  }

  #settle(error, stream) {
    for (const { fulfil, reject } of this.#waiting.splice(0)) {
      if (error) reject(error);
      else fulfil(stream);
    }
  }

  #cancel() {
    this.#generation += 1;
    clearTimeout(this.#repairTimer);
    this.#repairTimer = null;
  }
}

/** Whether our answer took the video of the offer; a browser refuses what it has no codec for. @param {RTCPeerConnection} peer */
function receivesVideo(peer) {
  return peer.getTransceivers().some((one) => one.receiver.track.kind === 'video' && one.currentDirection === 'recvonly');
}

const notShown = () =>
  new BatonError('codec_unsupported', 'This browser cannot show the video of this room, whose codec it does not have. What there is of sound is heard.');
