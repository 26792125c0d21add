// SPDX-License-Identifier: GPL-3.0-or-later
// What this page shares of its machine: opened, published, and ended in an order that does not look like a fault.

import { openSource } from './sources.js';

function stopTracks(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

export class SharedSource {
  #client;

  /** @type {MediaStream|null} */
  stream = null;
  /** @type {'screen'|'camera'|'clock'|'stream'|null} */
  source = null;
  /** There is a stream to be published. */
  onopened = () => {};
  /** What is shared changed, or was published, or is not any more. */
  onchange = () => {};
  /** It ended by itself, as by the browser's own button: it is to be stopped. */
  onended = () => {};

  /** @param {import('../baton.js').BatonClient} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * Shares a source of this machine, or a stream that the caller made, in place of what was shared before.
   * @param {'screen'|'camera'|'clock'|MediaStream} what
   * @param {string} name   of the one who shares
   */
  async start(what, name) {
    const isStream = what instanceof MediaStream;
    const stream = isStream ? what : await openSource(what, name);
    const previous = this.stream;
    this.#hold(stream, isStream ? 'stream' : what);
    for (const track of stream.getTracks()) {
      track.addEventListener('ended', () => {
        if (this.stream === stream) this.onended();
      });
    }
    this.onopened();
    try {
      await this.#client.publish(stream);
    } catch (error) {
      if (this.stream === stream) this.drop();
      throw error;
    } finally {
      stopTracks(previous);
      this.onchange();
    }
  }

  async stop() {
    const { stream } = this;
    if (!stream) return;
    this.#hold(null, null);
    this.onchange();
    // First the room is told, then the picture ends: the other way round would look like a fault.
    try {
      await this.#client.unpublish();
    } finally {
      stopTracks(stream);
      this.onchange();
    }
  }

  /** Ends what is not published any more. */
  drop() {
    stopTracks(this.stream);
    this.#hold(null, null);
  }

  #hold(stream, source) {
    this.stream = stream;
    this.source = source;
  }
}
