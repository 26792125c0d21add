// SPDX-License-Identifier: GPL-3.0-or-later
// How PeerConnections are to find a way: the application's own servers, and the TURN servers of the server's answer to
// `join`, whose name and password are good for a while and fresh with each session.

/**
 * @typedef {object} OfferedTurn   the element `turn` of the answer to `join`
 * @property {string[]} urls
 * @property {string} username
 * @property {string} credential
 * @property {number} ttl_ms       how long the credential is good. Not looked at: a fresh one comes with a join only
 */

export class IceConfiguration {
  #servers;
  #policy;

  /** Of the present session. @type {OfferedTurn|null} */
  offered = null;

  /**
   * @param {RTCIceServer[]} servers
   * @param {RTCIceTransportPolicy} policy
   */
  constructor(servers, policy) {
    this.#servers = servers;
    this.#policy = policy;
  }

  /** For a PeerConnection that is made or set up now. @returns {RTCConfiguration} */
  configuration() {
    const { urls, username, credential } = this.offered ?? {};
    const iceServers = urls ? [...this.#servers, { urls, username, credential }] : this.#servers;
    return { bundlePolicy: 'max-bundle', iceServers, iceTransportPolicy: this.#policy };
  }
}
