// SPDX-License-Identifier: GPL-3.0-or-later
// The real Chromium, headless, each as a program of its own that can be killed, stopped and cut off.

import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { BrowserProcess, kPeersScript } from './browser_process.mjs';

const kPrograms = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const kLaunchTimeoutMs = 30_000;

/** What Chromium has that tests must not have. */
const kDisabledFeatures = [
  // Janus cannot resolve such names here.
  'WebRtcHideLocalIpsWithMdns',
  // Pages of the address bar, loaded beside each new page of ours: nearly a second of a processor, while joins are measured.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
];

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
    `--disable-features=${kDisabledFeatures.join()}`,
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

class Chromium extends BrowserProcess {
  #connection;

  constructor(name, server, connection) {
    super(name, server.process().pid, () => server.close());
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
    this.watch(name, page);
    return page;
  }
}
