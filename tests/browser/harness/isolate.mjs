// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the program again inside a network of its own, which has nothing but a loopback device: whatever network
// the machine has, none included, the tests meet the same one. The kernel takes the network away with its last
// process, so nothing is left behind even after a crash; the same goes for the processes, which get a process
// namespace of their own where the machine allows that.

import { spawn, spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './processes.mjs';

// How long an interrupted run may take to close what it opened.
const kInterruptGraceMs = 10_000;
const kMarker = 'BATON_NETWORK';
// Ends with the process that started it, even if that one is killed.
const kBound = ['setpriv', '--pdeathsig', 'KILL'];
const kProcesses = ['--pid', '--fork', '--kill-child', '--mount-proc'];
const kAsRoot = ['unshare', '--user', '--map-root-user'];
const kWays = [
  [...kBound, 'unshare', '--net', ...kProcesses],
  [...kBound, 'unshare', '--net'],
  [...kAsRoot, ...kBound, 'unshare', '--net', ...kProcesses],
  [...kAsRoot, ...kBound, 'unshare', '--net'],
];
// What the harness will do there: if this works, so does the rest.
const kProbe =
  'ip link set lo up && ip link add probe0 type veth peer name probe1 && ' +
  'nft add table inet probe && unshare --net true';

function findWay() {
  return kWays.find(([program, ...args]) => spawnSync(program, [...args, 'sh', '-c', kProbe], { stdio: 'ignore' }).status === 0);
}

/** Whether this process runs in a network of its own ('own') or in the machine's ('machine'). */
export function networkKind() {
  return process.env[kMarker] ?? 'machine';
}

/** The folder for everything temporary of this run; it goes away at the end. */
export function temporaryFolder() {
  return process.env.BATON_TMP ?? tmpdir();
}

/** Removes the temporary folders of runs that were killed: their names hold a process id that is gone. */
function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^baton-(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1];
    if (!pid || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (lstatSync(folder).uid === process.getuid()) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another run removed it at the same time.
    }
  }
}

/**
 * Call first. In the outer process this runs the same command line in a network of its own, exits with its exit
 * code, and never returns; in the inner one it returns at once. Where the machine allows no namespaces the program
 * goes on in the machine's network, and what needs faults in the network is skipped with that reason.
 */
export async function enterOwnNetwork() {
  if (process.env[kMarker]) return;
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `baton-${process.pid}-`));
  const way = findWay();
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  // A shell as the first process of the namespace collects the children whose parents were killed.
  const shell = ['sh', '-c', '"$@"; exit $?', 'sh', ...command];
  const [program, ...args] = way ? [...way, ...shell] : command;
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, [kMarker]: way ? 'own' : 'machine', BATON_TMP: folder },
  });
  // Ctrl-C reaches the inner processes by itself, and they end in order. Killing the outermost takes the rest along.
  process.on('SIGINT', () => setTimeout(() => child.kill('SIGKILL'), kInterruptGraceMs).unref());
  process.on('SIGTERM', () => child.kill(way ? 'SIGKILL' : 'SIGTERM'));
  const code = await new Promise((fulfil) => {
    child.once('error', (error) => {
      console.error(`Cannot run ${program}: ${error.message}`);
      fulfil(1);
    });
    child.once('exit', (status, signal) => fulfil(signal ? 128 + constants.signals[signal] : status));
  });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
}
