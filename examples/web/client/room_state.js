// SPDX-License-Identifier: GPL-3.0-or-later
// What a participant knows of the room, as a value: a snapshot and the events after it. Pure; times come in as
// arguments and are those of a monotonic clock of this machine, in milliseconds (performance.now()).

import { activityFrom, isUnknownBase } from './activity.js';
import {
  chatEntryFrom,
  graceFrom,
  hostFrom,
  kChanges,
  participantFrom,
  promotionFrom,
} from './room_events.js';

/**
 * @typedef {'host'|'controller'|'viewer'} Role
 * @typedef {'waiting'|'live'|'host_offline'|'promoting'|'paused'|'closed'} RoomLifecycle
 *
 * @typedef {object} Participant
 * @property {string} user
 * @property {string} displayName
 * @property {Role} role
 * @property {string|null} furtherRole     one of the roles that the application defined for this room
 * @property {'active'|'offline'} presence
 * @property {boolean} publishing
 * @property {boolean} muted               neither its audio nor its chat is carried
 * @property {number|null} controlRequest  it asks for control; who asked first has the lowest number
 *
 * @typedef {object} ChatEntry
 * @property {number} number
 * @property {string} user
 * @property {string} displayName   as it was then; the participant may be gone
 * @property {string} text
 * @property {number} at            on the same clock as the deadlines
 *
 * @typedef {'normal'|'warn'|'suggest_sfu'|'full'} AudienceLevel
 *
 * @typedef {object} Audience       as it was when the server last spoke of it; told to the host alone
 * @property {number} present       participants who are there, the host aside
 * @property {number} viewers
 * @property {AudienceLevel} level
 *
 * @typedef {object} RoomState   Never changed in place: every change makes a new one.
 * @property {string} room
 * @property {number} version
 * @property {string} description
 * @property {RoomLifecycle} state
 * @property {any} settings      as in the protocol: `mode`, `video_codec`, `grace_ms`, ...
 * @property {{user: string, role: Role, furtherRole: string|null}} me
 * @property {{user: string, leaseVersion: number}|null} host
 * @property {{reason: string, deadline: number}|null} grace           runs while the host is silent
 * @property {{promotion: number, candidate: string, deadline: number}|null} promotion
 * @property {string|null} backup
 * @property {boolean} locked           nobody new may come in
 * @property {{state: 'empty'|'on_air'|'held', user: string|null}} program
 * @property {Participant[]} participants                              in no particular order
 * @property {ChatEntry[]} chat         the latest, oldest first
 * @property {import('./activity.js').ActivityState|null} activity
 * @property {Audience|null} audience   null unless we are host and the server has spoken of it
 * @property {string|null} formerHost   who was host before and is back; told to the host alone
 * @property {string|null} closeReason
 */

/** These are addressed to one participant: their version is that of the room at the time, which they did not change. */
const kAddressed = new Set([
  'promotion_ended',
  'former_host_returned',
  'released',
  'audience',
  'signal',
  'signals_failed',
  'readiness',
]);

/** What concerns the participant itself, from the participants' list. */
function meIn(participants, { user, role }) {
  const listed = participants.find((one) => one.user === user);
  return { user, role: listed?.role ?? role, furtherRole: listed?.furtherRole ?? null };
}

/**
 * The state at the moment of joining.
 * @param {any} snapshot    of the `joined` answer
 * @param {{user: string, role: Role}} me
 * @param {number} now
 * @returns {RoomState}
 */
export function fromSnapshot(snapshot, me, now) {
  const participants = snapshot.participants.map(participantFrom);
  return {
    room: snapshot.room,
    version: snapshot.room_version,
    description: snapshot.description ?? '',
    state: snapshot.state,
    settings: snapshot.settings,
    me: meIn(participants, me),
    host: hostFrom(snapshot.host) ?? null,
    grace: graceFrom(snapshot.grace, now) ?? null,
    promotion: promotionFrom(snapshot.promotion, now) ?? null,
    backup: snapshot.backup ?? null,
    locked: snapshot.locked ?? false,
    program: { state: snapshot.program?.state ?? 'empty', user: snapshot.program?.user ?? null },
    participants,
    chat: (snapshot.chat ?? []).map((entry) => chatEntryFrom(entry, now)),
    activity: activityFrom(snapshot.activity, null, snapshot.room_version),
    audience: null,
    formerHost: null,
    closeReason: null,
  };
}

/**
 * The state after a snapshot that came in the middle of a session: what only this participant was told stays.
 * @param {RoomState} state
 * @param {any} snapshot
 * @param {number} now
 * @returns {RoomState}
 */
