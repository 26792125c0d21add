// SPDX-License-Identifier: GPL-3.0-or-later
// A WebSocket whose other end is a fake gateway in the same process.

export class FakeSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;

  constructor(server, protocol) {
    this.server = server;
    this.protocol = protocol;
    this.session = null;
    setTimeout(() => {
      if (this.readyState !== 0 || server.unreachable) return;
      if (server.refusing || protocol !== 'janus-protocol') {
        this.shut();
        return;
      }
      this.readyState = 1;
      server.sockets.add(this);
      this.onopen?.({});
    }, server.latencyMs);
  }

  send(text) {
    const message = JSON.parse(text);
    setTimeout(() => {
      if (this.readyState === 1 && !this.server.silent) this.server.receive(this, message);
    }, this.server.latencyMs);
  }

  deliver(message) {
    setTimeout(() => {
      if (this.readyState === 1 && !this.server.silent) this.onmessage?.({ data: JSON.stringify(message) });
    }, this.server.latencyMs);
  }

  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.gone(this);
  }

  /** The server, or the network, ends the connection. */
  shut() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.gone(this);
    this.onclose?.({});
  }
}
