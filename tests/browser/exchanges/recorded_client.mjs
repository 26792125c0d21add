// SPDX-License-Identifier: GPL-3.0-or-later
// A client of the Janus API that keeps whatever it says and hears, refusals and events included.

import { WebSocket } from 'ws';

const kPlugin = 'janus.plugin.baton';
const kPatienceMs = 20_000;

export class RecordedClient {
  #socket;
  #session = null;
  #serial = 0;
  #waiting = new Map();
  #listeners = new Set();
  /** Events that answer no request, in order: what is in `plugindata.data`. */
  events = [];

  /** A client with one handle, which `ask` uses unless it is given another. */
  static async open(url) {
    const client = new RecordedClient();
    client.#socket = new WebSocket(url, 'janus-protocol');
    await new Promise((fulfil, reject) => {
      client.#socket.once('open', fulfil);
      client.#socket.once('error', reject);
    });
    client.#socket.on('message', (text) => client.#receive(JSON.parse(text)));
    client.#session = (await client.#send({ janus: 'create' })).data.id;
    client.handle = await client.attach();
    return client;
  }

  async attach() {
    return (await this.#send({ janus: 'attach', plugin: kPlugin })).data.id;
  }

  /** @returns {Promise<{data: any, jsep: any}>}   what the plugin answered, a refusal too */
  async ask(body, { handle = this.handle, jsep } = {}) {
    const reply = await this.#send({ janus: 'message', handle_id: handle, body, ...(jsep && { jsep }) });
    return { data: reply.plugindata.data, jsep: reply.jsep };
  }

  /** Resolves once such an event was heard, now or before. */
  async hears(kind, matches = () => true) {
    const heard = () => this.events.some((one) => one.baton === kind && matches(one));
    const deadline = Date.now() + kPatienceMs;
    while (!heard()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`There was no event ${kind}.`);
      await new Promise((fulfil) => {
        const timer = setTimeout(fulfil, left);
        this.#listeners.add(() => {
          clearTimeout(timer);
          fulfil();
        });
      });
    }
  }

  /** The connection is gone, as when a laptop dies. */
  cut() {
    this.#socket.terminate();
  }

  #send(message) {
    const transaction = String((this.#serial += 1));
    const session = this.#session === null ? {} : { session_id: this.#session };
    return new Promise((fulfil, reject) => {
      const what = message.body?.request ?? message.janus;
      const timer = setTimeout(() => reject(new Error(`There was no answer to ${what}.`)), kPatienceMs);
      this.#waiting.set(transaction, (reply) => {
        clearTimeout(timer);
        if (reply.janus === 'error') reject(new Error(`${what}: ${reply.error.reason}`));
        else fulfil(reply);
      });
      this.#socket.send(JSON.stringify({ ...message, ...session, transaction }));
    });
  }

  #receive(message) {
    if (message.janus === 'ack') return;
    const waiting = this.#waiting.get(message.transaction);
    this.#waiting.delete(message.transaction);
    if (waiting) waiting(message);
    else if (message.plugindata) this.events.push(message.plugindata.data);
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
