// SPDX-License-Identifier: GPL-3.0-or-later
// A room as far as a client sees it: who is there, who is host, and what everybody is told. It is no model of the room
// machine.

import { FakeActivities } from './fake_activities.js';
import { FakePeers } from './fake_peers.js';
import { FakeSignals } from './fake_signals.js';

const kSettings = {
  mode: 'sfu',
  video_codec: 'vp8',
  grace_ms: 300_000,
  promotion_timeout_ms: 15_000,
  on_host_timeout: 'pause',
  time_to_live_ms: 0,
  media_silence_ms: 3000,
  heartbeat_interval_ms: 30_000,
  presence_timeout_ms: 60_000,
  max_controllers: 3,
  max_viewers: 100,
};

const view = (participant) => ({
  user: participant.user,
  display_name: participant.displayName,
  role: participant.role,
  presence: participant.presence,
  publishing: participant.feed !== null,
  muted: participant.muted,
  control_request: participant.controlRequest,
  ...(participant.furtherRole ? { further_role: participant.furtherRole } : {}),
});

export class FakeRoom {
  version = 1;
  state = 'waiting';
  host = null;
  lease = 0;
  grace = null;
  promotion = null;
  backup = null;
  program = { state: 'empty', user: null };
  locked = false;
  chat = [];
  participants = new Map();
  /** Within which the first heartbeat is asked for; undefined: as servers that do not say. */
  firstHeartbeatMs = undefined;
  spentTokens = new Set();
  #server;

  /** @param {import('./fake_gateway.js').FakeGateway} server */
  constructor(server, id, settings = {}) {
    this.#server = server;
    this.id = id;
    this.settings = { ...kSettings, ...settings };
    this.signals = new FakeSignals(this);
    this.peers = new FakePeers(this);
    this.activities = new FakeActivities(this);
  }

  /** Tells everybody in the room; the room's version grows. */
  broadcast(event, except = null) {
    this.broadcastTo((participant) => (participant.handle === except ? null : event));
  }

  /** The same, with what each is to be told; null: nothing. */
  broadcastTo(eventFor) {
    this.version += 1;
    for (const participant of this.participants.values()) {
      const event = participant.handle && eventFor(participant);
      if (event) this.tell(participant, event);
    }
  }

  /** Tells one participant, or sends any event with any version. */
  tell(participant, event) {
    this.#server.pushEvent(participant.handle, { room: this.id, room_version: this.version, ...event });
  }

  /** As this participant sees it. */
  snapshot(participant) {
    return structuredClone({
      room: this.id,
      room_version: this.version,
      description: '',
      state: this.state,
      settings: this.settings,
      host: this.host && { user: this.host, lease_version: this.lease },
      grace: this.grace,
      promotion: this.promotion,
      backup: this.backup,
      program: this.program,
      locked: this.locked,
      chat: this.chat,
      participants: [...this.participants.values()].map(view),
      activity: this.activities.seenBy(participant),
    });
  }

  // --- coming and going ------------------------------------------------------------------------------------------

  /** @param {any} participant @param {boolean} rejoined @param {any} handle  of the one who comes */
  arrive(participant, rejoined, handle) {
    this.participants.set(participant.user, participant);
    this.broadcast({ baton: 'participant_joined', participant: view(participant), rejoined }, handle);
    if (participant.role !== 'host') return;
    if (this.host === null) this.grant(participant.user, 'first', handle);
    else if (this.state === 'host_offline') this.hostReturned(handle);
  }

  /** The connection of a participant, or of its media, is gone. */
  lose(participant, handle) {
    if (participant.feed === handle) this.endFeed(participant, 'media_hangup');
    if (participant.handle !== handle) return;
    participant.handle = null;
    participant.presence = 'offline';
    const changes = [{ user: participant.user, presence: 'offline' }];
    this.broadcast({ baton: 'presence_changed', changes });
    this.#hostLost(participant, 'connection_lost');
  }

