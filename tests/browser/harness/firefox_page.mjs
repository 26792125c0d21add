// SPDX-License-Identifier: GPL-3.0-or-later
// A page of Firefox, driven by Puppeteer, with the names and habits of Playwright as far as the tests use them, so that the
// same test runs in either browser.

import { readFileSync } from 'node:fs';

const kEvents = { crash: 'error' };
const kWaitTimeoutMs = 30_000;

/** A call in the page, as text. Arguments are what JSON can say. */
const callOf = (fn, arg) => `(${fn})(${arg === undefined ? '' : JSON.stringify(arg)})`;

export class FirefoxPage {
  #page;
  #context;

  constructor(page, context) {
    this.#page = page;
    this.#context = context;
  }

  on(event, listener) {
    this.#page.on(kEvents[event] ?? event, listener);
  }

  isClosed() {
    return this.#page.isClosed();
  }

  context() {
    return this.#context;
  }

  async goto(url) {
    await this.#page.goto(url);
  }

  /** What comes back is one string: the protocol's own way of telling long lists takes many times as long. */
  async evaluate(fn, arg) {
    const told = await this.#page.evaluate(`(async () => {
      try {
        return JSON.stringify({ value: await ${callOf(fn, arg)} });
      } catch (error) {
        return JSON.stringify({ error: String(error?.message ?? error) });
      }
    })()`);
    const { value, error } = JSON.parse(told);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async addInitScript(script, arg) {
    const text = script.path ? readFileSync(script.path, 'utf8') : `${callOf(script, arg)};`;
    await this.#page.evaluateOnNewDocument(text);
  }

  /** Resolves to something that has a jsonValue(). */
  waitForFunction(fn, arg, { timeout = kWaitTimeoutMs } = {}) {
    return this.#page.waitForFunction(callOf(fn, arg ?? undefined), { timeout });
  }

  /** Only what a test needs of it: the first element that matches. */
  locator(selector) {
    const first = { evaluate: async (fn, arg) => (await this.#page.waitForSelector(selector)).evaluate(fn, arg) };
    return { first: () => first };
  }

  async screenshot({ path }) {
    await this.#page.screenshot({ path });
  }
}
