// SPDX-License-Identifier: GPL-3.0-or-later
// A TURN server (Debian's coturn) for one test, which shares a secret with Baton.

import { execFile, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../scripts/lib/gateway.mjs';
import { NotPossibleHere } from './network.mjs';

const kSecret = 'what the TURN server and Baton share';
const kReadyTimeoutMs = 10_000;
const kClientTimeoutMs = 30_000;

class TurnServer {
  #child;
  #address;
  #logFile;

  constructor(child, address, port, logFile) {
    this.#child = child;
    this.#address = address;
    this.#logFile = logFile;
    this.port = port;
    this.url = `turn:${address}:${port}?transport=udp`;
  }

  /** The keys of Baton's configuration that offer this server, as they stand in `general`. */
  settings(lifetimeMs = 86_400_000) {
    return `turn_secret = "${kSecret}"; turn_urls = ["${this.url}"]; turn_ttl_ms = ${lifetimeMs};`;
  }

  log() {
    return readFileSync(this.#logFile, 'utf8');
  }

  /**
   * Sends a few packets through the server with this name and password. Resolves to {works, output}.
   * @param {{username: string, credential: string}} turn
   */
  async relays({ username, credential }) {
    const args = ['-y', '-n', '5', '-u', username, '-w', credential, '-p', String(this.port), this.#address];
    try {
      const { stdout } = await promisify(execFile)('turnutils_uclient', args, { timeout: kClientTimeoutMs });
      return { works: /tot_recv_msgs=[1-9]/.test(stdout), output: stdout };
    } catch (error) {
      return { works: false, output: `${error.stdout}${error.stderr}` };
    }
  }

  async waitUntilReady() {
    const deadline = Date.now() + kReadyTimeoutMs;
    while (!/SQLite DB connection success|Total General servers/.test(this.log())) {
      if (this.#child.exitCode !== null) throw new Error(`The TURN server ended at start:\n${this.log()}`);
      if (Date.now() > deadline) throw new Error(`The TURN server was not ready in time:\n${this.log()}`);
      await sleep(20);
    }
  }

  stop() {
    this.#child.kill('SIGKILL');
  }
}

/** Starts a TURN server at the test's own address. It ends with the test. */
export async function startTurnServer(t) {
  if (spawnSync('turnserver', ['--version'], { stdio: 'ignore' }).error) {
    throw new NotPossibleHere('There is no turnserver: install coturn.');
  }
  const { address } = await t.network();
  const folder = join(t.folder, 'turn');
  mkdirSync(folder, { recursive: true });
  const port = await freePort(address);
  const logFile = join(folder, 'turn.log');
  const log = openSync(logFile, 'a');
  const settings = {
    'listening-ip': address,
    'relay-ip': address,
    'listening-port': port,
    'static-auth-secret': kSecret,
    realm: 'baton',
    userdb: join(folder, 'database'),
    pidfile: join(folder, 'pid'),
    'log-file': 'stdout',
    'relay-threads': 1,
  };
  const flags = ['-n', '--use-auth-secret', '--no-tls', '--no-dtls', '--no-cli', '--no-rfc5780'];
  const args = [...flags, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'turnserver', ...args], { stdio: ['ignore', log, log] });
  closeSync(log);
  const server = new TurnServer(child, address, port, logFile);
  t.atEnd(() => server.stop());
  await server.waitUntilReady();
  return server;
}
