// SPDX-License-Identifier: GPL-3.0-or-later
// When to send the next heartbeat: within the time that the last answer asked for, which differs between rooms, roles
// and phases of what people do.

/** The part of the time until the next heartbeat is due after which it is sent. */
const kLead = 0.8;

/**
 * The time within which the first heartbeat of a session is due, before any answer has told: whatever our role, it is
 * within half of the shortest time-out.
 * @param {any} settings   of the room
 * @returns {number|undefined}
 */
export function firstHeartbeatMs(settings) {
  const timeouts = [
    settings.presence_timeout_ms,
    settings.host_presence_timeout_ms,
    settings.controller_presence_timeout_ms,
    ...(settings.roles ?? []).map((role) => role.presence_timeout_ms),
  ];
  const times = [settings.heartbeat_interval_ms, ...timeouts.map((timeout) => timeout / 2)].filter((ms) => ms > 0);
  return times.length > 0 ? Math.min(...times) : undefined;
}

export class Heartbeat {
  #send;
  #withinMs = Infinity;
  #dueAt = Infinity;
  #timer = null;
  #stopped = false;

  /** @param {() => Promise<number|undefined>} send   resolves to the time within which the next one is due, if told */
  constructor(send) {
    this.#send = send;
  }

  /** The next heartbeat is due within this time, and so are those after it until an answer says otherwise. */
  within(ms) {
    this.#withinMs = ms;
    const dueAt = performance.now() + ms * kLead;
    if (dueAt < this.#dueAt) this.#schedule(dueAt);
  }

  /** Sends one now. */
  async beat() {
    this.#schedule(Infinity);
    const withinMs = await this.#send();
    if (withinMs > 0) this.#withinMs = withinMs;
    this.within(this.#withinMs);
  }

  stop() {
    this.#stopped = true;
    this.#schedule(Infinity);
  }

  #schedule(dueAt) {
    clearTimeout(this.#timer);
    this.#dueAt = this.#stopped ? Infinity : dueAt;
    if (this.#dueAt < Infinity) this.#timer = setTimeout(() => this.beat(), this.#dueAt - performance.now());
  }
}
