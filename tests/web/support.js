// SPDX-License-Identifier: GPL-3.0-or-later
// A client in a world without network and media, and ways to wait for what happens in it.

import { BatonClient } from '../../examples/web/baton.js';
import { FakeBatonServer } from './fake/fake_baton_server.js';
import { FakeMediaStream, FakePeerConnection, FakeSender, fakeTrack } from './fake/fake_media.js';

// Node 18 lacks what every browser has.
globalThis.CustomEvent ??= class CustomEvent extends Event {
  constructor(type, { detail } = {}) {
    super(type);
    this.detail = detail;
  }
};

/** The library's times, a hundred times as fast where a test has to wait for them. */
export const kFastTiming = {
  reconnect: { firstMs: 10, secondMs: 20, longestMs: 50 },
  repair: { firstMs: 10, secondMs: 20, longestMs: 50 },
  probeMs: 40,
  healthyMs: 2_000,
  roomGoneMs: 200,
  leaveMs: 60,
  leaveByTokenMs: 400,
  confirmMs: 30,
  readinessAnswerMs: 200,
  keepAliveMs: 60_000,
  openMs: 100,
  requestMs: 150,
  heartbeatAnswerMs: 60,
  directMs: 60,
  restartMs: 15,
};

/** All but `signal`: whoever listens for that is ready. */
const kLogged = [
  'state',
  'program',
  'promotion',
  'chat',
  'control',
  'activity',
  'audience',
  'signals-failed',
  'signals-restarted',
  'released',
  'connection',
  'transport',
  'error',
  'stream',
];

export class World {
  #clients = [];

  constructor(room = 'demo', settings = {}) {
    this.server = new FakeBatonServer();
    this.room = room === null ? null : this.server.createRoom(room, settings);
    FakePeerConnection.all.length = 0;
    FakePeerConnection.connecting.clear();
    FakePeerConnection.lacking.clear();
  }

  client(timing = {}, options = {}) {
    const client = new BatonClient({
      url: 'ws://fake',
      ...options,
      environment: {
        WebSocket: this.server.WebSocket,
        RTCPeerConnection: FakePeerConnection,
        RTCRtpSender: FakeSender,
        MediaStream: FakeMediaStream,
        timing: { ...kFastTiming, ...timing },
      },
    });
    client.log = [];
    for (const type of kLogged) {
      client.addEventListener(type, ({ detail }) => client.log.push({ type, detail }));
    }
    this.#clients.push(client);
    return client;
  }

  async joined(user, role = 'viewer', options = {}) {
    const { timing, saveWhenUnwatched, transport, directTimeoutMs, ...join } = options;
    const client = this.client(timing, { saveWhenUnwatched, transport, directTimeoutMs });
    await client.join({ room: 'demo', user, role, ...join });
    return client;
  }

  /** Ends all that would keep the process running. */
  async end() {
    Object.assign(this.server, { silent: false, refusing: false, unreachable: false, override: {}, latencyMs: 0 });
    this.server.ignored.clear();
    await Promise.all(this.#clients.map((client) => client.leave()));
    this.server.shutSockets();
  }
}

export const events = (client, type) => client.log.filter((one) => one.type === type).map((one) => one.detail);

/** Resolves once `condition` holds; fails when it does not in time. */
export async function until(condition, what = String(condition), timeoutMs = 2000) {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`In vain: ${what}`);
    await pause(2);
  }
}

export const pause = (ms) => new Promise((fulfil) => setTimeout(fulfil, ms));

export const videoStream = (settings) => new FakeMediaStream([fakeTrack('video', settings)]);
export const callStream = () => new FakeMediaStream([fakeTrack('audio'), fakeTrack('video')]);
export const peers = () => FakePeerConnection.all;
/** From now on PeerConnections by these transports become connected, and by no others. */
export function letConnect(...transports) {
  FakePeerConnection.connecting.clear();
  for (const one of transports) FakePeerConnection.connecting.add(one);
}

/** The answer to a request that came too soon, for the next milliseconds. */
export const tooSoon = (ms) => ({
  baton: 'error',
  error_code: 9004,
  error_name: 'rate_limited',
  error: 'Too soon.',
  retry_after_ms: ms,
});

/** Refuses this request as too soon so often, and takes it then. Returns when it was asked. */
export function refuseAsTooSoon(server, name, times, ms) {
  const at = [];
  server.override[name] = () => {
    at.push(performance.now());
    return at.length > times ? null : tooSoon(ms);
  };
  return at;
}

/** How long it was from each of these to the next. */
export const waits = (at) => at.slice(1).map((time, i) => time - at[i]);
