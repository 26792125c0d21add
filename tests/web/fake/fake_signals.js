// SPDX-License-Identifier: GPL-3.0-or-later
// Signals between participants as the server carries them: kept until they are confirmed, sent again when the receiver
// says that it is ready.

export class FakeInbox {
  /** {sequence, body} in order; without a sequence: not sent yet. */
  entries = [];
  confirmed = 0;
  last = 0;

  push(body) {
    this.entries.push({ sequence: null, body });
  }

  confirm(received) {
    this.entries = this.entries.filter((one) => one.sequence === null || one.sequence > received);
    this.confirmed = Math.max(this.confirmed, Math.min(received, this.last));
  }

  /** Hands out what has not been sent; `again`: also what was sent and is not confirmed. */
  take(again) {
    let previous = this.confirmed;
    const taken = [];
    for (const entry of this.entries) {
      const isNew = entry.sequence === null;
      if (isNew) {
        this.last += 1;
        entry.sequence = this.last;
      }
      if (isNew || again) taken.push({ sequence: entry.sequence, previous, ...entry.body });
      previous = entry.sequence;
    }
    return taken;
  }

  get sent() {
    return this.entries.filter((one) => one.sequence !== null).at(-1)?.sequence ?? this.confirmed;
  }
}

/** The signals of one room, by participants. */
export class FakeSignals {
  #room;
  /** Deliveries that the network loses: (participant, event) => boolean. */
  loses = () => false;
  #awaited = null;

  constructor(room) {
    this.#room = room;
  }

  /** What a join makes of the signals of the session before: the elements of its answer. */
  join(participant, existing, received) {
    const continued = existing !== undefined && received !== undefined && !existing.broken;
    participant.inbox = continued ? existing.inbox : new FakeInbox();
    participant.accepted = continued ? existing.accepted : 0;
    participant.ready = false;
    if (continued) participant.inbox.confirm(received);
    else if (existing) this.#fail(existing, 'receiver_restarted');
    return { continuity: continued ? 'continued' : 'restarted', signals_accepted: participant.accepted };
  }

  leave(participant) {
    this.#fail(participant, 'receiver_left');
  }

  ready(participant) {
    participant.ready = true;
    this.#deliver(participant, true);
    this.check();
    return participant.inbox.sent;
  }

  /** A refusal's name, or null. */
  send(participant, { user, number, kind = 'message', payload }) {
    if (number <= participant.accepted) return null;
    const to = this.#room.participants.get(user);
    if (!to) return 'user_unknown';
    if (to === participant) return 'user_not_eligible';
    const permitted =
      kind === 'input'
        ? participant.role === 'controller' && to.role === 'host'
        : participant.role !== 'viewer' || to.role !== 'viewer';
    if (!permitted) return 'not_permitted';
    participant.accepted = number;
    to.inbox.push({ baton: 'signal', from: participant.user, number, kind, payload });
    if (to.ready && to.handle) this.#deliver(to, false);
    return null;
  }

  awaitReady(participant, timeoutMs) {
    clearTimeout(this.#awaited?.timer);
    const over = () => this.#answerAwaited(this.#notReady());
    this.#awaited = { participant, timer: setTimeout(over, timeoutMs) };
    this.check();
  }

  /** Whether everybody is ready that somebody waits for. */
  check() {
    if (this.#awaited && this.#notReady().length === 0) this.#answerAwaited([]);
  }

  #notReady() {
    const present = [...this.#room.participants.values()].filter((one) => one.handle && !one.ready);
    return present.map((one) => one.user).filter((user) => user !== this.#room.host);
  }

  #answerAwaited(notReady) {
    const { participant, timer } = this.#awaited;
    this.#awaited = null;
    clearTimeout(timer);
    const host = this.#room.participants.get(participant.user);
    if (host?.handle)
      this.#room.tell(host, { baton: 'readiness', ready: notReady.length === 0, not_ready: notReady });
  }

  #deliver(participant, again) {
    for (const event of participant.inbox.take(again)) {
      if (!this.loses(participant, event)) this.#room.tell(participant, event);
    }
  }

  #fail(receiver, reason) {
    const failed = new Map();
    for (const { body } of receiver.inbox?.entries ?? []) {
      if (body.baton === 'signal') failed.set(body.from, [...(failed.get(body.from) ?? []), body.number]);
    }
    for (const [user, numbers] of failed) {
      const sender = this.#room.participants.get(user);
      if (!sender) continue;
      sender.inbox.push({ baton: 'signals_failed', user: receiver.user, numbers, reason });
      if (sender.ready && sender.handle) this.#deliver(sender, false);
    }
  }
}
