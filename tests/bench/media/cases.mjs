// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured: servers and cases.

/** `kind` is what the load client calls it. All of one case are measured one after the other. */
export const kServers = [
  { title: 'VideoRoom as installed', kind: 'videoroom', eventLoops: false },
  { title: 'Baton gateway as installed', kind: 'gateway', eventLoops: false },
  { title: 'VideoRoom with event_loops', kind: 'videoroom', eventLoops: true },
  { title: 'Baton gateway with event_loops', kind: 'gateway', eventLoops: true },
  { title: 'Baton direct', kind: 'direct', eventLoops: true },
];

const kFullSeconds = 4;
const kQuickSeconds = 2;

function cases(viewerCounts, arrivals, seconds) {
  return arrivals.flatMap((arrival) => viewerCounts.map((viewers) => ({ viewers, rooms: 1, arrival, reports: 'yes', seconds })));
}

export const kFull = {
  repetitions: 5,
  cases: [
    ...cases([1, 10, 100, 200, 400], ['burst'], kFullSeconds),
    ...cases([1, 10, 100, 400], ['paced'], kFullSeconds),
    // Whose packet goes to the wrong room is seen only where there are several.
    { viewers: 100, rooms: 10, arrival: 'burst', reports: 'yes', seconds: kFullSeconds },
    // Without a round-trip time Janus keeps nothing for retransmission.
    { viewers: 100, rooms: 1, arrival: 'burst', reports: 'no', seconds: kFullSeconds },
  ],
};

export const kQuick = {
  repetitions: 1,
  cases: [
    ...cases([10, 100], ['burst'], kQuickSeconds),
    ...cases([100], ['paced'], kQuickSeconds),
    { viewers: 100, rooms: 10, arrival: 'burst', reports: 'yes', seconds: kQuickSeconds },
  ],
};

/** A server or a case in words. */
export function nameOf({ title, viewers, rooms, arrival, reports }) {
  if (title) return title;
  const people = `${viewers} viewer${viewers === 1 ? '' : 's'}${rooms > 1 ? ` in ${rooms} rooms` : ''}`;
  return `${people}, ${arrival === 'burst' ? 'back to back' : 'paced'}${reports === 'no' ? ', no receiver reports' : ''}`;
}

/** What the floor that a case is compared with is called. */
export const floorOf = (one) => `${nameOf(one)}; floor`;
