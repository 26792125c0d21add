// SPDX-License-Identifier: GPL-3.0-or-later
// One participant, by the product's client library, without any interface of its own. Tests drive it through
// window.participant; the picture tools (window.batonPicture) must have been put into the page before.

import { BatonClient } from './baton.js';

const kEvents = ['state', 'program', 'promotion', 'released', 'connection', 'error', 'picture'];

class Participant {
  #publishing = false;
  #peers = [];

  /** What the library said, in order: {at, type, ...}. Times are wall-clock milliseconds. */
  events = [];

  /** @param {string} url of Janus */
  open(url) {
    this.client = new BatonClient({ url });
    for (const type of kEvents) {
      this.client.addEventListener(type, ({ detail }) => this.#record(type, detail));
    }
    this.client.addEventListener('stream', () => this.#notePeer());
    this.client.attachVideo(document.querySelector('video'));
  }

  #record(type, detail) {
    const event = { at: window.batonPicture.wallClock(), type };
    if (type === 'state') {
      const { state } = detail;
      Object.assign(event, { cause: detail.cause, room: state.state, host: state.host?.user ?? null, role: state.me.role });
      event.graceMs = state.grace ? state.grace.deadline - this.client.now() : null;
    } else if (detail instanceof Error) {
      event.message = `${detail.name}: ${detail.message}`;
    } else {
      Object.assign(event, JSON.parse(JSON.stringify(detail ?? {})));
    }
    this.events.push(event);
  }

  #notePeer() {
    const peer = this.client.peers.subscribed;
    if (peer && !this.#peers.includes(peer)) this.#peers.push(peer);
  }

  /** Joins; resolves to the wall-clock time of the click. Options as the library's. */
  async join(options) {
    const clickedAt = window.batonPicture.wallClock();
    await this.client.join(options);
    return clickedAt;
  }

  /** Paints as this source and publishes it. `framesPerSecond` 0: painted once, a static slide. */
  async publish(source, { framesPerSecond = 30, audio = true } = {}) {
    const { Painter, tone } = window.batonPicture;
    const painter = new Painter(document.querySelector('canvas'), source);
    window.batonPicture.painter = painter;
    const stream = painter.stream();
    if (audio) stream.addTrack(tone());
    if (framesPerSecond > 0) painter.start(framesPerSecond);
    else painter.paint();
    const beganAt = window.batonPicture.wallClock();
    await this.client.publish(stream);
    return beganAt;
  }

  /** Publishes as soon as this participant is host. */
  publishWhenHost(source, options) {
    const look = () => {
      if (this.#publishing || this.client.state?.me.role !== 'host') return;
      this.#publishing = true;
      this.publish(source, options).catch((error) => this.#record('error', error));
    };
    this.client.addEventListener('state', look);
    look();
  }

  /** How the program reaches this participant: what must not change while hosts come and go. */
  async reception() {
    this.#notePeer();
    const peer = this.client.peers.subscribed;
    const ssrcs = [];
    for (const report of (await peer?.getStats())?.values() ?? []) {
      if (report.type === 'inbound-rtp') ssrcs.push(`${report.kind} ${report.ssrc}`);
    }
    return {
      connections: this.#peers.length,
      state: peer?.connectionState ?? null,
      remoteDescription: peer?.remoteDescription?.sdp ?? null,
      ssrcs: ssrcs.sort(),
    };
  }
}

window.participant = new Participant();
