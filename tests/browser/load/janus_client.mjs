// SPDX-License-Identifier: GPL-3.0-or-later
// A client that costs next to nothing: the Janus API over one WebSocket with one handle, no PeerConnection, and no
// recovery of any kind. What becomes of a request is told to whoever sent it.

import { WebSocket } from 'ws';

const kPlugin = 'janus.plugin.baton';
const kAnswerTimeoutMs = 20_000;

export class JanusClient {
  #url;
  #socket = null;
  #sessionId = null;
  #handleId = null;
  #serial = 0;
  #pending = new Map();

  constructor(url) {
    this.#url = url;
  }

  /** Opens the WebSocket, creates a Janus session and attaches a handle to Baton. */
  async open() {
    this.#socket = new WebSocket(this.#url, 'janus-protocol', { perMessageDeflate: false, skipUTF8Validation: true });
    await new Promise((fulfil, reject) => {
      this.#socket.once('open', fulfil);
      this.#socket.once('error', reject);
    });
    this.#socket.on('message', (text) => this.#receive(JSON.parse(text)));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#abandon());
    this.#sessionId = (await this.#send({ janus: 'create' })).data.id;
    this.#handleId = (await this.#send({ janus: 'attach', plugin: kPlugin })).data.id;
  }

  /** Sends a request to the plugin; resolves to its answer, rejects if that is a refusal or does not come. */
  async request(body) {
    const { plugindata } = await this.#send({ janus: 'message', handle_id: this.#handleId, body });
    if (plugindata.data.baton === 'error') throw new Error(`${body.request} was refused: ${plugindata.data.error_name}`);
    return plugindata.data;
  }

  /** The connection is gone at once, as when a laptop dies: nothing is said before. */
  cut() {
    this.#socket.terminate();
  }

  /** Ends the connection. Janus ends the session with it. */
  close() {
    this.#socket?.close();
  }

  #send(message) {
    return new Promise((fulfil, reject) => {
      const transaction = String((this.#serial += 1));
      const session = this.#sessionId === null ? {} : { session_id: this.#sessionId };
      const fail = (why) => reject(new Error(`${message.body?.request ?? message.janus}: ${why}`));
      const timer = setTimeout(() => {
        this.#pending.delete(transaction);
        fail(`no answer within ${kAnswerTimeoutMs / 1000} s`);
      }, kAnswerTimeoutMs);
      this.#pending.set(transaction, { fulfil, fail, timer });
      this.#socket.send(JSON.stringify({ ...message, ...session, transaction }));
    });
  }

  #receive(message) {
    // An `ack` says only that the plugin has the message; its answer follows as an event.
    if (message.transaction === undefined || message.janus === 'ack') return;
    const waiting = this.#pending.get(message.transaction);
    if (!waiting) return;
    this.#pending.delete(message.transaction);
    clearTimeout(waiting.timer);
    if (message.janus === 'error') waiting.fail(message.error.reason);
    else waiting.fulfil(message);
  }

  #abandon() {
    for (const { fail, timer } of this.#pending.values()) {
      clearTimeout(timer);
      fail('the connection was lost');
    }
    this.#pending.clear();
  }
}
