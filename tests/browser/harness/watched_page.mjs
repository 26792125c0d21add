// SPDX-License-Identifier: GPL-3.0-or-later
// What a page said while a test used it, and how its connections are; the same for every browser.

import { setTimeout as sleep } from 'node:timers/promises';

const kDescribeTimeoutMs = 3_000;

/** Remembers what a page said on its console and what it threw. */
export class WatchedPage {
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
    if (this.page.isClosed()) return [];
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
