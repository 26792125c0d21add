// SPDX-License-Identifier: GPL-3.0-or-later
// A stand-in for Janus with Baton, in one process with the client under test: answers the requests of the protocol,
// well enough for the client's own behaviour.

import { FakeGateway } from './fake_gateway.js';
import { FakeRoom } from './fake_room.js';

export class FakeBatonServer extends FakeGateway {
  rooms = new Map();
  /** Answers to a request by name, before the room sees it: (request) => data, or null to go on. */
  override = {};
  /** Requests that are never answered. */
  ignored = new Set();
  /** What `joined` says it offers; null: this server has never heard of transports. @type {string[]|null} */
  transports = null;
  /** Whether this server restarts ICE of what goes by direct. */
  restartsDirect = true;
  #versions = 0;

  createRoom(id, settings = {}) {
    const room = new FakeRoom(this, id, settings);
    this.rooms.set(id, room);
    return room;
  }

  handleGone(handle) {
    if (handle.participant) handle.room.lose(handle.participant, handle);
  }

  async answer(handle, message) {
    const request = message.body;
    if (this.ignored.has(request.request)) return null;
    const overridden = this.override[request.request]?.(request, handle);
    if (overridden) return { data: overridden };
    const answers = {
      create: () => this.#create(request),
      exists: () => ({ data: { baton: 'exists', room: request.room, exists: this.rooms.has(request.room) } }),
      list: () => ({ data: { baton: 'list', rooms: [...this.rooms.values()].map((room) => ({ room: room.id })) } }),
      join: () => this.#join(handle, request),
      leave: () => this.#leave(handle, request),
    };
    if (answers[request.request]) return answers[request.request]();
    const participant = this.#authenticate(handle, request);
    if (participant.baton) return { data: participant };
    return this.#answerParticipant(handle, participant, message);
  }

