// SPDX-License-Identifier: GPL-3.0-or-later
// Beats at the rate that its creator names. In a worker, since pages in the background are woken once a second.

self.onmessage = ({ data }) => setInterval(() => self.postMessage(null), 1000 / data);
