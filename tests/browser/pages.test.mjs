// SPDX-License-Identifier: GPL-3.0-or-later
// The pages that people see, through the story of a host whose browser dies.

import { setTimeout as sleep } from 'node:timers/promises';
import { waitForSight, wallClock, watch } from './harness/picture.mjs';
import { keepScreenshot, openRoomPage, showsState } from './harness/room_page.mjs';
import { test } from './harness/test.mjs';

const openPage = (t, janus, file, parameters, browser) => openRoomPage(t, { janus, browser, file, parameters });

function hostPage(t, janus, browser, picture) {
  return openPage(t, janus, 'host.html', { user: 'ada', name: 'Ada', source: 'screen', picture, grace_ms: '20000' }, browser);
}

const countdown = async (page) => Number((await page.locator('.notice-clock').innerText()).replace(/\D/g, ''));

test('The viewer page waits over the last picture with a countdown, and goes on when the host is back', async (t) => {
  const janus = await t.janus();
  const hosting = await t.browser({ name: 'host' });
  await hostPage(t, janus, hosting, 'A');
  const watching = await t.browser({ name: 'viewers' });
  const viewer = await openPage(t, janus, 'viewer.html', { user: 'bob', name: 'Bob' }, watching);
  await watch(viewer);
  await waitForSight(viewer, (seen) => seen.firstFrom('A') !== undefined);
  const bar = (await viewer.locator('header:visible').innerText()).replaceAll('\n', ' ');
  t.check('Role, mode and codec are to be seen', /Viewer/.test(bar) && /Through the (server|gateway)/.test(bar) && /VP8/.test(bar), bar);

  const killedAt = await hosting.kill();
  await showsState(viewer, 'host_offline');
  t.figure('the page knew that the host was gone', wallClock() - killedAt, { atMost: 1_000 });
  await viewer.locator('.notice-clock').waitFor();
  const notice = await viewer.locator('.notice').first().innerText();
  t.check('It says so in words', notice.includes('Host disconnected, waiting'), notice.replaceAll('\n', ' / '));
  const before = await countdown(viewer);
  await sleep(2_200);
  const after = await countdown(viewer);
  t.figure('seconds that the countdown lost in 2.2 s', before - after, { atLeast: 2, atMost: 3, unit: 's' });
  const seen = await waitForSight(viewer, () => true);
  t.check('The last picture stands', seen.decoded.at(-1).source === 'A');
  await keepScreenshot(viewer, 'viewer-host-offline');

  const returning = await t.browser({ name: 'host again' });
  await hostPage(t, janus, returning, 'B');
  await waitForSight(viewer, (sight) => sight.firstFrom('B', killedAt) !== undefined);
  await showsState(viewer, 'live');
  t.check('The overlay is gone', (await viewer.locator('.notice-clock').count()) === 0 || !(await viewer.locator('.notice-clock').first().isVisible()));
  await keepScreenshot(viewer, 'viewer-live');

  await viewer.locator('#leave').click();
  await viewer.waitForFunction(() => document.documentElement.dataset.connection === 'ended');
  t.check('The leave button leaves', true);
}, { timeLimitMs: 90_000 });

test('A controller on the viewer page is asked, accepts, and is live', async (t) => {
  const janus = await t.janus();
  const hosting = await t.browser({ name: 'host' });
  await openPage(t, janus, 'host.html', {
    user: 'ada', name: 'Ada', source: 'screen', picture: 'A', grace_ms: '1000', promotion_timeout_ms: '20000',
  }, hosting);
  const watching = await t.browser({ name: 'viewers' });
  const viewer = await openPage(t, janus, 'viewer.html', { user: 'vera', name: 'Vera' }, watching);
  await watch(viewer);
  const controller = await openPage(t, janus, 'viewer.html', {
    user: 'bob', name: 'Bob', role: 'controller', source: 'screen', picture: 'B',
  }, watching);
  await waitForSight(viewer, (seen) => seen.firstFrom('A') !== undefined);
  const killedAt = await hosting.kill();
  await controller.locator('#accept').waitFor({ timeout: 10_000 });
  await keepScreenshot(controller, 'controller-asked');
  await controller.locator('#accept').click();
  await showsState(controller, 'live');
  t.check('The controller is host now', (await controller.evaluate(() => document.documentElement.dataset.role)) === 'host');
  const share = controller.locator('#share-screen');
  if (await share.count()) await share.first().click();
  const seen = await waitForSight(viewer, (sight) => sight.firstFrom('B', killedAt) !== undefined, { what: "the controller's picture" });
  t.note(`the viewer's picture stood still for ${Math.round(seen.firstFrom('B') - killedAt)} ms`);
}, { timeLimitMs: 90_000 });
