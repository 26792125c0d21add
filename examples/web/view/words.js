// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages say. Pure: from the state of room and connection to sentences for people.

import { graceRemainingMs, participantOf, promotionRemainingMs } from '../client/room_state.js';

export const kRoleNames = { host: 'Host', controller: 'Controller', viewer: 'Viewer' };
const kTransportNames = { direct: 'Direct', gateway: 'Through the gateway' };
export const kCodecNames = { vp8: 'VP8', vp9: 'VP9', h264: 'H.264', av1: 'AV1' };
export const kStateNames = {
  waiting: 'Waiting for a host',
  live: 'Live',
  host_offline: 'Host away',
  promoting: 'Looking for a host',
  paused: 'Paused',
  closed: 'Closed',
};

const kOfflineReasons = {
  connection_lost: (name) => `${name}’s connection was lost.`,
  media_hangup: (name) => `${name}’s stream broke off.`,
  media_silence: (name) => `Nothing arrives from ${name} any more.`,
  heartbeat_missed: (name) => `${name} does not answer any more.`,
};

const kGatewayReasons = {
  timeout: 'The direct way to the server did not open in time.',
  failed: 'The direct way to the server is closed.',
  media_missed: 'Nothing arrived at the server by the direct way.',
  transport_full: 'The direct way to the server was full.',
};

const kCloseReasons = {
  ended_by_host: 'The host ended it.',
  ended_by_administrator: 'The administrator of this server ended it.',
  time_to_live: 'Its time was up.',
  host_timeout: 'The host did not return in time.',
};

/** The name that people know somebody by, also of one who is not there any more. */
export function nameOf(state, user) {
  return participantOf(state, user)?.displayName ?? user;
}

const kRoleOrder = { host: 0, controller: 1, viewer: 2 };

/** Hosts first, then controllers, then viewers; by name among themselves. */
export function inOrder(participants) {
  return [...participants].sort(
    (a, b) =>
      kRoleOrder[a.role] - kRoleOrder[b.role] ||
      a.displayName.localeCompare(b.displayName) ||
      a.user.localeCompare(b.user),
  );
}

