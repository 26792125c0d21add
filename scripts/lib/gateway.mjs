// SPDX-License-Identifier: GPL-3.0-or-later
// Starts Debian's Janus with a private configuration folder: only the plugins that the caller names, only the
// WebSocket transport, no logger and no event handler. Whatever Janus the machine runs already is left alone.

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, closeSync, mkdirSync, openSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const kReadyTimeoutMs = 10_000;
const kStopTimeoutMs = 10_000;

/** The folder below which the distribution keeps Janus's modules, whatever the architecture. */
function janusModulesFolder() {
  const candidates = ['/usr/lib/janus'];
  for (const name of readdirSync('/usr/lib')) {
    if (name.endsWith('-linux-gnu')) candidates.push(join('/usr/lib', name, 'janus'));
  }
  const found = candidates.find((folder) => existsSync(join(folder, 'transports')));
  if (!found) throw new Error('Janus is not installed: no folder with its transports below /usr/lib.');
  return found;
}

/** A plugin that comes with Janus itself, by its short name: stockPlugin('echotest'). */
export function stockPlugin(name) {
  return join(janusModulesFolder(), 'plugins', `libjanus_${name}.so`);
}

/** A TCP port that nobody listens on at this moment. */
export function freePort(address = '127.0.0.1') {
  return new Promise((fulfil, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, address, () => {
      const { port } = probe.address();
      probe.close(() => fulfil(port));
    });
  });
}

/** Whether a server could listen on this address and port now; every other error than "in use" is thrown. */
export function portIsFree(port, address) {
  return new Promise((fulfil, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (error.code === 'EADDRINUSE' ? fulfil(false) : reject(error)));
    probe.listen(port, address, () => probe.close(() => fulfil(true)));
  });
}

/** Whether no other program has this UDP port. */
export function datagramPortIsFree(port, address) {
  return new Promise((fulfil, reject) => {
    const probe = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    probe.once('error', (error) => (error.code === 'EADDRINUSE' ? fulfil(false) : reject(error)));
    probe.bind(port, address, () => probe.close(() => fulfil(true)));
  });
}

/** Whether somebody answers on this address and port. */
function accepts(port, address) {
  return new Promise((fulfil) => {
    const socket = connect({ port, host: address });
    const done = (result) => {
      socket.destroy();
      fulfil(result);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.setTimeout(500, () => done(false));
  });
}

const quoted = (text) => JSON.stringify(String(text));

function gatewayConfig(folders, options) {
  const lines = [
    'general: {',
    `  configs_folder = ${quoted(folders.config)}`,
    `  plugins_folder = ${quoted(folders.plugins)}`,
    `  transports_folder = ${quoted(folders.transports)}`,
    `  events_folder = ${quoted(folders.events)}`,
    `  loggers_folder = ${quoted(folders.loggers)}`,
    `  debug_level = ${options.debugLevel}`,
    '  debug_timestamps = true',
    '  debug_colors = false',
  ];
  if (options.adminSecret) lines.push(`  admin_secret = ${quoted(options.adminSecret)}`);
  if (options.sessionTimeout !== undefined) lines.push(`  session_timeout = ${options.sessionTimeout}`);
  if (options.eventLoops) lines.push(`  event_loops = ${options.eventLoops}`);
  lines.push(
    '}',
    'nat: {',
    // Janus gathers no loopback candidate, and of several interfaces only this one is meant.
    `  ice_enforce_list = ${quoted(options.mediaAddress)}`,
    '  ignore_mdns = true',
    '  full_trickle = true',
    '}',
    'events: { broadcast = false }',
    '',
  );
  return lines.join('\n');
}

function websocketConfig(options) {
  const general = [
    '  json = "compact"',
    '  ws = true',
    `  ws_port = ${options.port}`,
    `  ws_ip = ${quoted(options.listenAddress)}`,
    '  wss = false',
  ];
  if (options.pingpong) {
    general.push(`  pingpong_trigger = ${options.pingpong.trigger}`, `  pingpong_timeout = ${options.pingpong.timeout}`);
  }
  const admin = options.adminPort
    ? ['  admin_ws = true', `  admin_ws_port = ${options.adminPort}`, `  admin_ws_ip = ${quoted(options.listenAddress)}`]
    : ['  admin_ws = false'];
  return ['general: {', ...general, '}', 'admin: {', ...admin, '}', ''].join('\n');
}

/**
 * Starts Janus and resolves once it answers on its WebSocket port.
 *
 * @param {object} options
 * @param {string} options.folder          an empty or missing folder for everything generated here, and the log
 * @param {string} options.mediaAddress    a non-loopback address of this network for media
 * @param {string} options.listenAddress   where the WebSocket transport listens
 * @param {number} options.port            its port
 * @param {string[]} options.plugins       the shared objects to load
 * @param {Object<string,string>} [options.configs]  further configuration files: name to text
 * @param {number} [options.eventLoops]    Janus's `event_loops`; unset: a thread for each handle
 * @param {number} [options.sessionTimeout]  seconds; unset: Janus's default of 60
 * @param {{trigger:number,timeout:number}} [options.pingpong]  WebSocket pings, in seconds; unset: none
 * @param {number} [options.adminPort]     the Admin API over WebSocket; unset: off
 * @param {string} [options.adminSecret]
 * @param {string} [options.unixSocket]    where the Janus API listens on a Unix socket, too; unset: nowhere. Janus cuts
 *                                         paths of more than about 100 bytes
 * @param {number} [options.debugLevel]    0 to 7; 4 is Janus's default
 * @param {Object<string,string>} [options.env]  added to the environment of Janus
 */
export async function startGateway(options) {
  const folder = resolve(options.folder);
  const folders = {};
  for (const name of ['config', 'plugins', 'transports', 'events', 'loggers']) {
    folders[name] = join(folder, name);
    mkdirSync(folders[name], { recursive: true });
  }
  for (const plugin of options.plugins) {
    if (!existsSync(plugin)) throw new Error(`The plugin ${plugin} does not exist: build it first.`);
    symlinkSync(resolve(plugin), join(folders.plugins, basename(plugin)));
  }
  const transports = ['websockets', ...(options.unixSocket ? ['pfunix'] : [])];
  for (const name of transports.map((transport) => `libjanus_${transport}.so`)) {
    symlinkSync(join(janusModulesFolder(), 'transports', name), join(folders.transports, name));
  }

  const settings = { debugLevel: 4, ...options };
  writeFileSync(join(folders.config, 'janus.jcfg'), gatewayConfig(folders, settings));
  writeFileSync(join(folders.config, 'janus.transport.websockets.jcfg'), websocketConfig(settings));
  if (options.unixSocket) {
    const text = `general: { enabled = true, json = "compact", path = ${quoted(options.unixSocket)} }\n`;
    writeFileSync(join(folders.config, 'janus.transport.pfunix.jcfg'), text);
  }
  for (const [name, text] of Object.entries(options.configs ?? {})) writeFileSync(join(folders.config, name), text);

  const logFile = join(folder, 'janus.log');
  const log = openSync(logFile, 'a');
  // Its own process group: a Ctrl-C in the terminal reaches the caller, who then ends Janus in order. Should the
  // caller be killed, Janus is told to end by the kernel.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'janus', '-F', folders.config], {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, ...options.env },
  });
  closeSync(log);
  const gateway = new Gateway(child, settings, logFile);
  try {
    await gateway.waitUntilReady();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return gateway;
}

