// SPDX-License-Identifier: GPL-3.0-or-later
// The media of one client: what it publishes, what it receives and where that is shown, kept in step with the room.

import { BatonError } from './baton_error.js';
import { Playout } from './playout.js';
import { Publisher } from './publisher.js';
import { isUnwatched } from './room_state.js';
import { Subscriber } from './subscriber.js';

/**
 * Pictures a second while nobody watches. Not none: an encoder that stops looks to the server like a host whose media
 * died, and who joins would wait for it; so the room's last picture stays less than a second old.
 */
const kUnwatchedFrameRate = 2;
/** Pictures within the time after which the server takes silence for a death, so that none of them matters. */
const kPicturesBeforeSilence = 3;

export class Media {
  #publisher;
  #subscriber;
  #playout = null;
  #saveWhenUnwatched;

  /** A new stream of the program. */
  onstream = (/** @type {MediaStream} */ _stream) => {};
  /** The first picture of the current stream is on the screen. */
  onpicture = () => {};
  /** Something that nobody awaits has failed for good. */
  onerror = (/** @type {Error} */ _error) => {};
  /** One of the moments that are measured. */
  onmark = (/** @type {string} */ _name) => {};

  /**
   * @param {any} environment  see BatonClient
   * @param {{saveWhenUnwatched: boolean}} options
   */
  constructor(environment, { saveWhenUnwatched }) {
    this.#saveWhenUnwatched = saveWhenUnwatched;
    this.#publisher = new Publisher(environment);
    this.#subscriber = new Subscriber(environment);
    for (const part of [this.#publisher, this.#subscriber]) {
      part.onerror = (error) => this.onerror(error);
      part.onmark = (name) => this.onmark(name);
    }
    this.#subscriber.onstream = (stream) => this.#show(stream);
  }

  get publisher() {
    return this.#publisher;
  }

  get subscriber() {
    return this.#subscriber;
  }

  /** Shows the program in this element, now and after every reconnect. @param {HTMLVideoElement} video */
  attachVideo(video) {
    this.#playout = new Playout(video);
    this.#playout.onpicture = () => {
      this.#subscriber.dropPrevious();
      this.onmark('first-frame');
      this.onpicture();
    };
    if (this.#subscriber.stream) this.#playout.show(this.#subscriber.stream);
  }

  /** Stops receiving the program. */
  unsubscribe() {
    this.#subscriber.unsubscribe();
    this.#playout?.clear();
  }

  /**
   * A session to publish and receive on.
   * @param {import('./membership.js').Membership} membership
   * @param {import('./room_state.js').RoomState} room
   * @param {import('./subscriber.js').SubscriptionWithJoin} [withJoin]
   */
  attach(membership, room, withJoin) {
    if (refusalOf(room)) return;
    this.#subscriber.attach(membership, withJoin);
    this.#publisher.attach(membership, room.settings.video_codec);
    this.#save(room);
  }

  /** The session is gone. */
  detach() {
    this.#publisher.detach();
    this.#subscriber.detach();
  }

  /** The next round of gathering candidates finds the servers that are good now. @param {RTCConfiguration} configuration */
  configure(configuration) {
    for (const { peer } of [this.#publisher, this.#subscriber]) peer?.setConfiguration(configuration);
  }

  /** The client leaves. */
  reset() {
    this.#publisher.reset();
    this.#subscriber.reset();
  }

  /** The room has changed. @param {import('./room_state.js').RoomState} room @param {string} cause  the event's kind */
  follow(room, cause) {
    this.#save(room);
    if (room.host?.user !== room.me.user) return;
    if (cause === 'host_returned') this.#publisher.returned();
    // The room says that our own media do not arrive: publish them anew.
    const isNews = cause === 'host_offline' || cause === 'synced';
    if (isNews && room.grace?.reason.startsWith('media_')) this.#publisher.missed();
  }

  #save(room) {
    if (!this.#saveWhenUnwatched) return;
    const enough = Math.ceil((kPicturesBeforeSilence * 1000) / room.settings.media_silence_ms);
    this.#publisher.limitFrameRate(isUnwatched(room) ? Math.max(kUnwatchedFrameRate, enough) : null);
  }

  #show(stream) {
    this.#playout?.show(stream);
    if (!this.#playout) this.#subscriber.dropPrevious();
    this.onstream(stream);
  }
}

/** In a peer-to-peer room no media go through the server. @returns {BatonError|null} */
export function refusalOf(room) {
  if (room?.settings.mode !== 'p2p') return null;
  return new BatonError('mode_forbids', 'This room does not carry media through the server.');
}