export function synchronized(state, snapshot, now) {
  const fresh = fromSnapshot(snapshot, state.me, now);
  const isHost = fresh.me.role === 'host';
  return { ...fresh, audience: isHost ? state.audience : null, formerHost: isHost ? state.formerHost : null };
}

/** @returns {Participant|undefined} */
export function participantOf(state, user) {
  return state.participants.find((one) => one.user === user);
}

/** The display name of a user, also of one who is not there any more. @param {RoomState} state @param {string} user */
export function displayNameOf(state, user) {
  return participantOf(state, user)?.displayName ?? user;
}

/** What viewers may do, and further roles that say nothing else. */
const kViewerRights = ['control', 'chat', 'signal', 'participate'];

/**
 * Whether our role has this right; the server has the last word.
 * @param {RoomState} state
 * @param {'publish'|'control'|'chat'|'signal'|'participate'} right
 */
export function hasRight({ me, settings }, right) {
  if (me.role !== 'viewer') return true;
  const further = (settings.roles ?? []).find((role) => role.name === me.furtherRole);
  return (further?.rights ?? kViewerRights).includes(right);
}

/** The role to ask for when coming back: our own, or the further one that we are a viewer by. */
export function roleToAskFor({ me }) {
  return me.role === 'viewer' ? (me.furtherRole ?? me.role) : me.role;
}

/** Who asks for control, the one who asked first in front. @param {RoomState} state @returns {Participant[]} */
export function controlRequests(state) {
  return state.participants
    .filter((one) => one.controlRequest !== null)
    .sort((a, b) => a.controlRequest - b.controlRequest);
}

/** How many are there to see, the host aside, as far as the room has been told. @param {RoomState} state */
export function presentBesidesHost(state) {
  return state.participants.filter((one) => one.presence === 'active' && one.user !== state.host?.user).length;
}

/** Whether we are host and nobody is there to see it. @param {RoomState} state */
export function isUnwatched(state) {
  // The server speaks of the audience at once, the list of participants may lag behind: either can say that somebody
  // is there.
  return state.me.role === 'host' && (state.audience?.present ?? 0) === 0 && presentBesidesHost(state) === 0;
}

/** Whether the room is further on than this state. @param {RoomState} state @param {number|undefined} version */
export function isBehind(state, version) {
  return version > state.version;
}

/**
 * Whether something that everybody was told before this event has not arrived here.
 * @param {RoomState} state
 * @param {any} event
 */
export function hasMissed(state, event) {
  if (event.room !== state.room) return false;
  const isNews = isBehind(state, event.room_version);
  if (isNews && event.baton === 'activity_changed' && isUnknownBase(event.activity, state.activity)) return true;
  // An event to one participant alone is no step of the room: it says how far the room was.
  return isBehind(state, kAddressed.has(event.baton) ? event.room_version : event.room_version - 1);
}

/**
 * The state after an event. Old news and events of other rooms leave it as it is: the same object. An unknown kind is
 * a step of the room like any other.
 * @param {RoomState} state
 * @param {any} event   as it came, with `baton` for its kind
 * @param {number} now
 * @returns {RoomState}
 */
export function applyEvent(state, event, now) {
  const kind = event.baton;
  if (event.room !== state.room) return state;
  const change = Object.hasOwn(kChanges, kind) ? kChanges[kind] : (unchanged) => unchanged;
  // `program` tells of the media and carries no version.
  if (kAddressed.has(kind) || kind === 'program') return change(state, event, now);
  if (!(event.room_version > state.version)) return state;
  return { ...change(state, event, now), version: event.room_version };
}

/**
 * The state after an answer of the server to a request of ours, if that tells of the activity. It is in order with the
 * events, though it comes before the one that tells everybody else.
 * @param {RoomState} state
 * @param {any} answer
 * @returns {RoomState}
 */
export function applyAnswer(state, answer) {
  if (answer.activity === undefined) return state;
  const activity = activityFrom(answer.activity, state.activity, answer.room_version ?? state.version);
  // One that starts from what is not known here comes again as an event, and then the gap is closed.
  return activity === undefined ? state : { ...state, activity };
}

/**
 * How far the room was when everybody had been told of what came before this answer, as far as the answer says so of
 * the activity. News that it carries have their event still to come, which tells by itself whether something is missing.
 * @returns {number|undefined}
 */
export function toldBefore({ activity, room_version }) {
  if (!activity || activity.state !== undefined) return undefined;
  return activity.patch === undefined ? room_version : activity.from;
}

/** How long the host may still return; null when no grace runs. */
export function graceRemainingMs(state, now) {
  return state.grace ? Math.max(0, state.grace.deadline - now) : null;
}

/** How long the asked controller may still answer; null when nobody is asked. */
export function promotionRemainingMs(state, now) {
  return state.promotion ? Math.max(0, state.promotion.deadline - now) : null;
}
