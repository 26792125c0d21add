// SPDX-License-Identifier: GPL-3.0-or-later
// The Janus API over one WebSocket: one session, its handles, transactions, keep-alive. It knows nothing of rooms,
// and never reconnects: a connection that has died stays dead, and nothing is delivered from it any more.

import { BatonError } from './baton_error.js';

const kSubprotocol = 'janus-protocol';
/** Transactions that may be waiting at once; more than that means a server that does not answer. */
const kMaxPending = 256;
/** A server has a handful of candidates. */
const kMaxEarlyCandidates = 100;

/** `WebSocket.OPEN`. */
const kOpen = 1;

/** Janus's own error codes that say something about this connection (Janus API, "Errors"). */
const kJanusSessionNotFound = 458;
const kJanusHandleNotFound = 459;

export const kConnectionTiming = Object.freeze({
  /** Janus ends a session that is silent for 60 s by default. */
  keepAliveMs: 25_000,
  openMs: 5_000,
  requestMs: 10_000,
});

/**
 * @typedef {object} HandleObserver
 * @property {(data: any, jsep: RTCSessionDescriptionInit|undefined) => void} [event]  the plugin says something unasked
 * @property {(candidate: any) => void} [trickle]   a candidate of the server, or `{completed: true}`
 * @property {(reason: string) => void} [hangup]    the server ended the PeerConnection of this handle
 * @property {() => void} [detached]                the server took the handle away
 */

export class JanusConnection {
  #url;
  #WebSocket;
  #timing;
  #socket = null;
  #sessionId = null;
  #serial = 0;
  #pending = new Map();
  #handles = new Map();
  #keepAliveTimer = null;
  #ended = false;
  #abortOpening = null;

  /** Called once, with a word for the reason, when the connection dies; not after close(). */
  ondead = (/** @type {string} */ _reason) => {};

  /**
   * @param {string} url  such as `ws://localhost:8188`
   * @param {object} [environment]
   * @param {typeof WebSocket} [environment.WebSocket]
   * @param {Partial<typeof kConnectionTiming>} [environment.timing]
   */
  constructor(url, { WebSocket = globalThis.WebSocket, timing = {} } = {}) {
    this.#url = url;
    this.#WebSocket = WebSocket;
    this.#timing = { ...kConnectionTiming, ...timing };
  }

  /** Whether requests can be sent. */
  get alive() {
    return !this.#ended && this.#sessionId !== null;
  }

  /** Opens the WebSocket and creates the Janus session. */
  async open() {
    await this.#openSocket();
    const reply = await this.request({ janus: 'create' });
    this.#sessionId = reply.data.id;
    this.#scheduleKeepAlive();
  }

