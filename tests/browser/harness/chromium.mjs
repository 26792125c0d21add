// SPDX-License-Identifier: GPL-3.0-or-later
// The real Chromium, headless, each as a program of its own that can be killed, stopped and cut off.

import { existsSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { isAlive, processTree, signalAll, waitUntilGone } from './processes.mjs';

const kPrograms = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const kPeersScript = join(dirname(fileURLToPath(import.meta.url)), 'peers_in_page.js');
const kLaunchTimeoutMs = 30_000;
const kGoneTimeoutMs = 10_000;
const kDescribeTimeoutMs = 3_000;

function chromiumProgram() {
  const program = process.env.BATON_CHROMIUM ?? kPrograms.find((path) => existsSync(path));
  if (!program) throw new Error('Chromium is not installed.');
  return program;
}

function chromiumArguments(profile, address, options) {
  const args = [
    '--headless=new',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    '--disable-breakpad',
    '--mute-audio',
    '--autoplay-policy=no-user-gesture-required',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    '--use-fake-device-for-media-stream=fps=30',
    // One switch for all features: a second one of the same name would replace it.
    '--disable-features=WebRtcHideLocalIpsWithMdns',
    `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE ${address}`,
    `--unsafely-treat-insecure-origin-as-secure=${options.origin}`,
  ];
  // Tab capture is real only without the fake picker.
  if (options.captureTab === 'this') args.push('--auto-accept-this-tab-capture');
  else if (options.captureTab) args.push(`--auto-select-tab-capture-source-by-title=${options.captureTab}`);
  else args.push('--use-fake-ui-for-media-stream');
  return [...args, ...(options.args ?? []), 'about:blank'];
}

/**
 * Starts a Chromium.
 *
 * @param {object} options
 * @param {string} options.name        for messages and files
 * @param {string} options.address     the one address that names may resolve to
 * @param {string} options.origin      the origin of the pages, to be treated as a secure context
 * @param {string} options.folder      for the profile
 * @param {object} [options.link]      a link of network.mjs to run on; unset: the same network as Janus
 * @param {'this'|string} [options.captureTab]  real tab capture: of the page itself, or of the tab with this title
 * @param {string[]} [options.args]    further arguments
 */
export async function launchChromium(options) {
  const program = chromiumProgram();
  const profile = mkdtempSync(join(options.folder, `${options.name}-profile-`));
  const server = await chromium.launchServer({
    executablePath: options.link ? options.link.wrap(program) : program,
    headless: false,
    ignoreDefaultArgs: true,
    args: chromiumArguments(profile, options.address, options),
    timeout: kLaunchTimeoutMs,
    // Nothing of a test ends up in the home of whoever runs it.
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const connection = await chromium.connect(server.wsEndpoint());
  return new Chromium(options.name, server, connection);
}

class Chromium {
  #server;
  #connection;
  #stopped = [];
  #ended = false;

  constructor(name, server, connection) {
    this.name = name;
    this.pid = server.process().pid;
    this.pages = [];
    this.#server = server;
    this.#connection = connection;
  }

  /**
   * A page in a context of its own: as a tab beside others it would count as hidden and draw once a second.
   * The viewport is the size of the test picture unless said otherwise.
   */
  async newPage({ name = this.name, permissions = ['camera', 'microphone'], viewport = { width: 640, height: 360 }, ...context } = {}) {
    const opened = await this.#connection.newContext({ viewport, ...context });
    if (permissions.length > 0) await opened.grantPermissions(permissions);
    const page = await opened.newPage();
    await page.addInitScript({ path: kPeersScript });
    const watched = new WatchedPage(`${this.name}/${name}`, page);
    this.pages.push(watched);
    return page;
  }

  /** SIGKILL to every process of this browser at once, as when a laptop dies. Resolves when all are gone. */
  async kill() {
    this.#ended = true;
    const tree = processTree(this.pid);
    const at = performance.timeOrigin + performance.now();
    signalAll(tree, 'SIGKILL');
    if (!(await waitUntilGone(tree, kGoneTimeoutMs))) throw new Error(`Chromium ${this.name} survived SIGKILL.`);
    return at;
  }

  /** SIGSTOP to every process: sockets stay open, nothing is sent. Returns the wall-clock time in ms. */
  stop() {
    this.#stopped = processTree(this.pid);
    const at = performance.timeOrigin + performance.now();
    signalAll(this.#stopped, 'SIGSTOP');
    return at;
  }

  /** Undoes stop(). */
  continue() {
    signalAll(this.#stopped, 'SIGCONT');
    this.#stopped = [];
  }

  /** Ends the browser in order, by force after a while. */
  async close() {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#stopped.length > 0) this.continue();
    const tree = processTree(this.pid);
    await Promise.race([this.#server.close(), waitUntilGone([this.pid], kGoneTimeoutMs)]).catch(() => {});
    if (tree.some(isAlive)) {
      signalAll(tree.filter(isAlive), 'SIGKILL');
      await waitUntilGone(tree, kGoneTimeoutMs);
    }
  }

  get ended() {
    return this.#ended;
  }
}

/** Remembers what a page said on its console and what it threw. */
class WatchedPage {
  #allowed = [];

  constructor(name, page) {
    this.name = name;
    this.page = page;
    this.console = [];
    this.errors = [];
    page.allowErrors = (...patterns) => this.#allowed.push(...patterns);
    page.on('console', (message) => {
      this.console.push(`${message.type()}: ${message.text()}`);
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => {
      this.console.push(`uncaught: ${error.stack ?? error}`);
      this.errors.push(String(error.message ?? error));
    });
    page.on('crash', () => this.errors.push('The page crashed.'));
  }

  /** How this page's RTCPeerConnections are and what its server says, a line each; for the report of a failure. */
  async describe() {
    const asked = this.page.evaluate(async () => [
      ...((await globalThis.describePeers?.()) ?? []),
      ...((await globalThis.participant?.describe?.()) ?? []),
    ]);
    return Promise.race([asked, sleep(kDescribeTimeoutMs, ['The page does not answer.'])]).catch((error) => [String(error)]);
  }

  /** The errors that the test did not announce by page.allowErrors(pattern...). */
  unexpectedErrors() {
    return this.errors.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)));
  }
}