/** Remaining time as people read it: `4:31`, or seconds when they are few. */
export function duration(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/**
 * By what media go, in two words, and why if another way would be better.
 * @param {import('../client/room_state.js').RoomState} state
 * @param {import('../client/types.js').TransportInfo} transport
 */
export function mediaPath({ settings }, { name, reason }) {
  if (settings.mode === 'p2p') return { text: 'Peer to peer', why: '' };
  const why = reason ? (kGatewayReasons[reason] ?? 'The direct way to the server does not work here.') : '';
  return { text: kTransportNames[name] ?? 'Through the server', why };
}

/** What happens when the grace of the host is over. */
export function whatComesNext(state) {
  const me = state.me.user;
  const backup = state.backup && participantOf(state, state.backup);
  if (backup?.presence === 'active') {
    return backup.user === me ? 'Then you take over.' : `Then ${backup.displayName} takes over.`;
  }
  const asked = state.participants.filter(
    (one) => one.role === 'controller' && one.presence === 'active' && one.user !== state.host?.user,
  );
  const missing = state.backup ? `${nameOf(state, state.backup)} is the backup, but is away too. ` : '';
  if (asked.length === 1) {
    return `${missing}Then ${asked[0].user === me ? 'you are' : `${asked[0].displayName} is`} asked to take over.`;
  }
  if (asked.length > 1)
    return `${missing}Then the ${asked.length} controllers are asked, one after the other, to take over.`;
  if (state.settings.on_host_timeout === 'close') return `${missing}Then the room closes.`;
  return `${missing}Then the room pauses until there is a host.`;
}

/**
 * @typedef {object} Notice    what stands over the picture
 * @property {string} kind     for the style, and for tests
 * @property {string} title
 * @property {string} text
 * @property {string} [next]   what comes after
 * @property {number|null} [remainingMs]
 * @property {number} [totalMs]
 */

function hostNotice(state, now) {
  const name = state.host ? nameOf(state, state.host.user) : 'The host';
  const isMe = state.me.role === 'host';
  const why = kOfflineReasons[state.grace?.reason] ?? kOfflineReasons.connection_lost;
  return {
    kind: 'host_offline',
    title: isMe ? 'Your stream does not arrive' : 'Host disconnected, waiting',
    text: isMe
      ? 'The room waits for you. Share again, or check your connection.'
      : `${why(name)} ${pictureSentence(state)}`.trim(),
    next: whatComesNext(state),
    remainingMs: graceRemainingMs(state, now),
    totalMs: state.settings.grace_ms,
  };
}

const pictureSentence = (state) => (state.program.state === 'empty' ? '' : 'You see the last picture.');

function liveNotice(state) {
  if (state.settings.mode === 'p2p') {
    return {
      kind: 'not_sharing',
      title: 'Peer to peer',
      text: 'In this room the media go between the browsers; this page shows the room only.',
    };
  }
  const host = state.host && participantOf(state, state.host.user);
  if (!host || host.publishing) return null;
  if (host.user === state.me.user) {
    return {
      kind: 'not_sharing',
      title: 'You are host',
      text: 'Nobody sees anything new until you share your screen, your camera or the clock.',
    };
  }
  return {
    kind: state.program.state === 'empty' ? 'not_sharing' : 'held',
    title: state.program.state === 'empty' ? `${host.displayName} is here` : 'Nothing is shared at the moment',
    text:
      state.program.state === 'empty'
        ? 'The picture begins as soon as something is shared.'
        : `${host.displayName} is here. ${pictureSentence(state)}`,
  };
}

function promotingNotice(state, now) {
  const candidate = state.promotion?.candidate;
  const isMe = candidate === state.me.user;
  return {
    kind: 'promoting',
    title: 'Looking for a new host',
    text: candidate
      ? `${isMe ? 'You are' : `${nameOf(state, candidate)} is`} being asked to take over. ${pictureSentence(state)}`
      : 'Somebody else is asked next.',
    remainingMs: promotionRemainingMs(state, now),
    totalMs: state.settings.promotion_timeout_ms,
  };
}

/**
 * What stands over the picture while it does not speak for itself; null when it does.
 * @param {import('../client/room_state.js').RoomState|null} state
 * @param {{state: string, error: Error|null}} connection
 * @param {number} now
 * @returns {Notice|null}
 */
export function notice(state, connection, now) {
  if (connection.state === 'connecting') return connectingNotice(connection);
  if (connection.state === 'reconnecting') {
    return {
      kind: 'reconnecting',
      title: 'Your connection was lost',
      text: `Trying to come back. ${state ? pictureSentence(state) : ''}`.trim(),
    };
  }
  if (!state || connection.state !== 'joined') return null;
  switch (state.state) {
    case 'waiting':
      return {
        kind: 'waiting',
        title: 'Waiting for a host',
        text: 'The room is open. The picture begins when a host shares something.',
      };
    case 'live':
      return liveNotice(state);
    case 'host_offline':
      return hostNotice(state, now);
    case 'promoting':
      return promotingNotice(state, now);
    case 'paused':
      return {
        kind: 'paused',
        title: 'The room is paused',
        text: `There is no host at the moment. ${pictureSentence(state)}`.trim(),
        next: state.me.role === 'viewer' ? 'It goes on when somebody becomes host.' : 'You may become host.',
      };
    default:
      return null;
  }
}

function connectingNotice({ error }) {
  if (error?.reason === 'room_unknown') {
    return {
      kind: 'connecting',
      title: 'The room does not exist yet',
      text: 'You get in as soon as its host opens it.',
    };
  }
  if (error) {
    return { kind: 'connecting', title: 'The server cannot be reached', text: `${error.message} Trying again.` };
  }
  return { kind: 'connecting', title: 'Joining', text: 'One moment, please.' };
}

/** The last word of a page that is not in the room any more: {title, text, mayReturn}. */
export function farewell(reason, state, error) {
  switch (reason) {
    case 'left':
      return { title: 'You left the room', text: 'The room goes on without you.', mayReturn: true };
    case 'replaced':
      return {
        title: 'You joined elsewhere',
        text: 'Somebody joined under your name in another window or on another device, so this page has stopped.',
        mayReturn: true,
      };
    case 'kicked':
      return { title: 'You were removed', text: 'The host removed you from the room.', mayReturn: false };
    case 'room_closed':
      return {
        title: 'The room has closed',
        text: kCloseReasons[state?.closeReason] ?? 'It is over.',
        mayReturn: false,
      };
    case 'room_unknown':
      return { title: 'The room is gone', text: 'The server does not know it any more.', mayReturn: true };
    case 'refused':
      return { title: 'You could not join', text: error?.message ?? 'The server refused.', mayReturn: true };
    default:
      return { title: 'You are not in the room any more', text: '', mayReturn: true };
  }
}

/** One sentence for those who cannot see the page; said when it changes, so it holds no seconds. */
export function announcement(state, connection) {
  if (connection.state === 'reconnecting') return 'Your connection was lost. Trying to come back.';
  if (!state || connection.state !== 'joined') return '';
  const host = state.host && nameOf(state, state.host.user);
  switch (state.state) {
    case 'live':
      return state.host.user === state.me.user ? 'You are host.' : `${host} is host.`;
    case 'host_offline':
      return `Host disconnected, waiting. ${whatComesNext(state)}`;
    default:
      return `${kStateNames[state.state]}.`;
  }
}