  depart(participant, reason) {
    this.spentTokens.add(participant.token);
    this.participants.delete(participant.user);
    if (participant.handle) this.release(participant, reason);
    this.signals.leave(participant);
    if (reason === 'absent_too_long') {
      this.broadcast({ baton: 'presence_changed', changes: [{ user: participant.user, presence: 'removed' }] });
    } else {
      this.broadcast({ baton: 'participant_left', user: participant.user, reason });
    }
    if (this.host !== participant.user) return;
    if (this.backup && this.participants.get(this.backup)?.handle) {
      this.grant(this.backup, 'backup');
      return;
    }
    Object.assign(this, { host: null, state: 'paused' });
    this.broadcast({ baton: 'paused' });
  }

  release(participant, reason) {
    this.tell(participant, { baton: 'released', reason });
    if (participant.feed) this.endFeed(participant, null);
    participant.handle.participant = null;
    participant.handle = null;
  }

  // --- media -----------------------------------------------------------------------------------------------------

  beginFeed(participant) {
    this.broadcast({ baton: 'publishing_changed', user: participant.user, publishing: true });
    if (this.host !== participant.user) return;
    if (this.state === 'host_offline') this.hostReturned();
    this.show('on_air', participant.user);
  }

  endFeed(participant, reason) {
    if (!participant.feed) return;
    participant.feed = null;
    this.broadcast({ baton: 'publishing_changed', user: participant.user, publishing: false });
    if (this.program.user === participant.user) this.show('held', participant.user);
    if (reason) this.#hostLost(participant, reason);
  }

  show(state, user) {
    this.program = { state, user };
    this.#server.media.follow?.(this, state === 'on_air' ? this.participants.get(user)?.feed : null);
    for (const participant of this.participants.values()) {
      if (!participant.handle) continue;
      const program = { state, user, switched_at_ms: 1 };
      this.#server.pushEvent(participant.handle, { baton: 'program', room: this.id, program });
    }
  }

  // --- the host --------------------------------------------------------------------------------------------------

  #hostLost(participant, reason) {
    if (this.host !== participant.user || this.state !== 'live') return;
    this.hostOffline(reason);
  }

  /** Begins the grace of the present host. */
  hostOffline(reason, remainingMs = this.settings.grace_ms) {
    this.state = 'host_offline';
    this.grace = { reason, remaining_ms: remainingMs, deadline_at_ms: 1 };
    this.broadcast({ baton: 'host_offline', user: this.host, grace: this.grace });
  }

  hostReturned(except = null) {
    this.state = 'live';
    this.grace = null;
    this.broadcast({ baton: 'host_returned', user: this.host }, except);
  }

  grant(user, change, except = null) {
    const previous = this.host;
    const participant = this.participants.get(user);
    Object.assign(this, { host: user, lease: this.lease + 1, state: 'live', grace: null, promotion: null });
    const host = { user, lease_version: this.lease };
    this.broadcast({ baton: 'host_changed', host, previous, change }, except);
    const former = this.participants.get(previous);
    if (former && former !== participant) {
      former.role = 'controller';
      this.broadcast({ baton: 'role_changed', user: previous, role: 'controller' }, except);
    }
    participant.role = 'host';
    this.broadcast({ baton: 'role_changed', user, role: 'host' }, except);
    if (this.backup === user) this.setBackup(null, except);
    if (participant.feed) this.show('on_air', user);
  }

  setBackup(user, except = null) {
    this.backup = user;
    this.broadcast({ baton: 'backup_changed', user }, except);
  }

  /** Asks a controller. */
  ask(candidate, remainingMs = this.settings.promotion_timeout_ms) {
    this.state = 'promoting';
    this.grace = null;
    const promotion = this.#server.newId();
    this.promotion = { promotion, candidate, remaining_ms: remainingMs, deadline_at_ms: 1 };
    this.broadcast({ baton: 'promotion_started', promotion: this.promotion });
  }

  pause() {
    Object.assign(this, { state: 'paused', host: null, grace: null, promotion: null });
    this.broadcast({ baton: 'paused' });
  }

  close(reason) {
    this.state = 'closed';
    this.broadcast({ baton: 'room_closed', reason });
    this.#server.rooms.delete(this.id);
  }
}