/** A running Janus that this process started. */
class Gateway {
  #child;
  #exit = null;
  #exited;

  constructor(child, options, logFile) {
    this.#child = child;
    this.pid = child.pid;
    this.logFile = logFile;
    this.listenAddress = options.listenAddress;
    this.port = options.port;
    const host = options.listenAddress === '0.0.0.0' ? options.mediaAddress : options.listenAddress;
    this.url = `ws://${host}:${options.port}`;
    this.adminUrl = options.adminPort ? `ws://${host}:${options.adminPort}` : null;
    this.#exited = new Promise((fulfil) => {
      child.once('error', (error) => fulfil((this.#exit = { error: error.message })));
      child.once('exit', (code, signal) => fulfil((this.#exit = { code, signal })));
    });
  }

  /** Null while Janus runs; afterwards how it ended: {code, signal} or {error}. */
  get exit() {
    return this.#exit;
  }

  /** Resolves when Janus has ended, for whatever reason. */
  get exited() {
    return this.#exited;
  }

  log() {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  logTail(lines = 40) {
    return this.log().trimEnd().split('\n').slice(-lines).join('\n');
  }

  async waitUntilReady() {
    const deadline = Date.now() + kReadyTimeoutMs;
    const host = this.listenAddress === '0.0.0.0' ? '127.0.0.1' : this.listenAddress;
    while (!this.#exit) {
      if (await accepts(this.port, host)) return;
      if (Date.now() > deadline) throw new Error(`Janus did not answer within ${kReadyTimeoutMs / 1000} s.\n${this.logTail()}`);
      await sleep(10);
    }
    throw new Error(`Janus ended at start (${describeExit(this.#exit)}). The end of its log:\n${this.logTail()}`);
  }

  /** Ends Janus in order, by force after a while. Resolves to how it ended; see `endedWell`. */
  async stop() {
    if (!this.#exit) {
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), kStopTimeoutMs);
      await this.#exited;
      clearTimeout(timer);
    }
    return this.#exit;
  }
}

/** Whether an end is the orderly one after stop(): neither a crash nor an end by force. */
export function endedWell(exit) {
  return exit !== null && exit.code === 0;
}

/** An end in words. */
export function describeExit(exit) {
  if (exit === null) return 'still running';
  if (exit.error) return exit.error;
  return exit.signal ? `ended by ${exit.signal}` : `exit code ${exit.code}`;
}
