// SPDX-License-Identifier: GPL-3.0-or-later
// What the client takes from the browser, so that tests can put something else in its place.

import { kTiming } from './timing.js';
import { Transports } from './transports.js';

/**
 * @param {any} replacements   by tests
 * @param {import('./ice_configuration.js').IceConfiguration} ice
 * @param {object} options
 * @param {import('./types.js').TransportWish} options.transport
 * @param {number} [options.directTimeoutMs]
 */
export function environmentWith(replacements, ice, { transport, directTimeoutMs }) {
  const given = directTimeoutMs === undefined ? {} : { directMs: directTimeoutMs };
  const environment = {
    WebSocket: globalThis.WebSocket,
    RTCPeerConnection: globalThis.RTCPeerConnection,
    RTCRtpSender: globalThis.RTCRtpSender,
    MediaStream: globalThis.MediaStream,
    now: () => performance.now(),
    random: Math.random,
    ...replacements,
    ice,
    timing: { ...kTiming, ...replacements.timing, ...given },
  };
  return { ...environment, transports: new Transports(transport, environment) };
}