  #openSocket() {
    return new Promise((fulfil, reject) => {
      let timer = null;
      const refuse = (reason, sentence) => {
        clearTimeout(timer);
        reject(new BatonError(reason, sentence));
        this.#end(reason, false);
      };
      let socket;
      try {
        socket = new this.#WebSocket(this.#url, kSubprotocol);
      } catch {
        refuse('connection_lost', `${this.#url} is no address of a WebSocket.`);
        return;
      }
      this.#socket = socket;
      timer = setTimeout(() => refuse('timeout', `No answer from ${this.#url}.`), this.#timing.openMs);
      this.#abortOpening = () => refuse('connection_lost', `The connection to ${this.#url} was given up.`);
      socket.onopen = () => {
        clearTimeout(timer);
        this.#abortOpening = null;
        if (this.#ended) socket.close();
        else fulfil();
      };
      socket.onmessage = ({ data }) => this.#receive(data);
      // A WebSocket that fails always closes too, so `close` is the one place to act.
      socket.onerror = () => {};
      socket.onclose = () => {
        if (this.#abortOpening) refuse('connection_lost', `No connection to ${this.#url}.`);
        else this.#end('socket_closed', true);
      };
    });
  }

  /**
   * Attaches a handle to the plugin.
   * @param {string} plugin
   * @returns {Promise<JanusHandle>}
   */
  async attach(plugin) {
    const reply = await this.request({ janus: 'attach', plugin });
    const handle = new JanusHandle(this, reply.data.id);
    this.#handles.set(handle.id, handle);
    return handle;
  }

  /** Forgets a handle; what still comes for it is ignored. */
  forget(handle) {
    this.#handles.delete(handle.id);
  }

  /** Asks the server for any sign of life, and declares the connection dead if none comes in time. */
  async probe(timeoutMs = this.#timing.requestMs) {
    try {
      await this.request({ janus: 'keepalive' }, { timeoutMs, settleOnAck: true });
    } catch (error) {
      if (error.reason === 'timeout') this.#end('no_answer', true);
    }
  }

  /**
   * Sends one request of the Janus API and resolves to the reply that settles it: not the `ack` of a message to a
   * plugin, unless `settleOnAck`.
   * @param {object} message
   * @param {{timeoutMs?: number, settleOnAck?: boolean}} [options]
   * @returns {Promise<any>}
   */
  request(message, { timeoutMs = this.#timing.requestMs, settleOnAck = false } = {}) {
    return new Promise((fulfil, reject) => {
      if (!this.#canSend()) {
        reject(new BatonError('connection_lost', 'The connection to the server is gone.'));
        return;
      }
      if (this.#pending.size >= kMaxPending) {
        reject(new BatonError('busy', 'Too many requests wait for an answer.'));
        return;
      }
      const transaction = this.#send(message);
      const timer = setTimeout(() => {
        this.#pending.delete(transaction);
        reject(new BatonError('timeout', 'The server did not answer in time.'));
      }, timeoutMs);
      this.#pending.set(transaction, { fulfil, reject, timer, settleOnAck });
    });
  }

  /** Sends without waiting for what the server says to it. */
  notify(message) {
    if (this.#canSend()) this.#send(message);
  }

  /** Whether what is sent now can arrive. Finds a WebSocket that is closing, long before it says that it has closed. */
  #canSend() {
    if (this.#ended || !this.#socket) return false;
    if (this.#socket.readyState === kOpen) return true;
    this.#end('socket_closed', true);
    return false;
  }

  #send(message) {
    this.#serial += 1;
    const transaction = `t${this.#serial}`;
    const session = this.#sessionId === null ? {} : { session_id: this.#sessionId };
    this.#socket.send(JSON.stringify({ ...message, ...session, transaction }));
    return transaction;
  }

  /** Ends the connection. Janus destroys the session with it. */
  close() {
    this.#end('closed', false);
  }

  #receive(text) {
    if (this.#ended) return;
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      this.#end('protocol_violated', true);
      return;
    }
    if (this.#settle(message)) return;
    if (message.session_id !== undefined && this.#sessionId !== null && message.session_id !== this.#sessionId) return;
    if (message.janus === 'timeout') {
      this.#end('session_timeout', true);
      return;
    }
    this.#handles.get(message.sender)?.deliver(message);
  }

  /** Whether the message was the reply to a request that waits. */
  #settle(message) {
    const waiting = this.#pending.get(message.transaction);
    if (!waiting) return message.janus === 'ack';
    if (message.janus === 'ack' && !waiting.settleOnAck) return true;
    this.#pending.delete(message.transaction);
    clearTimeout(waiting.timer);
    if (message.janus !== 'error') {
      waiting.fulfil(message);
      return true;
    }
    const { code, reason } = message.error;
    const handleGone = code === kJanusHandleNotFound;
    waiting.reject(new BatonError(handleGone ? 'handle_gone' : 'gateway_refused', reason, code));
    if (code === kJanusSessionNotFound) this.#end('session_unknown', true);
    return true;
  }

  #scheduleKeepAlive() {
    this.#keepAliveTimer = setTimeout(() => {
      this.probe();
      this.#scheduleKeepAlive();
    }, this.#timing.keepAliveMs);
  }

  #end(reason, tell) {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#keepAliveTimer);
    for (const handle of this.#handles.values()) handle.observer = {};
    this.#handles.clear();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const waiting of pending) {
      clearTimeout(waiting.timer);
      waiting.reject(new BatonError('connection_lost', 'The connection to the server was lost.'));
    }
    this.#abortOpening?.();
    this.#abortOpening = null;
    this.#socket?.close();
    if (tell) this.ondead(reason);
  }
}

/** A handle: one conversation with the plugin, and at most one PeerConnection. */
export class JanusHandle {
  #connection;
  /** Candidates that came before anybody listened: Janus may send them ahead of the offer they belong to. */
  #earlyCandidates = [];

  /** @type {HandleObserver} */
  observer = {};

  constructor(connection, id) {
    this.#connection = connection;
    this.id = id;
  }

  /**
   * Sends a message to the plugin and resolves to its answer.
   * @param {object} body
   * @param {RTCSessionDescriptionInit|null} [jsep]
   * @param {{timeoutMs?: number}} [options]
   * @returns {Promise<{data: any, jsep: RTCSessionDescriptionInit|undefined}>}
   */
  async request(body, jsep = null, options = {}) {
    const message = { janus: 'message', handle_id: this.id, body };
    if (jsep) message.jsep = { type: jsep.type, sdp: jsep.sdp };
    const reply = await this.#connection.request(message, options);
    return { data: reply.plugindata?.data ?? {}, jsep: reply.jsep };
  }

  /** Sends a candidate of this client; null when there are no more. */
  trickle(candidate) {
    this.#connection.notify({ janus: 'trickle', handle_id: this.id, candidate: candidate ?? { completed: true } });
  }

  /** The candidates that came before anybody listened, once. */
  takeEarlyCandidates() {
    return this.#earlyCandidates.splice(0);
  }

  /** Ends the PeerConnection of this handle on the server; the handle itself stays. */
  hangup() {
    this.observer = { ...this.observer, trickle: undefined, hangup: undefined };
    this.#earlyCandidates = [];
    this.#connection.notify({ janus: 'hangup', handle_id: this.id });
  }

  /** Takes the handle off. Resolves once the server has done so, or cannot any more. */
  async detach() {
    this.observer = {};
    this.#connection.forget(this);
    await this.#connection.request({ janus: 'detach', handle_id: this.id }, { timeoutMs: 2000 }).catch(() => {});
  }

  /** For JanusConnection: what arrived for this handle. */
  deliver(message) {
    switch (message.janus) {
      case 'event':
        this.observer.event?.(message.plugindata?.data ?? {}, message.jsep);
        break;
      case 'trickle':
        if (this.observer.trickle) this.observer.trickle(message.candidate);
        else if (this.#earlyCandidates.length < kMaxEarlyCandidates) this.#earlyCandidates.push(message.candidate);
        break;
      case 'hangup':
        this.#earlyCandidates = [];
        this.observer.hangup?.(message.reason ?? '');
        break;
      case 'detached': {
        const { detached } = this.observer;
        this.observer = {};
        this.#connection.forget(this);
        detached?.();
        break;
      }
      default:
        // `webrtcup`, `media` and `slowlink` are of no use here: the PeerConnection itself tells more.
        break;
    }
  }
}
