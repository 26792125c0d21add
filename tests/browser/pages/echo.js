// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest client of Janus's echo test: sends the painted canvas and shows what comes back.

class JanusConnection {
  #socket;
  #pending = new Map();
  #number = 0;
  onEvent = () => {};

  async open(url) {
    this.#socket = new WebSocket(url, 'janus-protocol');
    await new Promise((fulfil, reject) => {
      this.#socket.onopen = fulfil;
      this.#socket.onerror = () => reject(new Error(`No answer from ${url}.`));
    });
    this.#socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      const waiting = this.#pending.get(message.transaction);
      if (waiting && message.janus !== 'ack') {
        this.#pending.delete(message.transaction);
        waiting(message);
      } else {
        this.onEvent(message);
      }
    };
    this.#socket.onclose = () => this.onEvent({ janus: 'closed' });
  }

  send(message) {
    this.#number += 1;
    this.#socket.send(JSON.stringify({ ...message, transaction: String(this.#number) }));
    return String(this.#number);
  }

  /** Resolves to the first answer that is more than an acknowledgement. */
  ask(message) {
    return new Promise((fulfil) => this.#pending.set(this.send(message), fulfil));
  }
}

/** Sends the stream to the echo test and shows the echo. Resolves when the answer is set. */
async function echo(url, stream, video) {
  const janus = new JanusConnection();
  await janus.open(url);
  const session = (await janus.ask({ janus: 'create' })).data.id;
  const attached = await janus.ask({ janus: 'attach', session_id: session, plugin: 'janus.plugin.echotest' });
  const handle = { session_id: session, handle_id: attached.data.id };
  const peer = new RTCPeerConnection();
  const early = [];
  const add = (candidate) => peer.addIceCandidate(candidate.completed ? null : candidate);
  janus.onEvent = (event) => {
    if (event.janus === 'trickle') peer.remoteDescription ? add(event.candidate) : early.push(event.candidate);
  };
  peer.ontrack = ({ streams }) => { video.srcObject = streams[0]; };
  peer.onicecandidate = ({ candidate }) =>
    janus.send({ janus: 'trickle', ...handle, candidate: candidate ?? { completed: true } });
  for (const track of stream.getTracks()) peer.addTrack(track, stream);
  await peer.setLocalDescription();
  const answer = await janus.ask({ janus: 'message', ...handle, body: { audio: true, video: true }, jsep: peer.localDescription });
  await peer.setRemoteDescription(answer.jsep);
  early.forEach(add);
  return peer;
}

window.startEcho = async (url, source, { still = false, audio = false } = {}) => {
  window.janusUrl = url;
  const { Painter, tone } = window.batonPicture;
  const painter = new Painter(document.querySelector('canvas'), source);
  const stream = painter.stream();
  if (audio) stream.addTrack(tone());
  window.batonPicture.painter = painter;
  if (!still) painter.start(30);
  window.peer = await echo(url, stream, document.querySelector('video'));
};
