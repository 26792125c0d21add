// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps what this client publishes alive: on the current session, again after a reconnect, and again when its media
// connection has died. It always publishes on a handle of its own, so that a host can watch beside it.

import { Backoff } from './backoff.js';
import { BatonError, mayPass } from './baton_error.js';
import { preferRoomCodec } from './codecs.js';

/** A publication that lived as long was well; the next repair begins without delay again. */
const kHealthyMs = 10_000;
const kUnpublishMs = 2_000;

/** Screens are read, cameras are watched: the encoder keeps sharpness for the one and motion for the other. */
function hintFor(track) {
  if (track.contentHint) return track.contentHint;
  return track.getSettings?.().displaySurface ? 'detail' : '';
}

export class Publisher {
  #environment;
  /** By what it publishes, and how that went. */
  #transport;
  #membership = null;
  #roomCodec = null;
  #stream = null;
  #current = null;
  /** Grows whenever what is under way is not wanted any more. */
  #generation = 0;
  #serial = Promise.resolve();
  #waiting = [];
  #starting = false;
  #repairTimer = null;
  #backoff;
  /** @type {number|null} */
  #frameRateLimit = null;

  /** Called when a publication that nobody awaits has failed for good. */
  onerror = (/** @type {Error} */ _error) => {};
  /** Called with a mark's name at the points that are measured. */
  onmark = (/** @type {string} */ _name) => {};

  /** @param {any} environment  see BatonClient */
  constructor(environment) {
    this.#environment = environment;
    this.#transport = environment.transports.publishing;
    this.#backoff = new Backoff(environment.timing.repair, environment.random);
  }

  /** The stream that is published, or will be as soon as that is possible. */
  get stream() {
    return this.#stream;
  }

  /** The PeerConnection that sends, if there is one. */
  get peer() {
    return this.#current?.peer ?? null;
  }

