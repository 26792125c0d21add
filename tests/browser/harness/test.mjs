// SPDX-License-Identifier: GPL-3.0-or-later
// What a test file imports. `test('A sentence that states the behaviour', async (t) => { ... })`; everything that
// is opened through `t` is closed at the end, and then Janus must have been alive and the pages free of errors.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './isolate.mjs';
import { describeExit, endedWell, startJanus } from './janus.mjs';
import { NotPossibleHere, openNetwork } from './network.mjs';
import { Report } from './report.mjs';
import { kUsual } from './settings.mjs';
import { serveTestPages } from './web.mjs';

export const kDefaultTimeLimitMs = 60_000;
const kJanusLogLinesShown = 30;

/** The tests of the files imported so far: {name, run, timeLimitMs, setting, long}. */
export const registeredTests = [];

/**
 * Registers a test, once for each setting.
 * @param {string} name
 * @param {(t: TestContext) => Promise<void>} run
 * @param {{timeLimitMs?: number, settings?: {setting: import('./settings.mjs').Setting, long: boolean}[]}} [options]
 *        settings: see everywhere; without any the test is run with the usual one
 */
export function test(name, run, { timeLimitMs = kDefaultTimeLimitMs, settings = [{ setting: kUsual, long: false }] } = {}) {
  for (const { setting, long } of settings) {
    const told = setting === kUsual ? name : `${setting.words}: ${name}`;
    registeredTests.push({ name: told, run, timeLimitMs, setting, long });
  }
}

/** What a test, or the demo, opens; and its report. */
export class TestContext {
  #browsers = [];
  #gateways = [];
  #network = null;
  #web = null;
  #cleanups = [];
  #started = 0;

  constructor(name, setting = kUsual) {
    this.setting = setting;
    this.folder = mkdtempSync(join(temporaryFolder(), 'test-'));
    this.report = new Report(name);
  }

  figure(...args) {
    this.report.figure(...args);
  }

  reading(...args) {
    this.report.reading(...args);
  }

  check(...args) {
    this.report.check(...args);
  }

  note(...args) {
    this.report.note(...args);
  }

  /** This test's network: see openNetwork. */
  network() {
    this.#network ??= openNetwork(this.folder);
    return this.#network;
  }

  /** The test ends here as skipped: what it is about does not exist in this browser. */
  notApplicable(reason) {
    throw new NotPossibleHere(`not applicable: ${reason}`);
  }

  /** A link of its own for a browser; without namespaces on this machine the test ends here as skipped. */
  async link(name, options) {
    return (await this.network()).link(name, options);
  }

  /** Starts Janus; options as startGateway's, with Baton as the only plugin by default. */
  async janus(options = {}) {
    const { address } = await this.network();
    const gateway = await startJanus(address, join(this.folder, `janus-${this.#gateways.length + 1}`), options);
    this.#gateways.push(gateway);
    return gateway;
  }

  /** The web server with the product's pages and the tests' own. */
  web() {
    this.#web ??= this.network().then(({ address }) => serveTestPages(address));
    return this.#web;
  }

  /** Starts a browser of this setting; options as launchChromium's. */
  async browser(options = {}) {
    const { address } = await this.network();
    const { url } = await this.web();
    this.#started += 1;
    const name = options.name ?? `browser-${this.#started}`;
    const browser = await this.setting.launch({ address, origin: url, folder: this.folder, ...options, name });
    this.#browsers.push(browser);
    return browser;
  }

  /** Runs at the end of the test, the latest first. */
  atEnd(cleanup) {
    this.#cleanups.push(cleanup);
  }

  async execute(run, timeLimitMs) {
    const abort = new AbortController();
    const limit = sleep(timeLimitMs, null, { signal: abort.signal }).then(
      () => { throw new Error(`The test took longer than ${timeLimitMs / 1000} s.`); },
      () => {},
    );
    const interruption = new Promise((_, reject) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`Interrupted by ${signal}.`)));
    });
    let skipped = null;
    try {
      await Promise.race([run(this), limit, interruption]);
      if (this.report.figures.length === 0) throw new Error('The test checked nothing.');
    } catch (error) {
      if (error instanceof NotPossibleHere) skipped = error.message;
      else this.report.failures.push(error.stack ?? String(error));
    }
    abort.abort();
    return skipped;
  }

  #checkWhatIsOpen() {
    for (const gateway of this.#gateways) {
      if (gateway.exit) this.report.failures.push(`Janus was not alive at the end: ${describeExit(gateway.exit)}.`);
    }
    for (const browser of this.#browsers) {
      for (const watched of browser.pages) {
        for (const text of watched.unexpectedErrors()) this.report.failures.push(`Error in page ${watched.name}: ${text}`);
      }
    }
  }

  /** Closes everything. What goes wrong here fails the test too. */
  async close() {
    this.#checkWhatIsOpen();
    if (this.report.failures.length > 0) {
      await this.report.describe(this.#browsers);
      await this.report.saveEvidence(this.#browsers, this.#gateways);
    }
    const failuresBefore = this.report.failures.length;
    const attempt = async (action) => {
      try {
        await action();
      } catch (error) {
        this.report.failures.push(`While closing: ${error.stack ?? error}`);
      }
    };
    for (const cleanup of this.#cleanups.reverse()) await attempt(cleanup);
    for (const browser of this.#browsers) await attempt(() => browser.close());
    for (const gateway of this.#gateways) {
      await attempt(async () => {
        if (gateway.exit) return;
        const exit = await gateway.stop();
        if (!endedWell(exit)) this.report.failures.push(`Janus did not end in order: ${describeExit(exit)}.`);
      });
    }
    if (this.#web) await attempt(async () => (await this.#web).close());
    if (this.#network) await attempt(async () => (await this.#network).close());
    if (this.report.failures.length > failuresBefore) await this.report.saveEvidence([], this.#gateways);
    if (this.report.failures.length > 0) this.#showLogs();
  }

  #showLogs() {
    for (const gateway of this.#gateways) {
      console.log(`    The end of Janus's log (all of it and more in ${this.report.folder}):`);
      console.log(gateway.logTail(kJanusLogLinesShown).replace(/^/gm, '      | '));
    }
  }
}

/** Runs one registered test. Resolves to {name, outcome: 'passed'|'failed'|'skipped', seconds, figures, readings, failures, states}. */
export async function runTest({ name, run, timeLimitMs, setting }) {
  const began = performance.now();
  const context = new TestContext(name, setting);
  const skipped = await context.execute(run, timeLimitMs);
  await context.close();
  const { figures, readings, failures, states } = context.report;
  for (const line of [...failures, ...states]) console.log(line.replace(/^/gm, '    ! '));
  const outcome = failures.length > 0 ? 'failed' : skipped ? 'skipped' : 'passed';
  return { name, outcome, skipped, seconds: (performance.now() - began) / 1000, figures, readings, failures, states };
}
