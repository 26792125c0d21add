// SPDX-License-Identifier: GPL-3.0-or-later
// A PeerConnection by the gateway's own: descriptions travel in `jsep`, candidates after them, both ways, each only when
// the other side can take them. Janus tells when it has ended its side.

import { PeerLink } from './peer_link.js';

/** Candidates kept until they can be used; a server has a handful. */
const kMaxCandidates = 100;

/**
 * The offer as we take it: with the server as the side that begins the DTLS handshake (RFC 5763, section 5), so that
 * our answer says `a=setup:passive`. A server that waits for our first message may miss it and lose a second.
 * @param {RTCSessionDescriptionInit} offer
 */
export function letServerBegin(offer) {
  return { type: offer.type, sdp: offer.sdp.replaceAll('a=setup:actpass', 'a=setup:active') };
}

export class GatewayLink extends PeerLink {
  static transport = 'gateway';
  static wish = {};
  static ownHandle = false;

  #outgoing = [];
  #incoming = [];
  #mayTrickle = false;
  #hasRemote = false;

  constructor(handle, peer, membership, environment) {
    super(handle, peer, membership, environment);
    handle.observer = {
      ...handle.observer,
      trickle: (candidate) => this.#receiveCandidate(candidate),
      hangup: (reason) => this.fail(`hangup: ${reason}`),
    };
    for (const candidate of handle.takeEarlyCandidates()) this.#receiveCandidate(candidate);
    peer.onicecandidate = ({ candidate }) => this.#sendCandidate(candidate?.candidate ? candidate : null);
  }

  /** @param {{data: any, jsep: RTCSessionDescriptionInit|undefined}} reply */
  static descriptionIn({ jsep }) {
    return jsep ?? null;
  }

  get transport() {
    return GatewayLink.transport;
  }

  say(request, description) {
    const answered = this.membership.ask({ request }, { handle: this.handle, jsep: description });
    this.#mayTrickle = true;
    for (const candidate of this.#outgoing.splice(0)) this.handle.trickle(candidate);
    return answered;
  }

  async setRemote(description) {
    await super.setRemote(description?.type === 'offer' ? letServerBegin(description) : description);
    this.#hasRemote = true;
    for (const candidate of this.#incoming.splice(0)) this.#addCandidate(candidate);
  }

  #sendCandidate(candidate) {
    if (this.over) return;
    const wire = candidate && {
      candidate: candidate.candidate,
      sdpMid: candidate.sdpMid,
      sdpMLineIndex: candidate.sdpMLineIndex,
    };
    if (this.#mayTrickle) this.handle.trickle(wire);
    else if (this.#outgoing.length < kMaxCandidates) this.#outgoing.push(wire);
  }

  #receiveCandidate(candidate) {
    if (this.over || !candidate || candidate.completed) return;
    if (this.#hasRemote) this.#addCandidate(candidate);
    else if (this.#incoming.length < kMaxCandidates) this.#incoming.push(candidate);
  }

  #addCandidate(candidate) {
    // A candidate that cannot be used is no loss as long as another one can.
    this.peer.addIceCandidate(candidate).catch(() => {});
  }
}