  /** A new session to publish on; what was published before is published again. */
  attach(membership, roomCodec) {
    this.#membership = membership;
    this.#roomCodec = roomCodec;
    if (this.#stream) this.#try((generation) => this.#start(generation, { tell: false }));
  }

  /** The session is gone, and its server side with it. */
  detach() {
    this.#cancel();
    this.#membership = null;
    this.#current?.close();
    this.#current = null;
  }

  /**
   * Publishes the stream; one that is published already is replaced, without renegotiation if it has the same kinds
   * of tracks. Resolves once the server has agreed, over reconnects if need be.
   * @param {MediaStream} stream
   * @returns {Promise<void>}
   */
  publish(stream) {
    if (!this.#membership && !this.#stream) {
      return Promise.reject(new BatonError('not_joined', 'Join the room before you publish.'));
    }
    if (stream.getTracks().length === 0) {
      return Promise.reject(new BatonError('element_invalid', 'The stream has no tracks.'));
    }
    this.#cancel();
    this.#settle(superseded());
    this.#stream = stream;
    for (const track of stream.getVideoTracks()) track.contentHint = hintFor(track);
    const published = new Promise((fulfil, reject) => this.#waiting.push({ fulfil, reject }));
    if (this.#membership) this.#try((generation) => this.#replaceOrStart(generation));
    return published;
  }

  /** Stops publishing. The tracks are the caller's to stop. */
  async unpublish() {
    this.#cancel();
    this.#settle(superseded());
    this.#stream = null;
    await this.#inTurn(() => this.#stop({ tell: true }));
    this.#transport.end();
  }

  /** Forgets everything, for a client that leaves. */
  reset() {
    this.#stream = null;
    this.detach();
    this.#settle(superseded());
  }

  /**
   * Sends at most so many pictures a second, from now on and whatever is published later; null: as many as there are.
   * @param {number|null} framesPerSecond
   */
  limitFrameRate(framesPerSecond) {
    if (framesPerSecond === this.#frameRateLimit) return;
    this.#frameRateLimit = framesPerSecond;
    this.#current?.limitFrameRate(framesPerSecond);
  }

  /**
   * Publishes anew on a fresh handle, if it is still wanted after a while. Harmless to call repeatedly.
   * @param {number} [retryAfterMs]   the server takes nothing sooner
   */
  repair(retryAfterMs = 0) {
    // The server must not take this for a wish to stop, so nothing is said on the old handle.
    this.#publishAnew(this.#backoff.next(retryAfterMs), { tell: false });
  }

  /** The room misses our media. While they are being published anew it says so too: the old ones ended for that. */
  missed() {
    const link = this.#current?.link;
    if (this.#starting || link?.awaited || link?.missed()) return;
    if (link) this.#broken(link, 'media_missed');
    else this.repair();
  }

  /** The room has our media again. */
  returned() {
    this.cancelRepair();
    this.#current?.link.heard();
  }

  /** What made a repair necessary is over. */
  cancelRepair() {
    clearTimeout(this.#repairTimer);
    this.#repairTimer = null;
  }

  #publishAnew(waitMs, options) {
    if (!this.#stream || !this.#membership || this.#repairTimer) return;
    this.#repairTimer = setTimeout(() => {
      this.#repairTimer = null;
      this.#try((generation) => this.#start(generation, options));
    }, waitMs);
  }

  /** What never was connected is taken back: it was no host's stream that broke off. */
  #broken(link, reason) {
    if (this.#transport.failed(link, reason)) this.#publishAnew(0, { tell: !link.wasConnected });
    else this.repair();
  }

  /** Runs one attempt and decides what follows from its outcome. */
  async #try(attempt) {
    const generation = this.#generation;
    try {
      await this.#inTurn(() => attempt(generation));
      if (generation === this.#generation) this.#settle(null);
    } catch (error) {
      if (generation !== this.#generation) return;
      if (this.#transport.refused(error)) {
        this.#publishAnew(0, { tell: false });
        return;
      }
      if (mayPass(error)) {
        this.repair(error.retryAfterMs);
        return;
      }
      this.#stream = null;
      if (this.#waiting.length > 0) this.#settle(error);
      else this.onerror(error);
    }
  }

  #settle(error) {
    for (const { fulfil, reject } of this.#waiting.splice(0)) {
      if (error) reject(error);
      else fulfil();
    }
  }

  #cancel() {
    this.#generation += 1;
    this.cancelRepair();
  }

  /** Operations follow each other: the server knows one publication of a session at a time. */
  #inTurn(operation) {
    const result = this.#serial.then(operation);
    this.#serial = result.catch(() => {});
    return result;
  }

  async #replaceOrStart(generation) {
    if (generation !== this.#generation) throw superseded();
    const senders = this.#current?.senders;
    const kinds = (list) =>
      list
        .map((one) => one.kind)
        .sort()
        .join();
    if (!senders || kinds(senders) !== kinds(this.#stream.getTracks())) {
      await this.#start(generation, { tell: true });
      return;
    }
    for (const track of this.#stream.getTracks()) {
      await senders.find((one) => one.kind === track.kind).sender.replaceTrack(track);
    }
  }

  async #start(generation, options) {
    this.#starting = true;
    try {
      await this.#startNow(generation, options);
    } finally {
      this.#starting = false;
    }
  }

  async #startNow(generation, { tell }) {
    const isCurrent = () => generation === this.#generation && this.#membership !== null;
    if (!isCurrent()) throw superseded();
    await this.#stop({ tell });
    if (!isCurrent()) throw superseded();
    const membership = this.#membership;
    const handle = await membership.attachHandle();
    if (!isCurrent()) {
      handle.detach();
      throw superseded();
    }
    await this.#environment.ice.refresh();
    if (!isCurrent()) {
      handle.detach();
      throw superseded();
    }
    const publication = new Publication(handle, membership, this.#transport.begin(), this.#environment);
    this.#current = publication;
    this.#watch(publication, membership);
    try {
      await publication.negotiate(this.#stream, this.#roomCodec);
    } catch (error) {
      if (this.#current === publication) this.#current = null;
      publication.close();
      await handle.detach();
      throw error;
    }
    if (this.#frameRateLimit !== null) publication.limitFrameRate(this.#frameRateLimit);
    this.onmark('published');
  }

  #watch(publication, membership) {
    const { link } = publication;
    link.onfailed = (reason) => {
      if (this.#current !== publication) return;
      if (publication.ageMs() > kHealthyMs) this.#backoff.reset();
      this.#broken(link, reason);
    };
    link.ondisconnected = () => membership.probe(this.#environment.timing.probeMs);
    link.onconnected = () => {
      this.onmark('publish-connected');
      this.#transport.connected(link);
    };
  }

  async #stop({ tell }) {
    const publication = this.#current;
    this.#current = null;
    if (!publication) return;
    // Said before the media end, so that the server takes it for a wish and not for a loss.
    if (tell) {
      const { handle } = publication;
      await this.#membership?.ask({ request: 'unpublish' }, { handle, timeoutMs: kUnpublishMs }).catch(() => {});
    }
    publication.close();
    await publication.handle.detach();
  }
}

const superseded = () => new BatonError('left', 'What was under way is not wanted any more.');

/** One attempt: a handle, a PeerConnection and what it sends. */
class Publication {
  #beganAt;
  #environment;
  #limiting = Promise.resolve();

  /** @param {any} handle @param {any} membership @param {import('./peer_link.js').Link} Link @param {any} environment */
  constructor(handle, membership, Link, environment) {
    const { RTCPeerConnection, ice, now } = environment;
    this.#environment = environment;
    this.#beganAt = now();
    this.handle = handle;
    this.peer = new RTCPeerConnection(ice.configuration());
    this.link = new Link(handle, this.peer, membership, environment);
    /** @type {{kind: string, sender: RTCRtpSender}[]} */
    this.senders = [];
  }

  ageMs() {
    return this.#environment.now() - this.#beganAt;
  }

  async negotiate(stream, roomCodec) {
    for (const track of stream.getTracks()) {
      const transceiver = this.peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
      preferRoomCodec(transceiver, track.kind, roomCodec, this.#environment.RTCRtpSender);
      this.senders.push({ kind: track.kind, sender: transceiver.sender });
    }
    await this.link.publish();
  }

  limitFrameRate(framesPerSecond) {
    for (const { kind, sender } of this.senders) {
      if (kind !== 'video') continue;
      // One change after the other: each begins with the parameters that the one before left.
      this.#limiting = this.#limiting.then(() => setFrameRate(sender, framesPerSecond)).catch(() => {});
    }
  }

  close() {
    this.link.close();
  }
}

/** A browser that does not know the limit sends as before, which is no harm. */
async function setFrameRate(sender, framesPerSecond) {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings ?? []) {
    if (framesPerSecond === null) delete encoding.maxFramerate;
    else encoding.maxFramerate = framesPerSecond;
  }
  await sender.setParameters(parameters);
}
