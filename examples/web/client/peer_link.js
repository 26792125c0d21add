// SPDX-License-Identifier: GPL-3.0-or-later
// Joins one RTCPeerConnection to one Janus handle: candidates both ways, each only when the other side can take
// them, and one place that says that the media connection is over.

/** Candidates kept until they can be used; a server has a handful. */
const kMaxCandidates = 100;

export class PeerLink {
  #outgoing = [];
  #incoming = [];
  #mayTrickle = false;
  #hasRemote = false;
  #closed = false;

  /** Called once when the media connection is over and a new one is needed. */
  onfailed = (/** @type {string} */ _reason) => {};
  /** Called when packets stop getting through; they may come back. */
  ondisconnected = () => {};
  onconnected = () => {};

  /**
   * @param {import('./janus_connection.js').JanusHandle} handle
   * @param {RTCPeerConnection} peer
   */
  constructor(handle, peer) {
    this.handle = handle;
    this.peer = peer;
    handle.observer = {
      ...handle.observer,
      trickle: (candidate) => this.#receiveCandidate(candidate),
      hangup: (reason) => this.#fail(`hangup: ${reason}`),
    };
    for (const candidate of handle.takeEarlyCandidates()) this.#receiveCandidate(candidate);
    peer.onicecandidate = ({ candidate }) => this.#sendCandidate(candidate?.candidate ? candidate : null);
    peer.onconnectionstatechange = () => this.#connectionStateChanged();
  }

  get closed() {
    return this.#closed;
  }

  /** To be called once the message with our description is on its way. */
  startTrickling() {
    this.#mayTrickle = true;
    for (const candidate of this.#outgoing.splice(0)) this.handle.trickle(candidate);
  }

  /** Sets the server's description, then the candidates that came before it. */
  async setRemote(description) {
    await this.peer.setRemoteDescription(description);
    this.#hasRemote = true;
    for (const candidate of this.#incoming.splice(0)) this.#addCandidate(candidate);
  }

  /** Ends the PeerConnection here. What becomes of the handle is the caller's affair. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.peer.onicecandidate = null;
    this.peer.onconnectionstatechange = null;
    this.peer.ontrack = null;
    this.peer.close();
  }

  #sendCandidate(candidate) {
    if (this.#closed) return;
    const wire = candidate && {
      candidate: candidate.candidate,
      sdpMid: candidate.sdpMid,
      sdpMLineIndex: candidate.sdpMLineIndex,
    };
    if (this.#mayTrickle) this.handle.trickle(wire);
    else if (this.#outgoing.length < kMaxCandidates) this.#outgoing.push(wire);
  }

  #receiveCandidate(candidate) {
    if (this.#closed || !candidate || candidate.completed) return;
    if (this.#hasRemote) this.#addCandidate(candidate);
    else if (this.#incoming.length < kMaxCandidates) this.#incoming.push(candidate);
  }

  #addCandidate(candidate) {
    // A candidate that cannot be used is no loss as long as another one can.
    this.peer.addIceCandidate(candidate).catch(() => {});
  }

  #connectionStateChanged() {
    switch (this.peer.connectionState) {
      case 'connected':
        this.onconnected();
        break;
      case 'disconnected':
        this.ondisconnected();
        break;
      case 'failed':
        this.#fail('failed');
        break;
      default:
        break;
    }
  }

  #fail(reason) {
    if (!this.#closed) this.onfailed(reason);
  }
}
