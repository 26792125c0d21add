// SPDX-License-Identifier: GPL-3.0-or-later
// Who kept the processors busy, and how long this process itself was held up: so that a slow answer can be laid at the
// right door.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const kTicksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const kResolutionMs = 1;

/** CPU time of a process, in seconds (proc(5): utime and stime of /proc/<pid>/stat). */
function processSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / kTicksPerSecond;
}

/** CPU time that this machine's processors were busy, in seconds (proc(5): /proc/stat). */
function machineSeconds() {
  const [user, nice, system, , , interrupt, softInterrupt, stolen] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0].trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system + interrupt + softInterrupt + stolen) / kTicksPerSecond;
}

/** Watches from its making to `stop()`. */
export class MachineWatch {
  #pid;
  #helpers;
  #helpersBefore;
  #began = performance.now();
  #serverBefore;
  #ownBefore = process.cpuUsage();
  #machineBefore = machineSeconds();
  #loop = monitorEventLoopDelay({ resolution: kResolutionMs });

  /**
   * @param {number} pid         of the server
   * @param {number[]} helpers   other processes that make the load; alive until `stop()`
   */
  constructor(pid, helpers = []) {
    this.#pid = pid;
    this.#helpers = helpers;
    this.#helpersBefore = this.#helperSeconds();
    this.#serverBefore = processSeconds(pid);
    this.#loop.enable();
  }

  /**
   * Resolves CPU seconds of the server, and in processors on average: `server`, `generator` (this process and its
   * helpers) and `others`;
   * and this process's event loop: how much longer than planned its turns took.
   */
  stop() {
    this.#loop.disable();
    const seconds = (performance.now() - this.#began) / 1000;
    const { user, system } = process.cpuUsage(this.#ownBefore);
    const own = (user + system) / 1e6 + this.#helperSeconds() - this.#helpersBefore;
    const serverSeconds = processSeconds(this.#pid) - this.#serverBefore;
    const others = Math.max(0, machineSeconds() - this.#machineBefore - own - serverSeconds);
    const delay = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - kResolutionMs);
    return {
      serverSeconds,
      processors: cpus().length,
      server: serverSeconds / seconds,
      generator: own / seconds,
      others: others / seconds,
      loopDelay: { p999: delay(this.#loop.percentile(99.9)), max: delay(this.#loop.max) },
    };
  }

  #helperSeconds() {
    return this.#helpers.reduce((sum, pid) => sum + processSeconds(pid), 0);
  }
}
