// SPDX-License-Identifier: GPL-3.0-or-later
// A server with real media inside a page, for the product's pages in frames of it: what a publisher sends is sent on
// to the viewers. The frames find it as window.parent.theatre.

import { FakeBatonServer } from '/tests/web/fake/fake_baton_server.js';

const server = new FakeBatonServer();
/** Of each handle with media: {peer, tracks} of a publisher, {peer, senders} of a viewer. */
const connections = new Map();
const onAir = new Map();

function newPeer(handle) {
  const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  peer.onicecandidate = ({ candidate }) =>
    server.toHandle(handle, { janus: 'trickle', candidate: candidate ?? { completed: true } });
  const connection = { peer, tracks: {}, senders: {}, early: [] };
  connections.get(handle)?.peer.close();
  connections.set(handle, connection);
  return connection;
}

async function setRemote(connection, description) {
  await connection.peer.setRemoteDescription(description);
  for (const candidate of connection.early.splice(0)) await connection.peer.addIceCandidate(candidate);
}

function feed(room) {
  const tracks = connections.get(onAir.get(room))?.tracks ?? {};
  for (const [handle, { senders }] of connections) {
    if (handle.room !== room) continue;
    for (const [kind, sender] of Object.entries(senders)) if (tracks[kind]) sender.replaceTrack(tracks[kind]);
  }
}

server.media = {
  async answerPublish(handle, jsep) {
    const connection = newPeer(handle);
    connection.peer.ontrack = ({ track }) => {
      connection.tracks[track.kind] = track;
      feed(handle.room);
    };
    await setRemote(connection, jsep);
    await connection.peer.setLocalDescription();
    connection.offered = jsep.sdp;
    return connection.peer.localDescription.toJSON();
  },
  async offerProgram(handle, room) {
    handle.room = room;
    const connection = newPeer(handle);
    for (const kind of ['audio', 'video']) {
      connection.senders[kind] = connection.peer.addTransceiver(kind, { direction: 'sendonly' }).sender;
    }
    feed(room);
    await connection.peer.setLocalDescription();
    return connection.peer.localDescription.toJSON();
  },
  async acceptAnswer(handle, jsep) {
    const connection = connections.get(handle);
    connection.answered = jsep.sdp;
    await setRemote(connection, jsep);
  },
  addCandidate(handle, candidate) {
    const connection = connections.get(handle);
    if (!connection || candidate.completed) return;
    if (connection.peer.remoteDescription) connection.peer.addIceCandidate(candidate);
    else connection.early.push(candidate);
  },
  close(handle) {
    connections.get(handle)?.peer.close();
    connections.delete(handle);
  },
  follow(room, handle) {
    onAir.set(room, handle);
    feed(room);
  },
};

function openFrame(name, url) {
  document.querySelector(`iframe[name="${name}"]`)?.remove();
  const frame = document.createElement('iframe');
  Object.assign(frame, {
    name,
    src: url,
    allow: 'camera; microphone; display-capture; autoplay',
    width: 900,
    height: 600,
  });
  document.body.append(frame);
}

window.theatre = {
  server,
  connections,
  openFrame,
  closeFrame: (name) => document.querySelector(`iframe[name="${name}"]`).remove(),
};
