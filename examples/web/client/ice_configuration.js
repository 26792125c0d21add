// SPDX-License-Identifier: GPL-3.0-or-later
// How PeerConnections are to find a way: the application's own servers, and the TURN servers that the server offers,
// whose name and password are good for a while. A join brings them, and any heartbeat that asks for them.

/** Fresh ones are asked for when less than this part of their time is left. */
const kRefreshPart = 1 / 3;

/**
 * @typedef {object} OfferedTurn   the element `turn` of the answers to `join` and `heartbeat`
 * @property {string[]} urls
 * @property {string} username
 * @property {string} credential
 * @property {number} ttl_ms       how long the credential is good
 */

export class IceConfiguration {
  #servers;
  #policy;
  #now;
  /** @type {OfferedTurn|null} */
  #offered = null;
  #refreshAt = Infinity;

  /** Sends a heartbeat of the present session, and resolves when it was answered or has failed. */
  beat = async () => {};

  /**
   * @param {RTCIceServer[]} servers
   * @param {RTCIceTransportPolicy} policy
   * @param {() => number} [now]   milliseconds
   */
  constructor(servers, policy, now = () => performance.now()) {
    this.#servers = servers;
    this.#policy = policy;
    this.#now = now;
  }

  /** Of the present session; null: its server has none. @param {OfferedTurn|null} offered */
  set offered(offered) {
    this.#offered = offered;
    this.#refreshAt = offered ? this.#now() + offered.ttl_ms * (1 - kRefreshPart) : Infinity;
  }

  get offered() {
    return this.#offered;
  }

  /** Whether name and password are soon no longer good, or are not. */
  get runsOut() {
    return this.#now() >= this.#refreshAt;
  }

  /** What a heartbeat is to ask for. */
  wish() {
    return this.runsOut ? { turn: true } : {};
  }

  /** To be awaited before a PeerConnection is made. Without an answer the old ones have to do. */
  async refresh() {
    if (this.runsOut) await this.beat();
  }

  /** For a PeerConnection that is made or set up now. @returns {RTCConfiguration} */
  configuration() {
    const { urls, username, credential } = this.#offered ?? {};
    const iceServers = urls ? [...this.#servers, { urls, username, credential }] : this.#servers;
    return { bundlePolicy: 'max-bundle', iceServers, iceTransportPolicy: this.#policy };
  }
}
