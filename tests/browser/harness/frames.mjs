// SPDX-License-Identifier: GPL-3.0-or-later
// Every message that a page receives, as text, with its time: for what must not be in any of them.

import { wallClock } from './picture.mjs';

/** Records from now on, over all connections and loads of the page. Returns the list that grows: {at, text}. */
export function recordFrames(page) {
  const frames = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => frames.push({ at: wallClock(), text: String(payload) }));
  });
  return frames;
}
