// SPDX-License-Identifier: GPL-3.0-or-later
// A PeerConnection with Baton's own endpoint: descriptions travel as `sdp` in the message itself, with the server's
// candidates in them. It learns our address from our checks, so none of our candidates is sent or waited for. Janus knows
// nothing of it: how it goes, the PeerConnection alone tells.

import { BatonError } from './baton_error.js';
import { PeerLink } from './peer_link.js';

export class DirectLink extends PeerLink {
  static transport = 'direct';
  static wish = { transport: 'direct' };
  /** Janus ends the media of a handle that stays once only; whoever takes the handle off is not in need of that. */
  static ownHandle = true;

  #timeoutMs;
  #timer = null;

  constructor(handle, peer, membership, environment) {
    super(handle, peer, membership, environment);
    this.#timeoutMs = environment.timing.directMs;
  }

  /** @param {{data: any}} reply @param {'offer'|'answer'} type */
  static descriptionIn({ data }, type) {
    return typeof data.sdp === 'string' ? { type, sdp: data.sdp } : null;
  }

  get transport() {
    return DirectLink.transport;
  }

  get awaited() {
    return this.#timer !== null;
  }

  say(request, { sdp }) {
    return this.membership.ask({ request, ...DirectLink.wish, sdp }, { handle: this.handle });
  }

  async setRemote(description) {
    try {
      await super.setRemote(description);
    } catch (error) {
      throw new BatonError('description_refused', `This browser cannot use the server's description: ${error.message}`);
    }
  }

  described() {
    if (this.peer.connectionState !== 'connected') this.#wait();
  }

  connected() {
    this.#stopWaiting();
  }

  disconnected() {
    this.#wait();
  }

  retire() {
    super.retire();
    this.#stopWaiting();
  }

  fail(reason) {
    this.#stopWaiting();
    super.fail(reason);
  }

  /** What is not connected for so long, for the first time or again, is over. */
  #wait() {
    if (this.over || this.#timer !== null) return;
    this.#timer = setTimeout(() => this.fail('timeout'), this.#timeoutMs);
  }

  #stopWaiting() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}
