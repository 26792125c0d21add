// SPDX-License-Identifier: GPL-3.0-or-later
// What a participant knows of the room, as a value: a snapshot and the events after it. Pure; times come in as
// arguments and are those of a monotonic clock of this machine, in milliseconds (performance.now()).

/**
 * @typedef {'host'|'controller'|'viewer'} Role
 * @typedef {'waiting'|'live'|'host_offline'|'promoting'|'paused'|'closed'} RoomLifecycle
 *
 * @typedef {object} Participant
 * @property {string} user
 * @property {string} displayName
 * @property {Role} role
 * @property {'active'|'offline'} presence
 * @property {boolean} publishing
 *
 * @typedef {object} RoomState   Never changed in place: every change makes a new one.
 * @property {string} room
 * @property {number} version
 * @property {string} description
 * @property {RoomLifecycle} state
 * @property {any} settings      as in the protocol: `mode`, `video_codec`, `grace_ms`, ...
 * @property {{user: string, role: Role}} me
 * @property {{user: string, leaseVersion: number}|null} host
 * @property {{reason: string, deadline: number}|null} grace           runs while the host is silent
 * @property {{promotion: number, candidate: string, deadline: number}|null} promotion
 * @property {string|null} backup
 * @property {{state: 'empty'|'on_air'|'held', user: string|null}} program
 * @property {Participant[]} participants                              in no particular order
 * @property {string|null} formerHost   who was host before and is back; told to the host alone
 * @property {string|null} closeReason
 */

/** These are addressed to one participant and stand outside the room's sequence of versions. */
const kAddressed = new Set(['promotion_ended', 'former_host_returned']);
/** These tell of the media and carry no version. */
const kUnversioned = new Set(['program']);

const participantFrom = (wire) => ({
  user: wire.user,
  displayName: wire.display_name || wire.user,
  role: wire.role,
  presence: wire.presence,
  publishing: wire.publishing,
});

const graceFrom = (wire, now) => wire && { reason: wire.reason, deadline: now + wire.remaining_ms };

const promotionFrom = (wire, now) =>
  wire && { promotion: wire.promotion, candidate: wire.candidate, deadline: now + wire.remaining_ms };

const hostFrom = (wire) => wire && { user: wire.user, leaseVersion: wire.lease_version };

/**
 * The state at the moment of joining.
 * @param {any} snapshot    of the `joined` answer
 * @param {{user: string, role: Role}} me
 * @param {number} now
 * @returns {RoomState}
 */
export function fromSnapshot(snapshot, me, now) {
  return {
    room: snapshot.room,
    version: snapshot.room_version,
    description: snapshot.description ?? '',
    state: snapshot.state,
    settings: snapshot.settings,
    me: { user: me.user, role: me.role },
    host: hostFrom(snapshot.host) ?? null,
    grace: graceFrom(snapshot.grace, now) ?? null,
    promotion: promotionFrom(snapshot.promotion, now) ?? null,
    backup: snapshot.backup ?? null,
    program: { state: snapshot.program?.state ?? 'empty', user: snapshot.program?.user ?? null },
    participants: snapshot.participants.map(participantFrom),
    formerHost: null,
    closeReason: null,
  };
}

/** @returns {Participant|undefined} */
export function participantOf(state, user) {
  return state.participants.find((one) => one.user === user);
}

function withParticipant(state, participant) {
  const known = participantOf(state, participant.user) !== undefined;
  const participants = known
    ? state.participants.map((one) => (one.user === participant.user ? participant : one))
    : [...state.participants, participant];
  return { ...state, participants };
}

function changeParticipant(state, user, change) {
  const participant = participantOf(state, user);
  return participant ? withParticipant(state, { ...participant, ...change }) : state;
}

const quiet = { grace: null, promotion: null };

/** One entry for each kind of event that changes the state. */
const kChanges = {
  participant_joined: (state, event) => withParticipant(state, participantFrom(event.participant)),
  participant_left: (state, event) => ({
    ...state,
    participants: state.participants.filter((one) => one.user !== event.user),
    formerHost: state.formerHost === event.user ? null : state.formerHost,
  }),
  presence_changed: (state, event) => changeParticipant(state, event.user, { presence: event.presence }),
  role_changed: (state, event) => {
    const me = event.user === state.me.user ? { ...state.me, role: event.role } : state.me;
    return { ...changeParticipant(state, event.user, { role: event.role }), me };
  },
  publishing_changed: (state, event) => changeParticipant(state, event.user, { publishing: event.publishing }),
  host_offline: (state, event, now) => ({
    ...state,
    ...quiet,
    state: 'host_offline',
    grace: graceFrom(event.grace, now),
  }),
  host_returned: (state) => ({ ...state, ...quiet, state: 'live' }),
  host_changed: (state, event) => ({ ...state, ...quiet, state: 'live', host: hostFrom(event.host), formerHost: null }),
  promotion_started: (state, event, now) => ({
    ...state,
    state: 'promoting',
    grace: null,
    promotion: promotionFrom(event.promotion, now),
  }),
  promotion_ended: (state, event) =>
    state.promotion?.promotion === event.promotion ? { ...state, promotion: null } : state,
  former_host_returned: (state, event) => ({ ...state, formerHost: event.user }),
  backup_changed: (state, event) => ({ ...state, backup: event.user ?? null }),
  paused: (state) => ({ ...state, ...quiet, state: 'paused', host: null }),
  room_edited: (state, event) => ({
    ...state,
    settings: event.settings,
    description: event.description ?? state.description,
  }),
  room_closed: (state, event) => ({ ...state, ...quiet, state: 'closed', host: null, closeReason: event.reason }),
  program: (state, event) => ({
    ...state,
    program: { state: event.program.state, user: event.program.user ?? null },
  }),
};

/**
 * The state after an event. Old news, events of other rooms and unknown kinds leave it as it is: the same object.
 * @param {RoomState} state
 * @param {any} event   as it came, with `baton` for its kind
 * @param {number} now
 * @returns {RoomState}
 */
export function applyEvent(state, event, now) {
  const kind = event.baton;
  const change = Object.hasOwn(kChanges, kind) ? kChanges[kind] : null;
  if (!change || event.room !== state.room) return state;
  if (kAddressed.has(kind) || kUnversioned.has(kind)) return change(state, event, now);
  if (!(event.room_version > state.version)) return state;
  return { ...change(state, event, now), version: event.room_version };
}

/** How long the host may still return; null when no grace runs. */
export function graceRemainingMs(state, now) {
  return state.grace ? Math.max(0, state.grace.deadline - now) : null;
}

/** How long the asked controller may still answer; null when nobody is asked. */
export function promotionRemainingMs(state, now) {
  return state.promotion ? Math.max(0, state.promotion.deadline - now) : null;
}
