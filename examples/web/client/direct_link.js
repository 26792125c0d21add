// SPDX-License-Identifier: GPL-3.0-or-later
// A PeerConnection with Baton's own endpoint: descriptions travel as `sdp` in the message itself, with the server's
// candidates in them. It learns our address from our checks, so none of our candidates is sent or waited for. Janus knows
// nothing of it: how it goes, the PeerConnection alone tells.

import { BatonError } from './baton_error.js';
import { PeerLink, notDescribed } from './peer_link.js';

/** How often ICE is restarted, one after the other, before the connection is given up. */
const kMostRestarts = 2;

export class DirectLink extends PeerLink {
  static transport = 'direct';
  static wish = { transport: 'direct' };
  /** Janus ends the media of a handle that stays once only; whoever takes the handle off is not in need of that. */
  static ownHandle = true;

  #timeoutMs;
  #restartMs;
  #timer = null;
  #restartsLeft = kMostRestarts;
  #restarting = false;
  /** The other side gets nothing from us: that the browser is connected says nothing then. */
  #missed = false;

  constructor(handle, peer, membership, environment) {
    super(handle, peer, membership, environment);
    this.#timeoutMs = environment.timing.directMs;
    this.#restartMs = environment.timing.restartMs;
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
    if (this.peer.connectionState === 'connected') return;
    this.#wait(this.#timeoutMs, () => this.fail('timeout'));
  }

  connected() {
    if (this.#missed) return;
    this.#stopWaiting();
    this.#restartsLeft = kMostRestarts;
  }

  disconnected() {
    this.#wait(this.#restartMs, () => this.#restart('timeout'));
  }

  broken() {
    if (this.over) return;
    if (this.#restarting) {
      // What is under way may help yet.
      this.#wait(this.#timeoutMs, () => this.#restart('failed'));
      return;
    }
    this.#stopWaiting();
    if (this.wasConnected) this.#restart('failed');
    else this.fail('failed');
  }

  missed() {
    if (this.over || this.#missed || !this.wasConnected) return false;
    this.#missed = true;
    // Who holds a room up tries once.
    this.#restartsLeft = 1;
    this.#restart('media_missed');
    return true;
  }

  heard() {
    if (!this.#missed) return;
    this.#missed = false;
    if (this.peer.connectionState === 'connected') this.connected();
  }

  retire() {
    super.retire();
    this.#stopWaiting();
  }

  fail(reason) {
    this.#stopWaiting();
    super.fail(reason);
  }

  /** What is connected in time, for the first time or again, is left alone. */
  #wait(waitMs, then) {
    if (this.over || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      then();
    }, waitMs);
  }

  /** Looks for another way for the same connection, which takes no handshake; a few times, and then it is over. */
  async #restart(reason) {
    if (this.over || this.#restarting || this.#restartsLeft === 0) {
      this.fail(reason);
      return;
    }
    this.#restartsLeft -= 1;
    this.#restarting = true;
    this.#wait(this.#timeoutMs, () => this.#restart(reason));
    try {
      await this.#describeAnew();
    } catch {
      // A server that cannot do this makes another connection.
      this.fail(reason);
    } finally {
      this.#restarting = false;
    }
  }

  async #describeAnew() {
    const { peer } = this;
    const publishes = peer.localDescription.type === 'offer';
    if (publishes) {
      peer.restartIce();
      await peer.setLocalDescription();
    }
    const wanted = publishes ? { sdp: peer.localDescription.sdp } : { restart: true };
    const request = { request: 'configure', ...DirectLink.wish, ...wanted };
    const reply = await this.membership.ask(request, { handle: this.handle });
    if (this.over) return;
    const description = DirectLink.descriptionIn(reply, publishes ? 'answer' : 'offer');
    if (!description) throw notDescribed();
    await this.setRemote(description);
    if (publishes || this.over) return;
    await peer.setLocalDescription();
    if (!this.over) await this.say('start', peer.localDescription);
  }

  #stopWaiting() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}
