// SPDX-License-Identifier: GPL-3.0-or-later
// A room in a real Janus with participants in real browsers, in the words of the tests.

import { setTimeout as sleep } from 'node:timers/promises';
import { addPictureTools, sight, waitForSight, wallClock, watch } from './picture.mjs';

const kEventTimeoutMs = 15_000;

/** One participant: a page, in a browser of its own unless one is given. */
export class Participant {
  constructor(stage, name, browser, page) {
    this.stage = stage;
    this.name = name;
    this.browser = browser;
    this.page = page;
  }

  /** Joins the stage's room. Resolves to the time of the call in the page. */
  join(options = {}) {
    return this.page.evaluate((how) => window.participant.join(how), {
      room: this.stage.room, user: this.name, ...options,
    });
  }

  /** Publishes a painted canvas; resolves to the time of the call in the page. */
  share(source, options = {}) {
    return this.page.evaluate(([who, how]) => window.participant.share(who, how), [source, options]);
  }

  /** Calls a method of the client library. */
  call(method, ...args) {
    return this.page.evaluate(([name, values]) => window.participant.client[name](...values), [method, args]);
  }

  events() {
    return this.page.evaluate(() => window.participant.events);
  }

  /** The first event of this type and cause at or after `from`; waits for it. */
  async event(type, cause, from = -Infinity, timeoutMs = kEventTimeoutMs) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const events = await this.events();
      const found = events.find((one) => one.type === type && one.cause === cause && one.at >= from);
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

/** One room in one Janus. */
export class Stage {
  #t;

  constructor(t, janus, room) {
    this.#t = t;
    this.janus = janus;
    this.room = room;
  }

  /** Opens a page for a participant; does not join. */
  async participant(name, { browser, link, captureTab, ...options } = {}) {
    const used = browser ?? (await this.#t.browser({ name, link, captureTab }));
    const page = await used.newPage({ name, ...options });
    await addPictureTools(page);
    await page.goto(`${(await this.#t.web()).url}/room.html`);
    await page.evaluate((url) => window.participant.open(url), this.janus.url);
    return new Participant(this, name, used, page);
  }

  /** A host that shares a moving picture of this source. */
  async host(name, source, { framesPerSecond, audio, create = {}, ...options } = {}) {
    const host = await this.participant(name, options);
    await host.join({ role: 'host', create });
    await host.share(source, { framesPerSecond, audio });
    return host;
  }

  /** A viewer whose picture is recorded; resolves as soon as it has joined. */
  async viewer(name, { role = 'viewer', ...options } = {}) {
    const viewer = await this.participant(name, options);
    await watch(viewer.page);
    viewer.joinedAt = await viewer.join({ role, subscribe: true });
    return viewer;
  }

  /** Snapshot and media figures, as an operator sees them. */
  async status(participant) {
    return participant.page.evaluate((room) => window.participant.status(room), this.room);
  }
}

/** Starts Janus with Baton and names a room, which its host will create. */
export async function openStage(t, { room = 'stage', ...janus } = {}) {
  return new Stage(t, await t.janus(janus), room);
}

/** Checks that a viewer's connection is the one it was: the same object, SSRCs and descriptions, and no offer since. */
export async function checkUndisturbed(t, viewer, before, offersBefore) {
  const after = await viewer.identity();
  t.check(`${viewer.name}: the same RTCPeerConnection, still connected`, after.samePeer && after.state === 'connected', after.state);
  t.check(`${viewer.name}: the same SSRCs`, JSON.stringify(after.ssrcs) === JSON.stringify(before.ssrcs), after.ssrcs.join(' '));
  t.check(`${viewer.name}: the same session descriptions`, after.remote === before.remote && after.local === before.local);
  const offers = (await viewer.offers()) - offersBefore;
  t.check(`${viewer.name}: no offer was sent`, offers === 0, `${offers} offers`);
}

export { sleep, wallClock };
