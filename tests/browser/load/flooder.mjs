// SPDX-License-Identifier: GPL-3.0-or-later
// A process that floods one room: so many connections, each of which joins and then sends without waiting for answers.
// Run by fork() with the plan as JSON in its argument; says 'ready' when all have joined, begins at 'begin', and sends
// what came of it at the end.

import { WebSocket } from 'ws';
import { evenly, onSchedule } from './schedule.mjs';

const kHeadBytes = 400;
/** What was sent counts as answered or not once nothing has come for so long. */
const kQuietMs = 400;
const kLongestWaitMs = 10_000;

/** What a client that means no good would send, in turn: much that is answered at length, or that everybody is told. */
const kMix = [
  (serial) => ({ request: 'chat', text: `flood ${serial}` }),
  () => ({ request: 'sync' }),
  (serial) => ({ request: 'signal', user: 'flood-0', number: serial, payload: 'x'.repeat(1000) }),
  (serial) => ({ request: 'control', action: serial % 2 === 0 ? 'request' : 'withdraw' }),
  () => ({ request: 'heartbeat' }),
  () => ({ request: 'ready' }),
  (_, room) => ({ request: 'status', room }),
  () => ({ request: 'dance', 'to the': 'music' }),
];

class FloodingClient {
  #socket;
  #ids = {};
  #session = {};
  #serial = 0;
  #waiting = null;
  #counts;
  #room;

  constructor(counts, room) {
    this.#counts = counts;
    this.#room = room;
  }

  async join(url, user) {
    this.#socket = new WebSocket(url, 'janus-protocol', { perMessageDeflate: false, skipUTF8Validation: true });
    await new Promise((fulfil, reject) => this.#socket.once('open', fulfil).once('error', reject));
    this.#socket.on('message', (text) => this.#receive(text));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => (this.#counts.closed = (this.#counts.closed ?? 0) + 1));
    this.#ids.session_id = (await this.#ask({ janus: 'create' })).data.id;
    this.#ids.handle_id = (await this.#ask({ janus: 'attach', plugin: 'janus.plugin.baton' })).data.id;
    const body = { request: 'join', room: this.#room, user, role: user === 'flood-0' ? 'host' : 'viewer' };
    const { data } = (await this.#ask({ janus: 'message', body })).plugindata;
    if (data.baton !== 'joined') throw new Error(`${user} was refused: ${data.error_name}`);
    this.#session = { session: data.session, session_version: data.session_version };
  }

  /** Sends the next of the mix, and does not wait. */
  send() {
    this.#serial += 1;
    const body = { ...kMix[this.#serial % kMix.length](this.#serial, this.#room), ...this.#session };
    // Administration is asked without a session.
    if (body.request === 'status') delete body.session;
    this.#write({ janus: 'message', body });
  }

  close() {
    this.#socket.removeAllListeners('close');
    this.#socket.close();
  }

  #ask(message) {
    return new Promise((fulfil) => {
      this.#waiting = fulfil;
      this.#write(message);
    });
  }

  #write(message) {
    this.#socket.send(JSON.stringify({ ...message, ...this.#ids, transaction: 'flood' }));
  }

  #receive(bytes) {
    // What matters stands in front; the rest of an answer may be long, and whoever floods does not read it.
    const head = bytes.toString('latin1', 0, kHeadBytes);
    if (head.includes('"janus":"ack"') || !head.includes('"transaction":"flood"')) return;
    if (this.#waiting) {
      this.#waiting(JSON.parse(bytes));
      this.#waiting = null;
      return;
    }
    const outcome = /"error_name":"(\w+)"/.exec(head)?.[1] ?? 'taken';
    this.#counts[outcome] = (this.#counts[outcome] ?? 0) + 1;
  }
}

const { url, room, connections, perSecond, forMs } = JSON.parse(process.argv[2]);
const counts = {};
const clients = [];
for (let i = 0; i < connections; ++i) {
  clients.push(new FloodingClient(counts, room));
  await clients[i].join(url, `flood-${i}`);
}
process.send('ready');
await new Promise((fulfil) => process.once('message', fulfil));

const began = performance.now();
const total = Math.round((perSecond * forMs) / 1000);
// The first few are greedy and send half of it all.
const greedy = clients.slice(0, Math.ceil(connections / 10));
await onSchedule(evenly(total, forMs), (i) => {
  const among = i % 2 === 0 ? greedy : clients;
  among[(i >> 1) % among.length].send();
});
const seconds = (performance.now() - began) / 1000;
const answered = () => Object.values(counts).reduce((sum, one) => sum + one, 0);
for (let before = -1, until = performance.now() + kLongestWaitMs; answered() > before && performance.now() < until; ) {
  before = answered();
  await new Promise((fulfil) => setTimeout(fulfil, kQuietMs));
}
process.send({ sent: total, seconds, answered: answered(), counts });
for (const client of clients) client.close();
process.disconnect();
