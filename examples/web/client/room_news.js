// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the room that are of interest in themselves, beyond what they make of its state. Pure.

const kNews = {
  program: (event, { program }) => ({
    type: 'program',
    detail: { ...program, switchedAtMs: event.program.switched_at_ms ?? null },
  }),
  chat: (_event, { chat }) => ({ type: 'chat', detail: chat.at(-1) }),
  control_changed: ({ user, change, request }) => ({
    type: 'control',
    detail: { user, change, request: request ?? null },
  }),
  audience: (_event, { audience }) => ({ type: 'audience', detail: audience }),
};

/**
 * What to tell the application of an event, besides the new state.
 * @param {any} event
 * @param {import('./room_state.js').RoomState} state   after the event
 * @returns {{type: string, detail: any}|null}
 */
export function newsOf(event, state) {
  return Object.hasOwn(kNews, event.baton) ? kNews[event.baton](event, state) : null;
}
