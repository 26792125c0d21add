// SPDX-License-Identifier: GPL-3.0-or-later
// What can go wrong, with a stable identifier for programs and a sentence for people.

/**
 * Refusals of the server carry its own identifiers (`session_stale`, `room_unknown`, ...). The client adds:
 * `connection_lost`, `timeout`, `handle_gone`, `busy`, `not_joined`, `already_joined`, `left`, `codec_unsupported`,
 * `gateway_refused`, `protocol_violated`, `description_missing`, `description_refused`, `signals_restarted`,
 * `token_unavailable`.
 */
export class BatonError extends Error {
  /**
   * @param {string} reason        the stable identifier
   * @param {string} message       a sentence for people
   * @param {number|null} [code]   the server's number, if it was the server that refused
   * @param {any} [refusal]        the refusal as it came, which may tell more
   */
  constructor(reason, message, code = null, refusal = null) {
    super(message);
    this.name = 'BatonError';
    this.reason = reason;
    this.code = code;
    this.refusal = refusal;
    /** With `rate_limited`, and some `handle_busy`: after so many milliseconds the same request is taken. */
    this.retryAfterMs = refusal?.retry_after_ms ?? 0;
  }

  /**
   * The error that a refusal of the plugin stands for.
   * @param {{error_code: number, error_name: string, error: string, retry_after_ms?: number}} data
   */
  static fromRefusal(data) {
    return new BatonError(data.error_name, data.error, data.error_code, data);
  }
}

/** Refusals and failures that may pass: the same request can succeed a moment later. */
const kPassing = new Set([
  'connection_lost',
  'timeout',
  'handle_gone',
  'busy',
  'gateway_refused',
  'description_missing',
  'session_stale',
  'session_unknown',
  'not_joined',
  'already_publishing',
  'already_subscribed',
  'handle_busy',
  'connections_full',
  'transport_full',
  'server_busy',
  'server_stopping',
  'server_failure',
  'rate_limited',
]);

/** Whether it is worth trying again. */
export function mayPass(error) {
  return error instanceof BatonError && kPassing.has(error.reason);
}
