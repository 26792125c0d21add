// SPDX-License-Identifier: GPL-3.0-or-later
// What each kind of event changes in the state of a room, and how the parts of a room cross the wire. Pure.

import { activityFrom } from './activity.js';

/** What the server keeps for those who come late; so does a client that was there. */
const kChatEntries = 100;

export const participantFrom = (wire) => ({
  user: wire.user,
  displayName: wire.display_name || wire.user,
  role: wire.role,
  furtherRole: wire.further_role ?? null,
  presence: wire.presence,
  publishing: wire.publishing,
  muted: wire.muted ?? false,
  controlRequest: wire.control_request ?? null,
});

export const graceFrom = (wire, now) => wire && { reason: wire.reason, deadline: now + wire.remaining_ms };

export const promotionFrom = (wire, now) =>
  wire && { promotion: wire.promotion, candidate: wire.candidate, deadline: now + wire.remaining_ms };

export const hostFrom = (wire) => wire && { user: wire.user, leaseVersion: wire.lease_version };

/** The age counts, because clients' clocks are wrong. */
export const chatEntryFrom = (wire, now) => ({
  number: wire.number,
  user: wire.user,
  displayName: wire.display_name || wire.user,
  text: wire.text,
  at: now - (wire.age_ms ?? 0),
});

const audienceFrom = ({ present, viewers, level }) => ({ present, viewers, level });

const find = (state, user) => state.participants.find((one) => one.user === user);

function withParticipant(state, participant) {
  const known = find(state, participant.user) !== undefined;
  const participants = known
    ? state.participants.map((one) => (one.user === participant.user ? participant : one))
    : [...state.participants, participant];
  return { ...state, participants };
}

function changeParticipant(state, user, change) {
  const participant = find(state, user);
  return participant ? withParticipant(state, { ...participant, ...change }) : state;
}

function withoutParticipant(state, user) {
  return {
    ...state,
    participants: state.participants.filter((one) => one.user !== user),
    formerHost: state.formerHost === user ? null : state.formerHost,
  };
}

/** The grace, or the question, of a host who was silent is over. */
const quiet = { grace: null, promotion: null };

function presenceChanged(state, { user, presence }) {
  return presence === 'removed' ? withoutParticipant(state, user) : changeParticipant(state, user, { presence });
}

function roleChanged(state, { user, role }) {
  const changed = changeParticipant(state, user, { role });
  if (user !== state.me.user) return changed;
  // What only a host is told is not kept up to date for anybody else.
  return { ...changed, me: { ...state.me, role }, audience: role === 'host' ? state.audience : null };
}

/** One entry for each kind of event that changes the state. */
export const kChanges = {
  participant_joined: (state, event) => withParticipant(state, participantFrom(event.participant)),
  participant_left: (state, event) => withoutParticipant(state, event.user),
  presence_changed: (state, event) => event.changes.reduce(presenceChanged, state),
  role_changed: roleChanged,
  publishing_changed: (state, event) => changeParticipant(state, event.user, { publishing: event.publishing }),
  control_changed: (state, event) =>
    changeParticipant(state, event.user, { controlRequest: event.change === 'requested' ? event.request : null }),
  mute_changed: (state, event) => changeParticipant(state, event.user, { muted: event.muted }),
  lock_changed: (state, event) => ({ ...state, locked: event.locked }),
  chat: (state, event, now) => ({
    ...state,
    chat: [...state.chat, chatEntryFrom(event.entry, now)].slice(-kChatEntries),
  }),
  audience: (state, event) => ({ ...state, audience: audienceFrom(event) }),
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
  // One whose base is unknown is not applied: a snapshot comes first.
  activity_changed: (state, event) => ({
    ...state,
    activity: activityFrom(event.activity, state.activity, event.room_version),
  }),
  program: (state, event) => ({
    ...state,
    program: { state: event.program.state, user: event.program.user ?? null },
  }),
};
