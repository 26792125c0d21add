// SPDX-License-Identifier: GPL-3.0-or-later
// The product's pages seen from a test.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { addPictureTools, replaceCapture } from './picture.mjs';
import { kReports } from './report.mjs';

const kViewport = { width: 1280, height: 720 };

/**
 * Opens one of the product's pages and waits until it has joined.
 * @param {object} how
 * @param {any} how.janus
 * @param {any} how.browser
 * @param {string} how.file         of the page
 * @param {object} how.parameters   of its address, with `user`; `picture` is the source that is painted for its screen
 * @param {(page: any) => void} [how.prepare]   called with the page before it loads anything
 */
export async function openRoomPage(t, { janus, browser, file, parameters, viewport = kViewport, prepare = () => {} }) {
  const page = await browser.newPage({ name: `${file} ${parameters.user}`, viewport });
  prepare(page);
  await (parameters.source === 'screen' ? replaceCapture(page, parameters.picture) : addPictureTools(page));
  const query = new URLSearchParams({ room: 'story', janus: janus.url, autostart: '1', ...parameters });
  await page.goto(`${(await t.web()).url}/${file}?${query}`);
  await page.waitForFunction(() => document.documentElement.dataset.connection === 'joined');
  return page;
}

/** Waits until the page shows this state of the room. */
export function showsState(page, state) {
  return page.waitForFunction((wanted) => document.documentElement.dataset.state === wanted, state, { timeout: 10_000 });
}

/** Keeps a picture of the page beside the reports. */
export async function keepScreenshot(page, name) {
  mkdirSync(kReports, { recursive: true });
  await page.screenshot({ path: join(kReports, `${name}.png`) });
}
