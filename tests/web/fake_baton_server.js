// SPDX-License-Identifier: GPL-3.0-or-later
// A stand-in for Janus with Baton, in one process with the client under test: enough of the Janus API and of the
// room for the client's own behaviour, and switches to misbehave. It is no model of the room machine.

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

/** Descriptions that say nothing, for tests without media. */
const kNoMedia = {
  answerPublish: async () => ({ type: 'answer', sdp: 'answer' }),
  offerProgram: async () => ({ type: 'offer', sdp: 'a=setup:actpass' }),
  acceptAnswer: async () => {},
  addCandidate: () => {},
  close: () => {},
};

class FakeSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;

  constructor(server, protocol) {
    this.server = server;
    this.protocol = protocol;
    this.session = null;
    setTimeout(() => {
      if (this.readyState !== 0 || server.unreachable) return;
      if (server.refusing || protocol !== 'janus-protocol') {
        this.shut();
        return;
      }
      this.readyState = 1;
      server.sockets.add(this);
      this.onopen?.({});
    }, server.latencyMs);
  }

  send(text) {
    const message = JSON.parse(text);
    setTimeout(() => {
      if (this.readyState === 1 && !this.server.silent) this.server.receive(this, message);
    }, this.server.latencyMs);
  }

  deliver(message) {
    setTimeout(() => {
      if (this.readyState === 1 && !this.server.silent) this.onmessage?.({ data: JSON.stringify(message) });
    }, this.server.latencyMs);
  }

  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.gone(this);
  }

  /** The server, or the network, ends the connection. */
  shut() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.gone(this);
    this.onclose?.({});
  }
}

export class FakeBatonServer {
  sockets = new Set();
  rooms = new Map();
  /** Every request to the plugin: {request, handle, socket}. */
  requests = [];
  latencyMs = 1;
  /** New WebSockets are refused. */
  refusing = false;
  /** New WebSockets get no answer at all. */
  unreachable = false;
  /** Nothing passes in either direction, though connections stand. */
  silent = false;
  /** Answers to a request by name, before the room sees it: (request) => data, or null to go on. */
  override = {};
  /** Requests that are never answered. */
  ignored = new Set();
  media = kNoMedia;
  #ids = 1000;
  #versions = 0;
  #handles = new Map();

  constructor() {
    const server = this;
    this.WebSocket = function WebSocket(_url, protocol) {
      return new FakeSocket(server, protocol);
    };
  }

  createRoom(room, settings = {}) {
    this.rooms.set(room, {
      id: room,
      version: 1,
      state: 'waiting',
      settings: { ...kSettings, ...settings },
      host: null,
      lease: 0,
      grace: null,
      promotion: null,
      backup: null,
      program: { state: 'empty', user: null },
      participants: new Map(),
    });
    return this.rooms.get(room);
  }

  /** Ends all connections at once, as a restart or a broken network does. */
  shutSockets() {
    for (const socket of [...this.sockets]) socket.shut();
  }

  /** What was asked by this name. */
  asked(name) {
    return this.requests.filter((one) => one.request.request === name).map((one) => one.request);
  }

  // --- the Janus API ---------------------------------------------------------------------------------------------

