// SPDX-License-Identifier: GPL-3.0-or-later
// A participant seen from a test: a page (pages/participant.html) that uses the product's client library.

import { setTimeout as sleep } from 'node:timers/promises';
import { addPictureTools, sight, waitForSight } from './picture.mjs';

const kEventTimeoutMs = 15_000;

/**
 * Opens the page in a browser and points it at Janus. `webUrl` is where the tests' pages are served, `client` the options
 * of the client library.
 */
export async function openParticipant({ browser, webUrl, janusUrl, room, name, client = {}, ...pageOptions }) {
  const page = await browser.newPage({ name, ...pageOptions });
  await addPictureTools(page);
  await page.goto(`${webUrl}/participant.html`);
  await page.evaluate(([url, options]) => window.participant.open(url, options), [janusUrl, client]);
  return new Participant(room, name, browser, page);
}

class Participant {
  constructor(room, name, browser, page) {
    this.room = room;
    this.name = name;
    this.browser = browser;
    this.page = page;
  }

  /** Joins the room, as a user of this name unless told otherwise. Resolves to the time of the call in the page. */
  join(options = {}) {
    return this.page.evaluate((how) => window.participant.join(how), { room: this.room, user: this.name, ...options });
  }

  /** Publishes a painted canvas; resolves to the time of the call in the page. */
  share(source, options = {}) {
    return this.page.evaluate(([who, how]) => window.participant.share(who, how), [source, options]);
  }

  /** Shares as soon as it is host. */
  shareWhenHost(source, options = {}) {
    return this.page.evaluate(([who, how]) => window.participant.shareWhenHost(who, how), [source, options]);
  }

  /** Calls a method of the client library. */
  call(method, ...args) {
    return this.page.evaluate(([name, values]) => window.participant.client[name](...values), [method, args]);
  }

  /** Calls a function of the page itself, such as `listen`. */
  does(name, ...args) {
    return this.page.evaluate(([what, values]) => window.participant[what](...values), [name, args]);
  }

  /** The payloads of the signals that were received, with their times. */
  signals() {
    return this.page.evaluate(() => window.participant.signals);
  }

  events() {
    return this.page.evaluate(() => window.participant.events);
  }

  /** The first event of this type and cause at or after `from`; waits for it. */
  async event(type, cause, from = -Infinity, timeoutMs = kEventTimeoutMs, holds = () => true) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const events = await this.events();
      const found = events.find((one) => one.type === type && one.cause === cause && one.at >= from && holds(one.detail));
      if (found) return found;
      if (Date.now() > deadline) {
        const seen = events.map((one) => `${one.type}/${one.cause}`).join(' ');
        throw new Error(`${this.name} waited ${timeoutMs} ms in vain for ${type}/${cause}; it saw: ${seen}`);
      }
      await sleep(20);
    }
  }

  sight() {
    return sight(this.page);
  }

  waitForSight(condition, options) {
    return waitForSight(this.page, condition, options);
  }

  /** Waits until the picture of this source is shown; resolves to when. */
  async sees(source, from = -Infinity, timeoutMs = 15_000) {
    const what = `${this.name} to see ${source}`;
    const seen = await this.waitForSight((one) => one.firstFrom(source, from) !== undefined, { what, timeoutMs });
    return seen.firstFrom(source, from);
  }

  identity() {
    return this.page.evaluate(() => window.participant.identity());
  }

  /** How many offers came in so far. */
  async offers() {
    const descriptions = await this.page.evaluate(() => window.participant.descriptions);
    return descriptions.filter(({ type }) => type === 'offer').length;
  }

  statistic(...what) {
    return this.page.evaluate((args) => window.participant.statistic(...args), what);
  }
}
