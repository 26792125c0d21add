// SPDX-License-Identifier: GPL-3.0-or-later
// What the client takes from the browser, so that tests can put something else in its place.

import { kTiming } from './timing.js';

/**
 * @param {any} replacements   by tests
 * @param {import('./ice_configuration.js').IceConfiguration} ice
 */
export function environmentWith(replacements, ice) {
  return {
    WebSocket: globalThis.WebSocket,
    RTCPeerConnection: globalThis.RTCPeerConnection,
    RTCRtpSender: globalThis.RTCRtpSender,
    MediaStream: globalThis.MediaStream,
    now: () => performance.now(),
    random: Math.random,
    ...replacements,
    ice,
    timing: { ...kTiming, ...replacements.timing },
  };
}
