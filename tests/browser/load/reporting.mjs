// SPDX-License-Identifier: GPL-3.0-or-later
// How tests under load come by times that mean something, and tell and judge them.

import { spawnSync } from 'node:child_process';
import { NotPossibleHere } from '../harness/network.mjs';

/** If other programs take more of the processors than this and cannot be pushed aside, a time that is too long may be theirs. */
const kOthersAtMost = 0.5;

/**
 * Server and clients go before whatever else the machine is busy with, where that is allowed: by the real-time scheduler,
 * since a nice value counts only among the processes of one terminal. What is started from here is scheduled alike.
 */
export function goFirst(t) {
  const allowed = schedule(process.pid, 2);
  if (!allowed) t.note('Real-time scheduling is not allowed here: other programs on this machine will be felt.');
  return allowed;
}

/** A process that stands for other people's machines: it goes before other programs too, but after what is measured. */
export function goSecond(pid) {
  schedule(pid, 1);
}

function schedule(pid, priority) {
  return spawnSync('chrt', ['--rr', '--all-tasks', '--pid', String(priority), String(pid)], { stdio: 'ignore' }).status === 0;
}

/** p50, p99 and the longest as readings; the caller judges one of them. */
export function tell(t, what, times) {
  t.note(`${what}, ${times.count} times:`);
  for (const [name, value] of [['p50', times.percentile(50)], ['p99', times.percentile(99)], ['longest', times.max]]) {
    t.reading(`${what}, ${name}`, value);
  }
}

export function tellMachine(t, { server, generator, others, processors, loopDelay }) {
  const part = (value) => value.toFixed(2);
  t.note(`of ${processors} processors: Janus ${part(server)}, these clients ${part(generator)}, others ${part(others)}`);
  t.reading('the clients themselves were held up, p99.9', loopDelay.p999);
  t.reading('the clients themselves were held up, longest', loopDelay.max);
}

/**
 * Figures of times, [what, value, bound], against their bounds. Where other programs could not be pushed aside and kept
 * the machine busy, a bound that is not kept proves nothing, and then the test counts as skipped.
 */
export function judge(t, { machine, goesFirst }, figures) {
  const broken = figures.find(([, value, bound]) => !(value <= bound));
  if (broken && !goesFirst && machine.others > kOthersAtMost) {
    const [what, value] = broken;
    throw new NotPossibleHere(
      `Other programs took ${machine.others.toFixed(1)} of ${machine.processors} processors, and so "${what}" ` +
        `took ${value.toFixed(0)} ms: run it again on a quiet machine.`,
    );
  }
  for (const [what, value, bound] of figures) t.figure(what, value, { atMost: bound });
}
