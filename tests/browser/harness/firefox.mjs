// SPDX-License-Identifier: GPL-3.0-or-later
// The real Firefox, headless, each as a program of its own that can be killed, stopped and cut off; with the interface of
// chromium.mjs.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { BrowserProcess, kPeersScript } from './browser_process.mjs';
import { FirefoxPage } from './firefox_page.mjs';
import { processTree, signalAll } from './processes.mjs';

const kPrograms = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];
const kLaunchTimeoutMs = 60_000;
const kLocalhost = '127.0.0.1';

/** On top of what Firefox itself sets for whoever drives it. */
function preferences(address) {
  return {
    // Times of different processes are compared.
    'privacy.reduceTimerPrecision': false,
    'privacy.resistFingerprinting': false,
    // As a page from localhost, which pages that cross a network are not.
    'dom.securecontext.allowlist': address,
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
    'media.autoplay.default': 0,
    'media.autoplay.blocking_policy': 0,
    'media.peerconnection.ice.obfuscate_host_addresses': false,
    'media.suspend-background-video.enabled': false,
    'dom.min_background_timeout_value': 4,
    'dom.timeout.enable_budget_timer_throttling': false,
    // A name that nobody answers for takes seconds.
    'network.dns.disabled': true,
    'network.proxy.type': 0,
    'media.gmp-manager.updateEnabled': false,
    'browser.aboutwelcome.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'toolkit.telemetry.enabled': false,
    'app.update.enabled': false,
  };
}

function firefoxProgram() {
  const program = process.env.BATON_FIREFOX ?? kPrograms.find((path) => existsSync(path));
  if (!program) throw new Error('Firefox is not installed.');
  return program;
}

/** Resolves to the port on which this Firefox can be driven. */
function drivenAt(child) {
  return new Promise((fulfil, reject) => {
    let said = '';
    const fail = (what) => reject(new Error(`Firefox ${what}. It said: ${said.trim().split('\n').slice(-5).join(' / ')}`));
    const timer = setTimeout(() => fail(`was not ready after ${kLaunchTimeoutMs / 1000} s`), kLaunchTimeoutMs);
    const listen = (text) => {
      said += text;
      const port = /WebDriver BiDi listening on ws:\/\/[^:]+:(\d+)/.exec(said)?.[1];
      if (!port) return;
      clearTimeout(timer);
      // What it says later is read, so that it can go on saying it, and forgotten.
      child.stderr.off('data', listen).resume();
      fulfil(Number(port));
    };
    child.stderr.on('data', listen);
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('exit', (code) => fail(`ended at once (exit code ${code})`));
  });
}

/**
 * Firefox listens on its own loopback device only, and on a link that is another one than ours. Resolves to a port that
 * leads from ours to the same one there, past everything that is dropped on the link; it must be the same, since Firefox
 * takes no other for its own.
 */
async function passage(link) {
  const program = link.wrap(process.execPath);
  const server = createServer((socket) => {
    const relay = `const s = require('net').connect(${server.address().port}, '${kLocalhost}'); process.stdin.pipe(s); s.pipe(process.stdout);`;
    const child = spawn(program, ['-e', relay], { stdio: ['pipe', 'pipe', 'ignore'] });
    socket.pipe(child.stdin).on('error', () => {});
    child.stdout.pipe(socket).on('error', () => {});
    socket.once('close', () => child.kill('SIGKILL'));
  });
  await new Promise((fulfil) => server.listen(0, kLocalhost, fulfil));
  server.unref();
  return server.address().port;
}

/**
 * Starts a Firefox.
 *
 * @param {object} options
 * @param {string} options.name        for messages and files
 * @param {string} options.address     of the pages, which are treated as a secure context
 * @param {string} options.folder      for the profile
 * @param {object} [options.link]      a link of network.mjs to run on; unset: the same network as Janus
 */
export async function launchFirefox({ name, address, folder, link }) {
  const program = firefoxProgram();
  const profile = mkdtempSync(join(folder, `${name}-profile-`));
  const lines = Object.entries(preferences(address)).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`);
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  const wanted = link ? await passage(link) : 0;
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', String(wanted), 'about:blank'];
  const child = spawn(link ? link.wrap(program) : program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Nothing of a test ends up in the home of whoever runs it.
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  const port = await drivenAt(child).catch((error) => {
    if (child.pid) signalAll(processTree(child.pid), 'SIGKILL');
    throw error;
  });
  const connection = await puppeteer.connect({
    browserWSEndpoint: `ws://${kLocalhost}:${port}/session`,
    protocol: 'webDriverBiDi',
    defaultViewport: null,
    networkEnabled: false,
  });
  return new Firefox(name, child.pid, connection);
}

class Firefox extends BrowserProcess {
  #connection;

  constructor(name, pid, connection) {
    super(name, pid, () => connection.close());
    this.#connection = connection;
  }

  /** A page in a window of its own, since a tab beside others is slowed down. Camera and microphone are always allowed. */
  async newPage({ name = this.name, viewport = { width: 640, height: 360 } } = {}) {
    const context = await this.#connection.createBrowserContext();
    const opened = await context.newPage({ type: 'window' });
    if (viewport) await opened.setViewport(viewport);
    const page = new FirefoxPage(opened, context);
    await page.addInitScript({ path: kPeersScript });
    this.watch(name, page);
    return page;
  }
}
