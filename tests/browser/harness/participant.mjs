// SPDX-License-Identifier: GPL-3.0-or-later
// A participant seen from a test: a page (pages/participant.html) that uses the product's client library.

import { setTimeout as sleep } from 'node:timers/promises';
import { addPictureTools, sight, waitForSight, watch } from './picture.mjs';

/** Opens the page in a browser and points it at Janus. `webUrl` is where the test's pages are served. */
export async function openParticipant(browser, webUrl, janusUrl, name) {
  const page = await browser.newPage({ name });
  await addPictureTools(page);
  await page.goto(`${webUrl}/participant.html`);
  await page.evaluate((url) => window.participant.open(url), janusUrl);
  await watch(page);
  return new Participant(page, name);
}

class Participant {
  constructor(page, name) {
    this.page = page;
    this.name = name;
  }

  /** Joins; resolves to the wall-clock time of the click. */
  join(options) {
    return this.page.evaluate((how) => window.participant.join(how), options);
  }

  /** Publishes a painted picture; resolves to when that began. */
  publish(source, options = {}) {
    return this.page.evaluate(([who, how]) => window.participant.publish(who, how), [source, options]);
  }

  publishWhenHost(source, options = {}) {
    return this.page.evaluate(([who, how]) => window.participant.publishWhenHost(who, how), [source, options]);
  }

  /** Calls a method of the library's client: call('setBackup', 'ben'). */
  call(method, ...args) {
    return this.page.evaluate(([what, how]) => window.participant.client[what](...how), [method, args]);
  }

  events() {
    return this.page.evaluate(() => window.participant.events);
  }

  /** Waits for an event that matches; resolves to it. `from`: only events at or after this time. */
  async waitForEvent(matches, { from = -Infinity, timeoutMs = 10_000, what = 'the expected event' } = {}) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const events = await this.events();
      const found = events.find((event) => event.at >= from && matches(event));
      if (found) return found;
      if (Date.now() > deadline) {
        const last = events.slice(-8).map((event) => JSON.stringify(event)).join('\n');
        throw new Error(`${this.name} waited ${timeoutMs} ms in vain for ${what}. The last events:\n${last}`);
      }
      await sleep(20);
    }
  }

  reception() {
    return this.page.evaluate(() => window.participant.reception());
  }

  sight() {
    return sight(this.page);
  }

  waitForSight(condition, options = {}) {
    return waitForSight(this.page, condition, { ...options, what: `${this.name} to see ${options.what ?? 'the picture'}` });
  }
}
