// SPDX-License-Identifier: GPL-3.0-or-later
// What participants do among themselves, as the server sees it: chat, control, mute and lock. Each answers with a
// refusal's name, or null and tells the room.

const kHostsOnly = new Set(['grant', 'deny', 'revoke']);

export class FakePeers {
  #room;
  #requests = 0;

  constructor(room) {
    this.#room = room;
  }

  chat(participant, text) {
    if (participant.muted) return 'muted';
    const number = this.#room.chat.length + 1;
    const { user, displayName } = participant;
    const entry = { number, user, display_name: displayName, text, at_ms: Date.now(), age_ms: 0 };
    this.#room.chat.push(entry);
    this.#room.broadcast({ baton: 'chat', entry });
    return null;
  }

  control(participant, { action, user }) {
    if (!kHostsOnly.has(action)) return this.#ownControl(participant, action);
    if (participant.role !== 'host') return 'not_permitted';
    const target = this.#room.participants.get(user);
    if (!target) return 'user_unknown';
    if (action === 'deny' && target.controlRequest === null) return 'control_not_requested';
    if (action === 'deny') return this.#change(target, 'denied');
    if (target.role !== (action === 'grant' ? 'viewer' : 'controller')) return 'user_not_eligible';
    if (action === 'grant') return this.#change(target, 'granted', 'controller');
    return this.#change(target, 'revoked', 'viewer');
  }

  #ownControl(participant, action) {
    if (action === 'release') {
      return participant.role === 'controller' ? this.#change(participant, 'released', 'viewer') : 'not_permitted';
    }
    if (action === 'withdraw') {
      return participant.controlRequest === null ? 'control_not_requested' : this.#change(participant, 'withdrawn');
    }
    if (participant.role !== 'viewer') return 'control_held';
    if (participant.controlRequest !== null) return null;
    this.#requests += 1;
    participant.controlRequest = this.#requests;
    const { user } = participant;
    this.#room.broadcast({ baton: 'control_changed', user, change: 'requested', request: this.#requests });
    return null;
  }

  #change(participant, change, role = participant.role) {
    const { user } = participant;
    participant.controlRequest = null;
    this.#room.broadcast({ baton: 'control_changed', user, change, request: null });
    if (role !== participant.role) {
      participant.role = role;
      this.#room.broadcast({ baton: 'role_changed', user, role });
    }
    return null;
  }

  mute(participant, { user, muted }) {
    if (participant.role !== 'host') return 'not_permitted';
    const target = this.#room.participants.get(user);
    if (!target) return 'user_unknown';
    if (target.muted !== muted) {
      target.muted = muted;
      this.#room.broadcast({ baton: 'mute_changed', user, muted });
    }
    return null;
  }

  lock(participant, { locked }) {
    if (participant.role !== 'host') return 'not_permitted';
    if (this.#room.locked !== locked) {
      this.#room.locked = locked;
      this.#room.broadcast({ baton: 'lock_changed', locked });
    }
    return null;
  }
}
