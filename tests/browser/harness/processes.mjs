// SPDX-License-Identifier: GPL-3.0-or-later
// Signals to a process and everything below it, by process id.

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The fields of /proc/<pid>/stat that matter here, or null when there is no such process. */
function processStatus(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the fields after it are plain.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}

/** Whether the process exists and has not ended yet. */
export function isAlive(pid) {
  const status = processStatus(pid);
  return status !== null && status.state !== 'Z' && status.state !== 'X';
}

/** The process and all its descendants, parents before children. */
export function processTree(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = processStatus(name);
    if (!status) continue;
    if (!children.has(status.parent)) children.set(status.parent, []);
    children.get(status.parent).push(Number(name));
  }
  const tree = [pid];
  for (let i = 0; i < tree.length; ++i) tree.push(...(children.get(tree[i]) ?? []));
  return tree;
}

/** Sends the signal to each of the processes that still exists. */
export function signalAll(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/** Resolves to whether all the processes ended within the time. */
export async function waitUntilGone(pids, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (pids.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}
