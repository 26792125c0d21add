// SPDX-License-Identifier: GPL-3.0-or-later
// What a participant may ask of the server in one request, and what may be asked without being in a room. Each resolves
// when the server has agreed and rejects with its refusal; what follows from it comes as events.

import { ActivityRequests } from './activity.js';

/**
 * @typedef {object} Asking    how requests reach the server
 * @property {(body: object) => Promise<{data: any}>} ask                within the session
 * @property {() => (body: object) => Promise<{data: any}>} asker        the same for what may have to wait: once we have
 *                                                                       left, it rejects with `left` wherever we are
 * @property {(body: object) => Promise<any>} askWithoutSession
 * @property {() => string|undefined} room                               that we are in, or on our way into
 * @property {() => import('./activity.js').ActivityState|null} activity of the room, as we know it
 * @property {(answer: any) => void} learn                               what an answer tells of the activity
 */

export class RoomRequests extends EventTarget {
  #asking;
  #chatting = Promise.resolve();
  #activities;

  /** @param {Asking} asking */
  constructor(asking) {
    super();
    this.#asking = asking;
    this.#activities = new ActivityRequests(asking);
  }

  // --- the host --------------------------------------------------------------------------------------------------

  /** Names who becomes host when the grace of a silent host is over; null: nobody. @param {string|null} user */
  async setBackup(user) {
    await this.#asking.ask({ request: 'backup', user });
  }

  /** Hands the role of host to somebody who is present. @param {string} user */
  async transfer(user) {
    await this.#asking.ask({ request: 'transfer', user });
  }

  /** Takes the role of host in a room that has none. */
  async claimHost() {
    await this.#asking.ask({ request: 'promotion', action: 'claim' });
  }

  /** Removes a participant; for the host. @param {string} user */
  async kick(user) {
    await this.#askAboutRoom({ request: 'kick', user });
  }

  /** Changes settings of the room; for the host. @param {object} changes */
  async edit(changes) {
    await this.#askAboutRoom({ request: 'edit', ...changes });
  }

  /** Ends the room for everybody; for the host. */
  async end() {
    await this.#askAboutRoom({ request: 'end' });
  }

  /** Gives control to a participant, whether it asked or not; for the host. @param {string} user */
  async grantControl(user) {
    await this.#control('grant', user);
  }

  /** Declines a request for control; for the host. @param {string} user */
  async denyControl(user) {
    await this.#control('deny', user);
  }

  /** Takes control back from a controller; for the host. @param {string} user */
  async revokeControl(user) {
    await this.#control('revoke', user);
  }

  /**
   * Mutes a participant, or lets it be heard again; for the host. Of who is muted neither audio nor chat is carried.
   * @param {string} user
   * @param {boolean} [muted]
   */
  async mute(user, muted = true) {
    await this.#askAboutRoom({ request: 'mute', user, muted });
  }

  /** Lets nobody new in, or opens the room again; for the host. @param {boolean} [locked] */
  async lock(locked = true) {
    await this.#askAboutRoom({ request: 'lock', locked });
  }

  /**
   * Begins an activity that the server offers; for the host. A room has one at a time.
   * @param {string} kind       such as `poker`
   * @param {object} [options]  of this kind
   */
  async openActivity(kind, options = {}) {
    await this.#activities.open(kind, options);
  }

  /** Ends the activity; for the host. */
  async closeActivity() {
    await this.#activities.close();
  }

  // --- everybody -------------------------------------------------------------------------------------------------

  /**
   * Writes to everybody: up to 2000 bytes. It comes back as a `chat` event like everybody's. A failed call is not
   * repeated by itself, since the line may have been heard.
   * @param {string} text
   */
  chat(text) {
    // One after the other: requests that are under way together may be taken in another order.
    const ask = this.#asking.asker();
    const said = this.#chatting.then(() => ask({ request: 'chat', text })).then(() => {});
    this.#chatting = said.catch(() => {});
    return said;
  }

  /**
   * Sends a command to the room's activity, as it is known here. If it has moved on meanwhile this rejects with
   * `activity_stale`, and how it is now has been told by then.
   * @param {string} command    such as `vote`
   * @param {object} [args]     of this command
   */
  async act(command, args = {}) {
    await this.#activities.act(command, args);
  }

  /** Asks the host for control. Asking again does not cost the place in the queue. */
  async requestControl() {
    await this.#control('request');
  }

  /** Takes the request for control back. */
  async withdrawControl() {
    await this.#control('withdraw');
  }

  /** Gives control back, for a controller. */
  async releaseControl() {
    await this.#control('release');
  }

  /** Asks the source for a key frame. The server passes on at most one a second. */
  async requestKeyframe() {
    await this.#asking.ask({ request: 'configure', keyframe: true });
  }

  /** Tells the server that we are here, beyond the heartbeats that are sent by themselves. @returns {Promise<any>} */
  async heartbeat() {
    return (await this.#asking.ask({ request: 'heartbeat' })).data;
  }

  // --- rooms, without being in one -------------------------------------------------------------------------------

  /** Creates a room. @param {object} settings  the elements of `create` @returns {Promise<any>} */
  create(settings) {
    return this.#asking.askWithoutSession({ request: 'create', ...settings });
  }

  /** @returns {Promise<any[]>} */
  async list() {
    return (await this.#asking.askWithoutSession({ request: 'list' })).rooms;
  }

  /**
   * Snapshot and figures of the media.
   * @param {string} room
   * @param {string} [secret]
   * @param {{peers?: boolean}} [wanted]   of each PeerConnection as well, which takes the room's secret
   * @returns {Promise<any>}
   */
  status(room, secret, { peers } = {}) {
    const body = { request: 'status', room, ...(secret === undefined ? {} : { secret }), ...(peers ? { peers } : {}) };
    return this.#asking.askWithoutSession(body);
  }

  /** @param {string} room @returns {Promise<boolean>} */
  async exists(room) {
    return (await this.#asking.askWithoutSession({ request: 'exists', room })).exists;
  }

  async #control(action, user) {
    await this.#asking.ask({ request: 'control', action, ...(user === undefined ? {} : { user }) });
  }

  /** These requests name the room, because an administrator may send them too. */
  async #askAboutRoom({ request, ...elements }) {
    await this.#asking.ask({ request, room: this.#asking.room(), ...elements });
  }
}