  #authenticate(handle, request) {
    for (const room of this.rooms.values()) {
      for (const participant of room.participants.values()) {
        if (participant.session !== request.session) continue;
        if (participant.version !== request.session_version) return refusal(3004, 'session_stale');
        handle.participant = participant;
        handle.room = room;
        if (request.signals_received !== undefined) participant.inbox.confirm(request.signals_received);
        return participant;
      }
    }
    return refusal(3003, 'session_unknown');
  }

  #create(request) {
    if (this.rooms.has(request.room)) return { data: refusal(2002, 'room_exists') };
    const { request: _verb, room, ...settings } = request;
    const created = this.createRoom(room, settings);
    return { data: { baton: 'created', room, settings: created.settings } };
  }

  async #join(handle, request) {
    const room = this.rooms.get(request.room);
    if (!room) return { data: refusal(2001, 'room_unknown') };
    if (request.transport === 'auto') {
      const preferred = this.transports?.find((name) => name === 'direct' || name === 'gateway');
      request = { ...request, transport: preferred ?? 'gateway' };
    }
    const existing = room.participants.get(request.user);
    if (request.resume_token && room.spentTokens.has(request.resume_token))
      return { data: refusal(3007, 'join_stopped') };
    const rejoined = existing !== undefined && existing.token === request.resume_token;
    if (room.locked && !existing && room.host !== request.user) return { data: refusal(2008, 'room_locked') };
    if (existing?.handle) room.release(existing, 'replaced');
    let role = rejoined ? existing.role : kRoles.has(request.role) ? request.role : 'viewer';
    if (role === 'host' && room.host !== null && room.host !== request.user)
      return { data: refusal(4002, 'host_taken') };
    if (room.host === request.user) role = 'host';
    const participant = this.#newParticipant(handle, request, role);
    if (rejoined) Object.assign(participant, { muted: existing.muted, controlRequest: existing.controlRequest });
    const signalling = room.signals.join(participant, existing, rejoined ? request.signals_received : undefined);
    handle.participant = participant;
    handle.room = room;
    room.arrive(participant, rejoined, handle);
    const answer = {
      data: {
        baton: 'joined',
        room: room.id,
        user: request.user,
        role,
        rejoined,
        ...signalling,
        session: participant.session,
        session_version: participant.version,
        resume_token: participant.token,
        next_within_ms: room.firstHeartbeatMs,
        ...(this.transports && { transports: this.transports }),
        snapshot: room.snapshot(participant),
      },
    };
    if (request.subscribe) this.#joinOffer(answer, await this.#offer(handle, room, request));
    return answer;
  }

  #newParticipant(handle, request, role) {
    const id = this.newId();
    this.#versions += 1;
    return {
      user: request.user,
      displayName: request.display_name,
      role,
      furtherRole: kRoles.has(request.role) ? null : request.role,
      presence: 'active',
      muted: false,
      controlRequest: null,
      handle,
      feed: null,
      session: `s${id}`,
      version: this.#versions,
      token: `token-${id}`,
    };
  }

  /** The join stands, whatever becomes of the subscription that was asked for with it. */
  #joinOffer(answer, { data, jsep }) {
    if (data.baton === 'error') answer.data.subscribe_error = data;
    else Object.assign(answer.data, data);
    answer.jsep = jsep;
  }

  /** Whether the request is one for the direct transport. */
  #isDirect(request) {
    return this.transports !== null && request.transport === 'direct';
  }

  #lacks(request) {
    return this.#isDirect(request) && !this.transports.includes('direct');
  }

  /** The program by the transport that the request names: {data, jsep}, or a refusal as data. */
  async #offer(handle, room, request) {
    if (this.#lacks(request)) return { data: refusal(5007, 'transport_not_offered') };
    handle.use = 'subscribed';
    if (!this.#isDirect(request)) return { data: {}, jsep: await this.media.offerProgram(handle, room) };
    return { data: { transport: 'direct', sdp: this.media.offerDirect() } };
  }

  #leave(handle, request) {
    const room = handle.room ?? this.rooms.get(request.room);
    if (!room) return { data: refusal(2001, 'room_unknown') };
    const participant = [...room.participants.values()].find((one) =>
      request.session ? one.session === request.session : one.token === request.resume_token,
    );
    if (request.resume_token) room.spentTokens.add(request.resume_token);
    if (!participant) return { data: { baton: 'left' } };
    return { data: { baton: 'left' }, after: () => room.depart(participant, 'left') };
  }

  async #answerParticipant(handle, participant, message) {
    const { body: request } = message;
    const { room } = handle;
    const done = (baton, after) => ({ data: { baton }, after });
    const peers = (baton, refused) => (refused ? { data: refusal(4001, refused) } : done(baton));
    const activity = (baton, refused) => {
      const room_version = room.version;
      if (!refused) {
        return { data: { baton, room: room.id, room_version, activity: room.activities.answerFor(participant) } };
      }
      const told = { room_version, activity: room.activities.seenBy(participant) };
      return { data: { ...refusal(7004, refused), ...(refused === 'activity_stale' ? told : {}) } };
    };
    if (kHostOnly.has(request.request) && participant.role !== 'host') return { data: refusal(4001, 'not_permitted') };
    switch (request.request) {
      case 'heartbeat':
        return {
          data: {
            baton: 'heartbeat',
            room_version: room.version,
            next_within_ms: room.settings.heartbeat_interval_ms,
            signals_sent: participant.inbox.sent,
            ...(participant.broken && { signals_broken: true }),
          },
        };
      case 'sync':
        return {
          data: {
            baton: 'synced',
            room: room.id,
            snapshot: room.snapshot(participant),
            signals_sent: participant.inbox.sent,
          },
        };
      case 'ready':
        return { data: { baton: 'ready', signals_sent: room.signals.ready(participant) } };
      case 'await_ready':
        return done('ok', () => room.signals.awaitReady(participant, request.timeout_ms));
      case 'signal':
        return peers('signalled', room.signals.send(participant, request));
      case 'chat':
        return peers('chatted', room.peers.chat(participant, request.text));
      case 'control':
        return peers('controlled', room.peers.control(participant, request));
      case 'mute':
        return peers('muted', room.peers.mute(participant, request));
      case 'lock':
        return peers('locked', room.peers.lock(participant, request));
      case 'open_activity':
        return activity('activity_opened', room.activities.open(participant, request));
      case 'close_activity':
        return activity('activity_closed', room.activities.close(participant));
      case 'activity':
        return activity('activity_used', room.activities.use(participant, request));
      case 'publish':
        return this.#publish(handle, participant, message);
      case 'unpublish':
        return done('unpublished', () => room.endFeed(participant, null));
      case 'subscribe':
        if (handle.use) return { data: refusal(5003, 'already_subscribed') };
        return this.#subscribe(handle, room, request);
      case 'start':
        return this.#start(handle, message);
      case 'configure':
        return this.#configure(request);
      case 'backup':
        return done('backup_set', () => room.setBackup(request.user));
      case 'transfer':
        return done('transferred', () => room.grant(request.user, 'transfer'));
      case 'promotion':
        if (request.action === 'decline') return done('promotion_answered', () => room.pause());
        return done('promotion_answered', () => room.grant(participant.user, 'promotion'));
      case 'kick':
        return done('kicked', () => room.depart(room.participants.get(request.user), 'kicked'));
      case 'end':
        return done('ended', () => room.close('ended_by_host'));
      default:
        return { data: refusal(1002, 'request_unknown') };
    }
  }

  #configure(request) {
    if (request.keyframe) return { data: { baton: 'configured' } };
    if (!this.restartsDirect) return { data: refusal(1003, 'element_missing') };
    const sdp = request.restart ? this.media.offerDirect() : this.media.answerDirect();
    return { data: { baton: 'configured', transport: 'direct', sdp } };
  }

  async #subscribe(handle, room, request) {
    const { data, jsep } = await this.#offer(handle, room, request);
    return { data: { baton: 'subscribed', ...data }, jsep };
  }

  async #start(handle, { body: request, jsep }) {
    const isDescribed = this.#isDirect(request) ? typeof request.sdp === 'string' && !jsep : Boolean(jsep);
    if (!isDescribed) return { data: refusal(1008, 'sdp_invalid') };
    if (jsep) await this.media.acceptAnswer(handle, jsep);
    return { data: { baton: 'started' } };
  }

  async #publish(handle, participant, { body: request, jsep }) {
    if (participant.role === 'viewer') return { data: refusal(4001, 'not_permitted') };
    if (participant.feed) return { data: refusal(5001, 'already_publishing') };
    if (this.#lacks(request)) return { data: refusal(5007, 'transport_not_offered') };
    const isDirect = this.#isDirect(request);
    if (isDirect ? typeof request.sdp !== 'string' || jsep : !jsep) return { data: refusal(1008, 'sdp_invalid') };
    participant.feed = handle;
    handle.use = 'publishing';
    const data = { baton: 'published', feed: this.newId() };
    const after = () => handle.room.beginFeed(participant);
    if (isDirect) return { data: { ...data, transport: 'direct', sdp: this.media.answerDirect() }, after };
    return { data, jsep: await this.media.answerPublish(handle, jsep), after };
  }
}

const kRoles = new Set(['host', 'controller', 'viewer']);
const kHostOnly = new Set(['backup', 'transfer', 'kick', 'end', 'edit', 'mute', 'lock', 'await_ready']);

const refusal = (code, name) => ({ baton: 'error', error_code: code, error_name: name, error: `Refused: ${name}.` });
