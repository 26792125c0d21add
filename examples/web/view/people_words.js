// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages say of the people in the room: what each is doing, who asks for control, how many watch. Pure.

import { controlRequests, hasRight, participantOf, presentBesidesHost } from '../client/room_state.js';
import { kRoleNames } from './words.js';

/** What one reads beside a name, in a few words. */
export function detailsOf({ user, role, furtherRole, presence, publishing, muted, controlRequest }, state) {
  const details = [role === 'viewer' && furtherRole ? furtherRole.replaceAll('_', ' ') : kRoleNames[role]];
  if (state.backup === user) details.push('backup');
  if (publishing) details.push(role === 'host' ? 'sharing' : 'in standby');
  if (muted) details.push('muted');
  if (controlRequest !== null) details.push('asks for control');
  if (presence === 'offline') details.push('away');
  return details.join(' · ');
}

const people = (count, one, many) => (count === 1 ? `1 ${one}` : `${count} ${many}`);

/**
 * What a host should know of those who watch; null when there is nothing to say.
 * @param {import('../client/room_state.js').RoomState} state
 * @returns {{level: import('../client/room_state.js').AudienceLevel|'nobody', text: string}|null}
 */
export function audienceHint(state) {
  if (state.me.role !== 'host') return null;
  const level = state.audience?.level ?? 'normal';
  const { max_viewers: most, mode } = state.settings;
  const viewers = people(state.participants.filter((one) => one.role === 'viewer').length, 'viewer', 'viewers');
  const through = mode === 'p2p' ? ' An SFU room carries more: its server sends your picture on.' : '';
  switch (level) {
    case 'warn':
      return { level, text: `${viewers} in a room for ${most}.` };
    case 'suggest_sfu':
      return { level, text: `${viewers}: much for one browser to send to. Consider an SFU room.` };
    case 'full':
      return { level, text: `The room is full: ${viewers}, and no more get in.${through}` };
    default:
      return presentBesidesHost(state) === 0 ? { level: 'nobody', text: 'Nobody else is here at the moment.' } : null;
  }
}

/**
 * Our own part in control, unless we are host: what is so, and what we can do about it; null when there is nothing to
 * say.
 * @param {import('../client/room_state.js').RoomState} state
 * @returns {{text: string, action: 'request'|'withdraw'|'release', label: string}|null}
 */
export function ownControl(state) {
  if (state.me.role === 'controller') {
    return { text: 'You have control, and may become host.', action: 'release', label: 'Give control back' };
  }
  const mine = participantOf(state, state.me.user)?.controlRequest ?? null;
  if (mine !== null) {
    const place = controlRequests(state).findIndex((one) => one.user === state.me.user) + 1;
    const next = place === 1 ? 'You are next.' : `You are number ${place}.`;
    return { text: `You asked for control. ${next}`, action: 'withdraw', label: 'Take it back' };
  }
  if (!hasRight(state, 'control')) return null;
  return { text: 'Those in control may become host and steer.', action: 'request', label: 'Ask for control' };
}

/** The time of day at which something was said, as people read it. */
export function timeOfDay(at, now, wallClock = Date.now()) {
  return new Date(wallClock - (now - at)).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
