// SPDX-License-Identifier: GPL-3.0-or-later
// By which transport media go: what the application wishes, of that what the server offers, and of that what works.

import { BatonError } from './baton_error.js';
import { DirectLink } from './direct_link.js';
import { GatewayLink } from './gateway_link.js';

const kLinks = { direct: DirectLink, gateway: GatewayLink };
const kWishes = ['auto', ...Object.keys(kLinks)];

/** Refusals and failures of the direct transport alone: by the gateway the same may succeed. */
const kOfDirect = new Set([
  'transport_not_offered',
  'transport_full',
  'sdp_invalid',
  'sdp_without_media',
  'sdp_transport_unusable',
  'codec_not_in_room',
  'description_refused',
  'description_missing',
]);

/** What the whole client has in common: whoever found direct to be closed found it for all. */
export class Transports {
  #wish;
  /** Of the server that we joined last, preferred first; null: we have not joined yet. @type {string[]|null} */
  #offered = null;
  /** Why the gateway is used although direct was offered. @type {string|null} */
  #reason = null;
  #told;

  /** Called with each TransportInfo that is not the one before. */
  onchange = (/** @type {import('./types.js').TransportInfo} */ _info) => {};

  /**
   * @param {'auto'|'direct'|'gateway'} wish
   * @param {{now: () => number, timing: any}} environment
   */
  constructor(wish, environment) {
    if (!kWishes.includes(wish)) {
      throw new BatonError('element_invalid', `There is no transport ${wish}: it is one of ${kWishes.join(', ')}.`);
    }
    this.#wish = wish;
    this.publishing = new TransportUse(this, environment.timing);
    this.subscribed = new TransportUse(this, environment.timing);
    this.#told = JSON.stringify(this.info);
  }

  /** @returns {import('./types.js').TransportInfo} */
  get info() {
    const publishing = this.publishing.inUse;
    const subscribed = this.subscribed.inUse;
    const all = [publishing, subscribed].filter(Boolean);
    const name = all.includes('gateway') ? 'gateway' : (all[0] ?? null);
    return { name, publishing, subscribed, reason: this.#reason };
  }

  /** Of the session that has begun: the element `transports` of the answer to `join`. @param {string[]|undefined} offered */
  set offered(offered) {
    this.#offered = offered ?? ['gateway'];
  }

  /** How the next PeerConnection is to be made. @returns {import('./peer_link.js').Link} */
  get next() {
    if (this.#wish !== 'auto') return kLinks[this.#wish];
    if (this.#reason !== null) return GatewayLink;
    return kLinks[this.#offered?.find((name) => name in kLinks) ?? 'gateway'];
  }

  /** Whether a server that has not been joined yet may choose. */
  get leftToServer() {
    return this.#wish === 'auto' && this.#reason === null;
  }

  /** Whether an offer by this transport is one that the application may be given. @param {import('./peer_link.js').Link} Link */
  takes(Link) {
    return this.#wish === 'auto' || kLinks[this.#wish] === Link;
  }

  /** Direct does not work. Whether the gateway is to be used from now on. @param {string} reason */
  fallBack(reason) {
    if (this.#wish !== 'auto') return false;
    if (this.#reason === null && this.#offered?.includes('direct')) this.#reason = reason;
    this.tell();
    return true;
  }

  /** The client leaves. What did not work may work when it comes again. */
  reset() {
    this.#reason = null;
    this.publishing.end();
    this.subscribed.end();
    this.tell();
  }

  tell() {
    const { info } = this;
    const told = JSON.stringify(info);
    if (told === this.#told) return;
    this.#told = told;
    this.onchange(info);
  }
}

/** What is published, or what is received, and how that has gone so far. */
class TransportUse {
  #transports;
  #timing;
  /** @type {import('./peer_link.js').Link|null} */
  #tried = null;
  /** How often it was connected and broke, since it was last well. */
  #breaks = 0;
  /** The transport by which it was last connected. @type {'direct'|'gateway'|null} */
  inUse = null;

  constructor(transports, timing) {
    this.#transports = transports;
    this.#timing = timing;
  }

  /** An attempt begins. @returns {import('./peer_link.js').Link} */
  begin() {
    this.#tried = this.#transports.next;
    return this.#tried;
  }

  /** The same, with a join: which transports there are its answer tells. Returns what the request says of it. */
  beginWithJoin() {
    if (!this.#transports.leftToServer) return this.begin().wish;
    // Refused is the better one alone, if any is.
    this.#tried = DirectLink;
    return { transport: 'auto' };
  }

  /**
   * The offer that an answer of the server brings; null if it brings none.
   * @param {{data: any, jsep: RTCSessionDescriptionInit|undefined}} reply
   * @returns {{Link: import('./peer_link.js').Link, description: RTCSessionDescriptionInit}|null}
   */
  offerIn(reply) {
    const Link = reply.data.transport === DirectLink.transport ? DirectLink : GatewayLink;
    const description = Link.descriptionIn(reply, 'offer');
    return description && { Link, description };
  }

  /** An offer is about to be used. @param {import('./peer_link.js').Link} Link */
  accept(Link) {
    if (!this.#transports.takes(Link)) {
      throw new BatonError('transport_not_offered', `The server offers another transport than was asked for: ${Link.transport}.`);
    }
    this.#tried = Link;
  }

  /** @param {import('./peer_link.js').PeerLink & {transport: 'direct'|'gateway'}} link */
  connected(link) {
    this.inUse = link.transport;
    this.#transports.tell();
  }

  /**
   * A PeerConnection that was wanted is over. Whether the next attempt is another one than this. What never was
   * connected is closed to us; what worked and broke is tried once more.
   * @param {import('./peer_link.js').PeerLink & {transport: 'direct'|'gateway'}} link
   * @param {string} reason
   */
  failed(link, reason) {
    if (link.transport !== DirectLink.transport) return false;
    if (!link.wasConnected) return this.#transports.fallBack(reason);
    if (link.sinceConnectedMs > this.#timing.healthyMs) this.#breaks = 0;
    this.#breaks += 1;
    return this.#breaks > 1 && this.#transports.fallBack(reason);
  }

  /** An attempt was refused. Whether another one may succeed at once. @param {any} error */
  refused(error) {
    return this.#tried === DirectLink && kOfDirect.has(error.reason) && this.#transports.fallBack(error.reason);
  }

  /** It is not wanted any more. */
  end() {
    this.inUse = null;
    this.#breaks = 0;
    this.#transports.tell();
  }
}
