// SPDX-License-Identifier: GPL-3.0-or-later
// The test picture seen from a test: puts picture_in_page.js into pages, fetches what their watchers recorded, and
// derives the figures. All times are wall-clock milliseconds, the same in every process of the machine.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// So long a page waits for another picture before it says that there is none: the time may be up, or another watcher begun.
const kPatienceMs = 100;
const kScript = join(dirname(fileURLToPath(import.meta.url)), 'picture_in_page.js');

/** Wall-clock time in milliseconds, comparable with the records of watchers. */
export function wallClock() {
  return performance.timeOrigin + performance.now();
}

/** Makes window.batonPicture exist in every document that this page loads from now on. */
export async function addPictureTools(page) {
  await page.addInitScript({ path: kScript });
}

/**
 * For product pages: camera and screen become the painted canvas of this source (one character).
 * @param {object} [options]  framesPerSecond (0: painted once, a static slide), width, height
 */
export async function replaceCapture(page, source, options = {}) {
  await addPictureTools(page);
  await page.addInitScript(([who, how]) => globalThis.batonPicture.replaceCapture(who, how), [source, options]);
}

/** Starts to record what the first element matching the selector shows. */
export async function watch(page, selector = 'video') {
  await page.locator(selector).first().evaluate((video, key) => {
    globalThis.batonPicture.watchers[key]?.stop();
    globalThis.batonPicture.watchers[key] = new globalThis.batonPicture.Watcher(video);
  }, selector);
}

/** What was recorded so far, as a Sight. */
export async function sight(page, selector = 'video') {
  return new Sight(await page.evaluate((key) => globalThis.batonPicture.watchers[key].records, selector));
}

/** Waits until the condition on the Sight holds; resolves to that Sight, or rejects with the sentence. */
export async function waitForSight(page, condition, { selector = 'video', timeoutMs = 10_000, what = 'the expected picture' } = {}) {
  const deadline = Date.now() + timeoutMs;
  let beganAt = null;
  let next = 0;
  let records = [];
  for (;;) {
    const news = await page.evaluate(
      ([key, ...known]) => globalThis.batonPicture.watchers[key].news(...known),
      [selector, beganAt, next, kPatienceMs],
    );
    if (news.beganAt !== beganAt) records = [];
    records.push(...news.records);
    ({ beganAt, next } = news);
    const seen = new Sight(records);
    if (condition(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}; ${seen.describe()}`);
  }
}

/** What one <video> showed: a list of {at, valid, source, frame, paintedAt, width, height, rtpTimestamp}. */
export class Sight {
  constructor(records) {
    this.records = records;
    this.decoded = records.filter((record) => record.valid);
  }

  describe() {
    const last = this.decoded.at(-1);
    const end = last ? `, the last ${last.source}${last.frame} at ${Math.round(last.at)}` : '';
    return `${this.records.length} frames shown, ${this.decoded.length} of them readable${end}`;
  }

  /** When the first readable picture was shown at or after `from`; undefined if none was. */
  firstPictureAt(from = -Infinity) {
    return this.decoded.find((record) => record.at >= from)?.at;
  }

  /** When a picture of this source was first shown at or after `from`; undefined if none was. */
  firstFrom(source, from = -Infinity) {
    return this.decoded.find((record) => record.source === source && record.at >= from)?.at;
  }

  /** The last readable record at or before `at`. */
  lastBefore(at) {
    return this.decoded.findLast((record) => record.at <= at);
  }

  /** The moments at which the picture changed to another frame or source. Showing the same one again is no change. */
  changes() {
    return this.decoded.filter((record, i) => {
      const previous = this.decoded[i - 1];
      return !previous || previous.source !== record.source || previous.frame !== record.frame;
    });
  }

  /**
   * The longest time the picture stood still between two moments: {ms, from, to}. The edges count, so a picture
   * that never moved stood still for the whole of it.
   */
  longestStandStill(from, to) {
    const inside = this.changes().map((record) => record.at).filter((at) => at > from && at < to);
    const edges = [from, ...inside, to];
    let longest = { ms: 0, from, to: from };
    for (let i = 1; i < edges.length; ++i) {
      const ms = edges[i] - edges[i - 1];
      if (ms > longest.ms) longest = { ms, from: edges[i - 1], to: edges[i] };
    }
    return longest;
  }

  /**
   * All the times for which the picture stood still longer than this, between two moments; the edges count. Time for which
   * the source itself painted nothing, on a machine that is busy, is taken off: nobody on the way is to blame for it.
   */
  standStills(from, to, longerThanMs, frameMs = 1000 / 30) {
    const changes = this.changes();
    const inside = changes.filter(({ at }) => at > from && at < to);
    const before = changes.findLast(({ at }) => at <= from) ?? { at: from };
    const after = changes.find(({ at }) => at >= to) ?? { at: to };
    const edges = [before, ...inside, after];
    return edges.slice(1).flatMap((record, i) => {
      const earlier = edges[i];
      const still = { from: Math.max(earlier.at, from), to: Math.min(record.at, to) };
      const ms = Math.min(still.to - still.from, record.at - earlier.at - sourceWasLate(earlier, record, frameMs));
      return ms > longerThanMs ? [{ ms, ...still }] : [];
    });
  }

  /** The longest of these; 0 if the source was late each time. */
  longestHeldUp(from, to, frameMs = undefined) {
    return Math.max(0, ...this.standStills(from, to, 0, frameMs).map(({ ms }) => ms));
  }

  /** Pictures that went back: an earlier frame of the same source after a later one, as a stream must never show. */
  stepsBack() {
    const latest = new Map();
    return this.decoded.filter((record) => {
      const previous = latest.get(record.source) ?? -1;
      latest.set(record.source, Math.max(previous, record.frame));
      return record.frame < previous;
    });
  }

  /** From painting to showing, in ms, of the frames shown between two moments, in order of size. */
  delays(from = -Infinity, to = Infinity) {
    return this.changes()
      .filter((record) => record.at >= from && record.at <= to)
      .map((record) => record.at - record.paintedAt)
      .sort((a, b) => a - b);
  }
}

/** By how much later than its rate says the source painted the second of two frames; 0 between two sources, which is not known. */
function sourceWasLate(earlier, later, frameMs) {
  if (earlier.source === undefined || earlier.source !== later.source) return 0;
  return Math.max(0, later.paintedAt - earlier.paintedAt - (later.frame - earlier.frame) * frameMs);
}

/** The middle of a list of numbers; of an even number of them the lower one of the two. */
export function median(values) {
  if (values.length === 0) throw new Error('There is no median of nothing.');
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
