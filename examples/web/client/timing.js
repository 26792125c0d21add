// SPDX-License-Identifier: GPL-3.0-or-later
// The times of the client, in milliseconds. Those of one connection stand beside it: see kMembershipTiming and
// kConnectionTiming.

export const kTiming = Object.freeze({
  /** Waits between attempts to come back, see Backoff. */
  reconnect: { firstMs: 250, secondMs: 500, longestMs: 5000 },
  /** Waits between attempts to publish or subscribe again. */
  repair: { firstMs: 250, secondMs: 1000, longestMs: 5000 },
  /** How long the server may be silent when the media stand still already. */
  probeMs: 2000,
  /** How long a PeerConnection by the direct transport may take to be connected, for the first time or again. */
  directMs: 4000,
  /** How long a direct PeerConnection that is interrupted may take to come back before ICE is restarted. */
  restartMs: 1000,
  /** A session, or a direct PeerConnection, that lived as long was well: the next loss is met without delay again. */
  healthyMs: 10_000,
  /** How long a room that is gone is looked for after a reconnect, since its server may have restarted. */
  roomGoneMs: 30_000,
  /** How long what was received may wait for a request that confirms it. */
  confirmMs: 1000,
  /** How much later than asked the server may say who is ready. */
  readinessAnswerMs: 5000,
  /** How long the application may take to fetch a join token. */
  tokenMs: 10_000,
  /** How long leaving may take when the server cannot be reached. */
  leaveByTokenMs: 10_000,
});