  receive(socket, message) {
    const { janus, transaction } = message;
    const reply = (rest) => socket.deliver({ session_id: socket.session ?? undefined, transaction, ...rest });
    if (janus === 'create') {
      socket.session = ++this.#ids;
      reply({ janus: 'success', data: { id: socket.session } });
      return;
    }
    if (message.session_id !== socket.session) {
      reply({ janus: 'error', error: { code: 458, reason: 'No such session' } });
      return;
    }
    if (janus === 'keepalive') {
      reply({ janus: 'ack' });
      return;
    }
    if (janus === 'attach') {
      const handle = { id: ++this.#ids, socket, participant: null, room: null, use: null };
      this.#handles.set(handle.id, handle);
      reply({ janus: 'success', data: { id: handle.id } });
      return;
    }
    const handle = this.#handles.get(message.handle_id);
    if (!handle) {
      reply({ janus: 'error', error: { code: 459, reason: 'No such handle' } });
      return;
    }
    this.#receiveForHandle(handle, message, reply);
  }

  #receiveForHandle(handle, message, reply) {
    switch (message.janus) {
      case 'detach':
        this.#dropHandle(handle);
        reply({ janus: 'success' });
        break;
      case 'hangup':
        this.media.close(handle);
        handle.use = null;
        reply({ janus: 'success' });
        break;
      case 'trickle':
        this.media.addCandidate(handle, message.candidate);
        reply({ janus: 'ack' });
        break;
      case 'message':
        this.requests.push({ request: message.body, handle, socket: handle.socket });
        reply({ janus: 'ack' });
        this.#answer(handle, message).then((answer) => {
          if (!answer) return;
          const event = {
            janus: 'event',
            sender: handle.id,
            plugindata: { plugin: 'janus.plugin.baton', data: answer.data },
          };
          if (answer.jsep) event.jsep = answer.jsep;
          reply(event);
          answer.after?.();
        });
        break;
      default:
        reply({ janus: 'error', error: { code: 453, reason: 'Unknown request' } });
    }
  }

  gone(socket) {
    this.sockets.delete(socket);
    for (const handle of [...this.#handles.values()]) if (handle.socket === socket) this.#dropHandle(handle);
  }

  #dropHandle(handle) {
    this.#handles.delete(handle.id);
    this.media.close(handle);
    const { participant, room } = handle;
    if (!participant) return;
    if (participant.feed === handle) this.#endFeed(room, participant, 'media_hangup');
    if (participant.handle !== handle) return;
    participant.handle = null;
    participant.presence = 'offline';
    this.broadcast(room, { baton: 'presence_changed', user: participant.user, presence: 'offline' });
    this.#hostOffline(room, participant, 'connection_lost');
  }

  /** A message of Janus to a handle, such as {janus: 'hangup'} or {janus: 'trickle', candidate}. */
  toHandle(handle, message) {
    handle.socket.deliver({ session_id: handle.socket.session, sender: handle.id, ...message });
  }

  // --- the room --------------------------------------------------------------------------------------------------

  /** Tells everybody in the room; the room's version grows. */
  broadcast(room, event, except = null) {
    room.version += 1;
    for (const participant of room.participants.values()) {
      if (participant.handle && participant.handle !== except) this.tell(room, participant, event);
    }
  }

  /** Tells one participant, or sends any event with any version. */
  tell(room, participant, event) {
    const data = { room: room.id, room_version: room.version, ...event };
    this.toHandle(participant.handle, { janus: 'event', plugindata: { plugin: 'janus.plugin.baton', data } });
  }

  snapshot(room) {
    return structuredClone({
      room: room.id,
      room_version: room.version,
      description: '',
      state: room.state,
      settings: room.settings,
      host: room.host && { user: room.host, lease_version: room.lease },
      grace: room.grace,
      promotion: room.promotion,
      backup: room.backup,
      program: room.program,
      participants: [...room.participants.values()].map(view),
    });
  }

  async #answer(handle, message) {
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
    const existing = room.participants.get(request.user);
    if (request.resume_token && room.spentTokens?.has(request.resume_token))
      return { data: refusal(3007, 'join_stopped') };
    const rejoined = existing !== undefined && existing.token === request.resume_token;
    if (existing?.handle) this.#release(room, existing, 'replaced');
    let role = rejoined ? existing.role : request.role;
    const takes = role === 'host' && room.host === null;
    if (role === 'host' && room.host !== null && room.host !== request.user)
      return { data: refusal(4002, 'host_taken') };
    if (room.host === request.user) role = 'host';
    const participant = {
      user: request.user,
      displayName: request.display_name,
      role,
      presence: 'active',
      handle,
      feed: null,
      session: `s${++this.#ids}`,
      version: ++this.#versions,
      token: `token-${this.#ids}`,
    };
    room.participants.set(request.user, participant);
    handle.participant = participant;
    handle.room = room;
    this.broadcast(room, { baton: 'participant_joined', participant: view(participant), rejoined }, handle);
    if (takes) this.#grant(room, request.user, 'first', handle);
    else if (room.host === request.user && room.state === 'host_offline') this.#hostReturned(room, handle);
    const answer = {
      data: {
        baton: 'joined',
        room: room.id,
        user: request.user,
        role,
        rejoined,
        session: participant.session,
        session_version: participant.version,
        resume_token: participant.token,
        snapshot: this.snapshot(room),
      },
    };
    if (request.subscribe) answer.jsep = await this.#offer(handle, room);
    return answer;
  }

  async #offer(handle, room) {
    handle.use = 'subscribed';
    return this.media.offerProgram(handle, room);
  }

  #leave(handle, request) {
    const room = handle.room ?? this.rooms.get(request.room);
    if (!room) return { data: refusal(2001, 'room_unknown') };
    room.spentTokens ??= new Set();
    const participant = [...room.participants.values()].find((one) =>
      request.session ? one.session === request.session : one.token === request.resume_token,
    );
    if (request.resume_token) room.spentTokens.add(request.resume_token);
    if (!participant) return { data: { baton: 'left' } };
    return { data: { baton: 'left' }, after: () => this.depart(room, participant, 'left') };
  }

  depart(room, participant, reason) {
    (room.spentTokens ??= new Set()).add(participant.token);
    room.participants.delete(participant.user);
    if (participant.handle) this.#release(room, participant, reason);
    this.broadcast(room, { baton: 'participant_left', user: participant.user, reason });
    if (room.host !== participant.user) return;
    if (room.backup && room.participants.get(room.backup)?.handle) {
      this.#grant(room, room.backup, 'backup');
      return;
    }
    Object.assign(room, { host: null, state: 'paused' });
    this.broadcast(room, { baton: 'paused' });
  }

  #release(room, participant, reason) {
    this.tell(room, participant, { baton: 'released', reason });
    if (participant.feed) this.#endFeed(room, participant, null);
    participant.handle.participant = null;
    participant.handle = null;
  }

  async #answerParticipant(handle, participant, { body: request, jsep }) {
    const { room } = handle;
    switch (request.request) {
      case 'heartbeat':
        return {
          data: { baton: 'heartbeat', room_version: room.version, next_within_ms: room.settings.heartbeat_interval_ms },
        };
      case 'publish':
        return this.#publish(handle, participant, jsep);
      case 'unpublish':
        return { data: { baton: 'unpublished' }, after: () => this.#endFeed(room, participant, null) };
      case 'subscribe':
        if (handle.use) return { data: refusal(5003, 'already_subscribed') };
        return { data: { baton: 'subscribed' }, jsep: await this.#offer(handle, room) };
      case 'start':
        await this.media.acceptAnswer(handle, jsep);
        return { data: { baton: 'started' } };
      case 'configure':
        return { data: { baton: 'configured' } };
      case 'backup':
        room.backup = request.user;
        return {
          data: { baton: 'backup_set' },
          after: () => this.broadcast(room, { baton: 'backup_changed', user: request.user }),
        };
      case 'transfer':
        return { data: { baton: 'transferred' }, after: () => this.#grant(room, request.user, 'transfer') };
      case 'promotion':
        if (request.action === 'decline')
          return { data: { baton: 'promotion_answered' }, after: () => this.pause(room) };
        return { data: { baton: 'promotion_answered' }, after: () => this.#grant(room, participant.user, 'promotion') };
      case 'kick':
        return {
          data: { baton: 'kicked' },
          after: () => this.depart(room, room.participants.get(request.user), 'kicked'),
        };
      case 'end':
        return { data: { baton: 'ended' }, after: () => this.close(room, 'ended_by_host') };
      default:
        return { data: refusal(1002, 'request_unknown') };
    }
  }

  async #publish(handle, participant, jsep) {
    const { room } = handle;
    if (participant.role === 'viewer') return { data: refusal(4001, 'not_permitted') };
    if (participant.feed) return { data: refusal(5001, 'already_publishing') };
    participant.feed = handle;
    handle.use = 'publishing';
    const answer = await this.media.answerPublish(handle, jsep);
    const after = () => {
      this.broadcast(room, { baton: 'publishing_changed', user: participant.user, publishing: true });
      if (room.host === participant.user) {
        if (room.state === 'host_offline') this.#hostReturned(room);
        this.#program(room, 'on_air', participant.user);
      }
    };
    return { data: { baton: 'published', feed: ++this.#ids }, jsep: answer, after };
  }

  #endFeed(room, participant, reason) {
    if (!participant.feed) return;
    participant.feed = null;
    this.broadcast(room, { baton: 'publishing_changed', user: participant.user, publishing: false });
    if (room.program.user === participant.user) this.#program(room, 'held', participant.user);
    if (reason) this.#hostOffline(room, participant, reason);
  }

  #program(room, state, user) {
    room.program = { state, user };
    this.media.follow?.(room, state === 'on_air' ? room.participants.get(user)?.feed : null);
    for (const participant of room.participants.values()) {
      if (!participant.handle) continue;
      const data = { baton: 'program', room: room.id, program: { state, user, switched_at_ms: 1 } };
      this.toHandle(participant.handle, { janus: 'event', plugindata: { plugin: 'janus.plugin.baton', data } });
    }
  }

  #hostOffline(room, participant, reason) {
    if (room.host !== participant.user || room.state !== 'live') return;
    this.hostOffline(room, reason);
  }

  /** Begins the grace of the present host. */
  hostOffline(room, reason, remainingMs = room.settings.grace_ms) {
    room.state = 'host_offline';
    room.grace = { reason, remaining_ms: remainingMs, deadline_at_ms: 1 };
    this.broadcast(room, { baton: 'host_offline', user: room.host, grace: room.grace });
  }

  #hostReturned(room, except = null) {
    room.state = 'live';
    room.grace = null;
    this.broadcast(room, { baton: 'host_returned', user: room.host }, except);
  }

  #grant(room, user, change, except = null) {
    const previous = room.host;
    const participant = room.participants.get(user);
    Object.assign(room, { host: user, lease: room.lease + 1, state: 'live', grace: null, promotion: null });
    const host = { user, lease_version: room.lease };
    this.broadcast(room, { baton: 'host_changed', host, previous, change }, except);
    const former = room.participants.get(previous);
    if (former && former !== participant) {
      former.role = 'controller';
      this.broadcast(room, { baton: 'role_changed', user: previous, role: 'controller' }, except);
    }
    participant.role = 'host';
    this.broadcast(room, { baton: 'role_changed', user, role: 'host' }, except);
    if (room.backup === user) {
      room.backup = null;
      this.broadcast(room, { baton: 'backup_changed', user: null }, except);
    }
    if (participant.feed) this.#program(room, 'on_air', user);
  }

  /** Asks a controller. */
  ask(room, candidate, remainingMs = room.settings.promotion_timeout_ms) {
    room.state = 'promoting';
    room.grace = null;
    room.promotion = { promotion: ++this.#ids, candidate, remaining_ms: remainingMs, deadline_at_ms: 1 };
    this.broadcast(room, { baton: 'promotion_started', promotion: room.promotion });
  }

  pause(room) {
    Object.assign(room, { state: 'paused', host: null, grace: null, promotion: null });
    this.broadcast(room, { baton: 'paused' });
  }

  close(room, reason) {
    room.state = 'closed';
    this.broadcast(room, { baton: 'room_closed', reason });
    this.rooms.delete(room.id);
  }
}

const view = (participant) => ({
  user: participant.user,
  display_name: participant.displayName,
  role: participant.role,
  presence: participant.presence,
  publishing: participant.feed !== null,
});

const refusal = (code, name) => ({ baton: 'error', error_code: code, error_name: name, error: `Refused: ${name}.` });
