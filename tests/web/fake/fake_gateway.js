// SPDX-License-Identifier: GPL-3.0-or-later
// A stand-in for Janus: enough of its API for sessions, handles and messages to a plugin, and switches to misbehave.

import { FakeSocket } from './fake_socket.js';

/** Descriptions that say nothing, for tests without media. */
const kNoMedia = {
  answerPublish: async () => ({ type: 'answer', sdp: 'answer' }),
  offerProgram: async () => ({ type: 'offer', sdp: 'a=setup:actpass' }),
  answerDirect: () => 'direct answer',
  offerDirect: () => 'direct offer a=setup:actpass',
  acceptAnswer: async () => {},
  addCandidate: () => {},
  close: () => {},
};

export class FakeGateway {
  sockets = new Set();
  /** What was sent on WebSockets that were not open. */
  complaints = [];
  /** Every request to the plugin: {request, handle, socket}. */
  requests = [];
  latencyMs = 1;
  /** New WebSockets are refused. */
  refusing = false;
  /** New WebSockets get no answer at all. */
  unreachable = false;
  /** Nothing passes in either direction, though connections stand. */
  silent = false;
  media = kNoMedia;
  #ids = 1000;
  #handles = new Map();

  constructor() {
    const server = this;
    this.WebSocket = function WebSocket(_url, protocol) {
      return new FakeSocket(server, protocol);
    };
  }

  /** A number that nothing else has. */
  newId() {
    this.#ids += 1;
    return this.#ids;
  }

  /** Ends all connections at once, as a restart or a broken network does. */
  shutSockets() {
    for (const socket of [...this.sockets]) socket.shut();
  }

  /** What was asked by this name. */
  asked(name) {
    return this.requests.filter((one) => one.request.request === name).map((one) => one.request);
  }

  /** The plugin's answer to a message: {data, jsep, after}, or null for none. */
  async answer(_handle, _message) {
    return null;
  }

  /** For the plugin: the handle is gone. */
  handleGone(_handle) {}

  receive(socket, message) {
    const { janus, transaction } = message;
    const reply = (rest) => socket.deliver({ session_id: socket.session ?? undefined, transaction, ...rest });
    if (janus === 'create') {
      socket.session = this.newId();
      reply({ janus: 'success', data: { id: socket.session } });
      return;
    }
    if (message.session_id !== socket.session) {
      reply({ janus: 'error', error: { code: 458, reason: 'No such session' } });
      return;
    }
    if (janus === 'keepalive') {
      reply({ janus: 'ack' });
      return;
    }
    if (janus === 'attach') {
      const handle = { id: this.newId(), socket, participant: null, room: null, use: null };
      this.#handles.set(handle.id, handle);
      reply({ janus: 'success', data: { id: handle.id } });
      return;
    }
    const handle = this.#handles.get(message.handle_id);
    if (!handle) {
      reply({ janus: 'error', error: { code: 459, reason: 'No such handle' } });
      return;
    }
    this.#receiveForHandle(handle, message, reply);
  }

  #receiveForHandle(handle, message, reply) {
    switch (message.janus) {
      case 'detach':
        this.#dropHandle(handle);
        reply({ janus: 'success' });
        break;
      case 'hangup':
        this.media.close(handle);
        handle.use = null;
        reply({ janus: 'success' });
        break;
      case 'trickle':
        this.media.addCandidate(handle, message.candidate);
        reply({ janus: 'ack' });
        break;
      case 'message':
        this.requests.push({ request: message.body, handle, socket: handle.socket });
        reply({ janus: 'ack' });
        this.answer(handle, message).then((answer) => {
          if (!answer) return;
          const event = {
            janus: 'event',
            sender: handle.id,
            plugindata: { plugin: 'janus.plugin.baton', data: answer.data },
          };
          if (answer.jsep) event.jsep = answer.jsep;
          reply(event);
          answer.after?.();
        });
        break;
      default:
        reply({ janus: 'error', error: { code: 453, reason: 'Unknown request' } });
    }
  }

  gone(socket) {
    this.sockets.delete(socket);
    for (const handle of [...this.#handles.values()]) if (handle.socket === socket) this.#dropHandle(handle);
  }

  #dropHandle(handle) {
    this.#handles.delete(handle.id);
    this.media.close(handle);
    this.handleGone(handle);
  }

  /** A message of Janus to a handle, such as {janus: 'hangup'} or {janus: 'trickle', candidate}. */
  toHandle(handle, message) {
    handle.socket.deliver({ session_id: handle.socket.session, sender: handle.id, ...message });
  }

  /** Something that the plugin says unasked. */
  pushEvent(handle, data) {
    this.toHandle(handle, { janus: 'event', plugindata: { plugin: 'janus.plugin.baton', data } });
  }
}
