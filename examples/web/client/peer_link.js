// SPDX-License-Identifier: GPL-3.0-or-later
// Joins one RTCPeerConnection to one handle: who describes what when, and one place that says that the media connection
// is over. How descriptions travel, and what else joins the two, is the transport's: see gateway_link.js and direct_link.js.

import { BatonError } from './baton_error.js';

/**
 * @typedef {typeof import('./gateway_link.js').GatewayLink | typeof import('./direct_link.js').DirectLink} Link
 *
 * What each transport has beside the methods below:
 * - `static transport`: its name on the wire, which its links have too
 * - `static wish`: the elements of a request that asks for an offer by it
 * - `static ownHandle`: whether what did not come with a join takes a handle of its own
 * - `static descriptionIn(reply, type)`: what the server says of itself; null if it says nothing
 */

export class PeerLink {
  #now;
  #over = false;
  #closed = false;
  #failed = false;
  /** @type {number|null} */
  #connectedAt = null;

  /** Called once when the media connection is over and a new one is needed; again if it came back and broke again. */
  onfailed = (/** @type {string} */ _reason) => {};
  /** Called when packets stop getting through; they may come back. */
  ondisconnected = () => {};
  onconnected = () => {};

  /**
   * @param {import('./janus_connection.js').JanusHandle} handle
   * @param {RTCPeerConnection} peer
   * @param {import('./membership.js').Membership} membership
   * @param {any} environment   see BatonClient
   */
  constructor(handle, peer, membership, { now }) {
    this.handle = handle;
    this.peer = peer;
    this.membership = membership;
    this.#now = now;
    peer.onconnectionstatechange = () => this.#connectionStateChanged();
  }

  /** Whether nothing more is to come of it. */
  get over() {
    return this.#over;
  }

  get wasConnected() {
    return this.#connectedAt !== null;
  }

  /** How long ago it was first connected, in milliseconds; 0 if it never was. */
  get sinceConnectedMs() {
    return this.#connectedAt === null ? 0 : this.#now() - this.#connectedAt;
  }

  /** Whether the link itself decides before long how it goes. */
  get awaited() {
    return false;
  }

  /** Publishes what the peer sends. Resolves once it has taken the server's answer. */
  async publish() {
    await this.peer.setLocalDescription();
    const reply = await this.say('publish', this.peer.localDescription);
    if (this.#over) return;
    const answer = this.constructor.descriptionIn(reply, 'answer');
    if (!answer) throw notDescribed();
    await this.setRemote(answer);
    this.described();
  }

  /**
   * Takes the server's offer. Resolves once our answer is on its way, to when the server has taken that; to null if
   * nothing is to come of it any more.
   * @param {RTCSessionDescriptionInit} offer
   * @returns {Promise<{started: Promise<any>}|null>}
   */
  async answer(offer) {
    await this.setRemote(offer);
    if (this.#over) return null;
    await this.peer.setLocalDescription();
    if (this.#over) return null;
    const started = this.say('start', this.peer.localDescription);
    this.described();
    return { started };
  }

  /** From now on it says nothing and nothing is said of it; its last picture stands. */
  retire() {
    this.#over = true;
    this.onfailed = () => {};
    this.ondisconnected = () => {};
    this.onconnected = () => {};
  }

  /** Ends the PeerConnection here. What becomes of the handle is the caller's affair. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.retire();
    this.peer.onicecandidate = null;
    this.peer.onconnectionstatechange = null;
    this.peer.ontrack = null;
    this.peer.close();
  }

  // --- what a transport has its own way of ------------------------------------------------------------------------

  /**
   * Sends a request with our description.
   * @param {'publish'|'start'} _request
   * @param {RTCSessionDescriptionInit} _description
   * @returns {Promise<{data: any, jsep: RTCSessionDescriptionInit|undefined}>}
   */
  async say(_request, _description) {
    throw new Error('A link is one of a transport.');
  }

  /** @param {RTCSessionDescriptionInit} description */
  async setRemote(description) {
    await this.peer.setRemoteDescription(description);
  }

  /** Both sides are described. */
  described() {}
  /** It is connected, for the first time or again. */
  connected() {}
  /** It is not connected any more, and may come back by itself. */
  disconnected() {}
  /** It does not come back by itself. */
  broken() {
    this.fail('failed');
  }

  /** The other side misses our media, whatever the browser says. Whether something is tried for that. */
  missed() {
    return false;
  }
  /** And has them again. */
  heard() {}

  /** For transports: the media connection is over. */
  fail(reason) {
    if (this.#over || this.#failed) return;
    this.#failed = true;
    this.onfailed(reason);
  }

  #connectionStateChanged() {
    if (this.#over) return;
    switch (this.peer.connectionState) {
      case 'connected':
        this.#connectedAt ??= this.#now();
        this.#failed = false;
        this.connected();
        this.onconnected();
        break;
      case 'disconnected':
        this.disconnected();
        this.ondisconnected();
        break;
      case 'failed':
        this.broken();
        break;
      default:
        break;
    }
  }
}

/** An answer without the description that it should bring: the server could not make its side. */
export const notDescribed = () => new BatonError('description_missing', 'The server could not make its PeerConnection.');
