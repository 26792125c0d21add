// SPDX-License-Identifier: GPL-3.0-or-later
// A publisher or a subscriber of the VideoRoom that comes with Janus, for comparison: it does with janus.plugin.videoroom
// what a usual client does.

import { JanusConnection } from '/client/janus_connection.js';
import { limitBitrate } from '/tests/browser/pages/bitrate.js';

const kPlugin = 'janus.plugin.videoroom';
const kRoom = 1234;

const now = () => performance.timeOrigin + performance.now();

/** Exchanges candidates between a handle and a new RTCPeerConnection. */
function newPeer(handle) {
  const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const early = [];
  const add = (candidate) => peer.addIceCandidate(candidate.completed ? undefined : candidate);
  handle.observer = {
    ...handle.observer,
    trickle: (candidate) => (peer.remoteDescription ? add(candidate) : early.push(candidate)),
  };
  early.push(...handle.takeEarlyCandidates());
  peer.onicecandidate = ({ candidate }) => handle.trickle(candidate);
  const setRemote = async (description) => {
    await peer.setRemoteDescription(description);
    early.splice(0).forEach(add);
  };
  return { peer, setRemote };
}

const videoRoom = {
  connection: null,
  peer: null,

  async open(url) {
    this.connection = new JanusConnection(url);
    await this.connection.open();
  },

  /** Makes the room and publishes a painted canvas of this source. */
  async publish(source, { framesPerSecond = 30, grain = false, maxBitrate, ...size } = {}) {
    const handle = await this.connection.attach(kPlugin);
    await handle.request({ request: 'create', room: kRoom, publishers: 1, videocodec: 'vp8' });
    const { Painter } = window.batonPicture;
    const painter = new Painter(Object.assign(document.querySelector('canvas'), size), source);
    const stream = painter.stream();
    if (grain) painter.addGrain();
    window.batonPicture.painter = painter;
    painter.start(framesPerSecond);
    await handle.request({ request: 'join', ptype: 'publisher', room: kRoom, id: 1 });
    const { peer, setRemote } = newPeer(handle);
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    await peer.setLocalDescription();
    const { jsep } = await handle.request({ request: 'publish' }, peer.localDescription);
    await setRemote(jsep);
    this.peer = peer;
    if (maxBitrate) await limitBitrate(peer, maxBitrate);
  },

  /** Receives what is published in the room. Resolves to the time of the call. */
  async subscribe() {
    const at = now();
    const handle = await this.connection.attach(kPlugin);
    const offered = await handle.request({ request: 'join', ptype: 'subscriber', room: kRoom, streams: [{ feed: 1 }] });
    const { peer, setRemote } = newPeer(handle);
    peer.ontrack = ({ track }) => { document.querySelector('video').srcObject = new MediaStream([track]); };
    await setRemote(offered.jsep);
    await peer.setLocalDescription();
    await handle.request({ request: 'start' }, peer.localDescription);
    this.peer = peer;
    return at;
  },

  /** One number out of the statistics. */
  async statistic(direction, kind, name) {
    const reports = [...(await this.peer.getStats()).values()].filter((one) => one.type === direction && one.kind === kind);
    return reports.reduce((sum, one) => sum + (one[name] ?? 0), 0);
  },
};

window.videoRoom = videoRoom;
