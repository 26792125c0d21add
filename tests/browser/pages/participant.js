// SPDX-License-Identifier: GPL-3.0-or-later
// One participant in one room, on the product's client library, with everything that a test wants to know written
// down: events with their times, offers that came, and the identity of the connection that receives.

import { BatonClient } from './baton.js';
import { limitBitrate } from '/tests/browser/pages/bitrate.js';

const now = () => performance.timeOrigin + performance.now();

/** Counts the session descriptions that come in, beneath the library, and loses what a test wants to be lost. */
class RecordingWebSocket extends WebSocket {
  constructor(...args) {
    super(...args);
    participant.sockets.push(this);
    this.addEventListener('message', ({ data }) => {
      const message = JSON.parse(data);
      const { baton, sdp } = message.plugindata?.data ?? {};
      // By the direct transport a description stands in the answer itself.
      const direct = baton === 'published' ? 'answer' : 'offer';
      if (message.jsep || sdp) participant.descriptions.push({ at: now(), type: message.jsep?.type ?? direct });
    });
  }

  set onmessage(handler) {
    super.onmessage = (event) => {
      const kind = JSON.parse(event.data).plugindata?.data.baton;
      const index = participant.losing.indexOf(kind);
      if (index < 0) handler(event);
      else participant.losing.splice(index, 1);
    };
  }
}

/** All but `signal`: whoever listens for that is ready. */
const kRecorded = [
  'state', 'program', 'promotion', 'chat', 'control', 'audience', 'signals-failed', 'signals-restarted', 'released',
  'connection', 'transport', 'error', 'picture',
];

const participant = {
  client: null,
  events: [],
  descriptions: [],
  sockets: [],
  /** Kinds of events of which the next one is lost on the way, one for each entry. */
  losing: [],
  signals: [],
  room: undefined,

  open(url, options = {}) {
    this.client = new BatonClient({ url, ...options, environment: { WebSocket: RecordingWebSocket } });
    for (const type of kRecorded) {
      this.client.addEventListener(type, ({ detail }) => {
        const cause = type === 'state' ? detail.cause : detail?.state ?? detail?.reason ?? detail?.name ?? null;
        const event = { at: now(), type, cause, detail: JSON.parse(JSON.stringify(detail ?? null)) };
        // A deadline on this page's clock means nothing outside of it.
        if (detail?.state?.grace) event.graceMs = detail.state.grace.deadline - this.client.now();
        this.events.push(event);
      });
    }
    this.client.attachVideo(document.querySelector('video'));
  },

  /** Joins and resolves to the time of the call. */
  async join(options) {
    const at = now();
    this.room = options.room;
    await this.client.join(options);
    return at;
  },

  /** Publishes a painted canvas of this source; 0 frames a second: painted once. Resolves to the time of the call. */
  async share(source, { framesPerSecond = 30, audio = false, grain = false, maxBitrate, ...size } = {}) {
    const { Painter, tone } = window.batonPicture;
    const painter = new Painter(Object.assign(document.querySelector('canvas'), size), source);
    const stream = painter.stream();
    if (audio) stream.addTrack(tone());
    if (grain) painter.addGrain();
    window.batonPicture.painter = painter;
    if (framesPerSecond > 0) painter.start(framesPerSecond);
    const at = now();
    await this.client.publish(stream);
    if (maxBitrate) await limitBitrate(this.client.peers.publishing, maxBitrate);
    // A canvas gives its frames only to those who receive already, so one that is painted once is painted now.
    if (framesPerSecond === 0) painter.paint();
    return at;
  },

  /** Shares as soon as this participant is host. */
  shareWhenHost(source, options) {
    const look = () => {
      if (this.client.state?.me.role !== 'host') return;
      this.client.removeEventListener('state', look);
      this.share(source, options);
    };
    this.client.addEventListener('state', look);
    look();
  },

  /** Makes the handlers for signals, and records what they get. */
  listen() {
    this.client.addEventListener('signal', ({ detail }) => this.signals.push({ at: now(), ...detail }));
    return now();
  },

  /** Sends these payloads, all at once; resolves when the server has accepted them all. */
  async send(user, payloads) {
    await Promise.all(payloads.map((payload) => this.client.signal(user, 'message', payload)));
    return now();
  },

  /** The connection to the server breaks; the library does not know why. */
  breakConnection() {
    for (const socket of this.sockets.splice(0)) socket.close();
  },

  /** Sends them in the moment in which the connection is closing, and not closed. */
  sendWhileItBreaks(user, payloads) {
    this.breakConnection();
    return this.send(user, payloads);
  },

  async shareTab() {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 30 }, preferCurrentTab: true });
    await this.client.publish(stream);
  },

  /** What must stay the same for a viewer through everything. */
  async identity() {
    const { subscribed } = this.client.peers;
    this.firstPeer ??= subscribed;
    const stats = [...(await subscribed.getStats()).values()];
    return {
      samePeer: this.firstPeer === subscribed,
      state: subscribed.connectionState,
      ssrcs: stats.filter(({ type }) => type === 'inbound-rtp').map(({ kind, ssrc }) => `${kind}:${ssrc}`).sort(),
      remote: subscribed.remoteDescription.sdp,
      local: subscribed.localDescription.sdp,
    };
  },

  /** One number out of the statistics of what is received or sent. */
  async statistic(direction, kind, name) {
    const peer = direction === 'inbound-rtp' ? this.client.peers.subscribed : this.client.peers.publishing;
    const reports = [...(await peer.getStats()).values()].filter((one) => one.type === direction && one.kind === kind);
    return reports.reduce((sum, one) => sum + (one[name] ?? 0), 0);
  },

  status(room) {
    return this.client.status(room);
  },

  /** What the server says of its media, for the report of a failure. */
  async describe() {
    return this.room === undefined ? [] : [`the server's media: ${JSON.stringify((await this.status(this.room)).media)}`];
  },
};

window.participant = participant;
