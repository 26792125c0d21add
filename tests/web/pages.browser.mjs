// SPDX-License-Identifier: GPL-3.0-or-later
// The product's pages in a real Chromium, on a server that lives in the page around them: see pages/theatre.js.
// Needs no Janus. Run by hand: node tests/web/pages.browser.mjs

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serveFolders } from '../../scripts/lib/web_server.mjs';

const { chromium } = createRequire(new URL('../browser/harness/chromium.mjs', import.meta.url))('playwright-core');
const kRepository = fileURLToPath(new URL('../..', import.meta.url));
const kPages = '/examples/web';

let web;
let browser;
let page;
let errors;

before(async () => {
  web = await serveFolders([kRepository]);
  browser = await chromium.launch({
    executablePath: process.env.BATON_CHROMIUM ?? '/usr/bin/chromium',
    ignoreDefaultArgs: ['--disable-features'],
    args: [
      '--no-sandbox',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream=fps=30',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
    ],
  });
});
after(async () => {
  await browser?.close();
  await web?.close();
});

/** A page with a server of its own, in which the product's pages open as frames. */
async function openTheatre(settings = {}) {
  const context = await browser.newContext({ viewport: { width: 1900, height: 1300 } });
  await context.addInitScript(() => {
    if (window.parent !== window) window.WebSocket = window.parent.theatre.server.WebSocket;
  });
  page = await context.newPage();
  errors = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  await page.goto(`${web.url}/tests/web/pages/theatre.html`);
  await page.waitForFunction(() => window.theatre);
  await page.evaluate((given) => window.theatre.server.createRoom('demo', given), settings);
  return context;
}

async function open(name, file, query) {
  await page.evaluate(
    ([n, url]) => window.theatre.openFrame(n, url),
    [name, `${kPages}/${file}?room=demo&autostart=1&${query}`],
  );
  for (;;) {
    const frame = page.frame({ name });
    if (frame && (await frame.evaluate(() => window.baton?.client.connection.state === 'joined').catch(() => false)))
      return frame;
    await page.waitForTimeout(20);
  }
}

const close = (name) => page.evaluate((n) => window.theatre.closeFrame(n), name);
const hasPicture = (frame) => frame.waitForFunction(() => window.baton.client.marks['first-frame'] !== undefined);
const state = (frame) => frame.evaluate(() => document.documentElement.dataset.state);

/** The picture's overall colour, coarse: enough to tell two hosts' clocks and nothing apart. */
const colour = (frame) =>
  frame.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 9 });
    const context = canvas.getContext('2d');
    context.drawImage(window.baton.video, 0, 0, 16, 9);
    return [...context.getImageData(1, 1, 1, 1).data].slice(0, 3);
  });
const distance = (a, b) => Math.hypot(...a.map((value, i) => value - b[i]));

const moves = (frame) =>
  frame.evaluate(
    () =>
      new Promise((fulfil) => {
        let count = 0;
        const next = () => {
          count += 1;
          if (count === 5) fulfil(true);
          else window.baton.video.requestVideoFrameCallback(next);
        };
        window.baton.video.requestVideoFrameCallback(next);
        setTimeout(() => fulfil(false), 3000);
      }),
  );

/** What is announced to the ear and the eye is what the server said; and nothing went wrong on the way. */
async function finish(context) {
  assert.deepEqual(errors, []);
  await context.close();
}

for (const codec of ['vp8', 'vp9', 'h264', 'av1']) {
  test(`A viewer sees the host's clock in ${codec}, and the answer lets the server begin DTLS`, async () => {
    const context = await openTheatre({ video_codec: codec });
    await open('host', 'host.html', 'user=ada&name=Ada&source=clock');
    const viewer = await open('viewer', 'viewer.html', 'user=bob');
    await hasPicture(viewer);
    assert.equal(await moves(viewer), true);
    const said = await page.evaluate(() =>
      [...window.theatre.connections.values()].map(({ offered, answered }) => ({ offered, answered })),
    );
    const { answered } = said.find((one) => one.answered);
    assert.deepEqual(new Set(answered.match(/a=setup:\w+/g)), new Set(['a=setup:passive']));
    const { offered } = said.find((one) => one.offered);
    const names = new Set([...offered.matchAll(/a=rtpmap:\d+ ([\w-]+)\//g)].map((one) => one[1].toLowerCase()));
    assert.deepEqual(names, new Set([codec, 'rtx']));
    const marks = await viewer.evaluate(() => window.baton.client.marks);
    for (const mark of ['click', 'joined', 'offer', 'answer-sent', 'ice-connected', 'first-frame'])
      assert.ok(mark in marks, mark);
    console.log(`# ${codec}: first picture ${Math.round(marks['first-frame'] - marks.click)} ms after the click`);
    await finish(context);
  });
}

test('A host who is gone leaves the last picture and a countdown; back again, the picture moves on the same connection', async () => {
  const context = await openTheatre({ grace_ms: 60_000 });
  await open('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const viewer = await open('viewer', 'viewer.html', 'user=bob');
  await hasPicture(viewer);
  const before = await colour(viewer);
  await viewer.evaluate(() => {
    window.peerBefore = window.baton.client.peers.subscribed;
  });
  await close('host');
  await page.evaluate(() => window.theatre.server.rooms.get('demo').participants.get('ada').handle?.socket.shut());
  await viewer.waitForFunction(() => document.documentElement.dataset.state === 'host_offline');
  const notice = await viewer.textContent('.notice:not([hidden])');
  assert.match(notice, /Host disconnected, waiting/);
  assert.match(notice, /Then the room pauses/);
  assert.match(await viewer.textContent('.notice-clock'), /^1:00$|^5\d s$/);
  assert.match(await viewer.textContent('#status'), /Host disconnected, waiting/);
  assert.ok(distance(before, await colour(viewer)) < 30, 'the last picture stands');
  await open('host', 'host.html', 'user=ada&name=Ada&source=clock');
  await viewer.waitForFunction(() => document.documentElement.dataset.state === 'live');
  assert.equal(await moves(viewer), true);
  assert.equal(await viewer.evaluate(() => window.peerBefore === window.baton.client.peers.subscribed), true);
  assert.equal(await viewer.isVisible('.notice'), false);
  await finish(context);
});

test('A viewer whose own connection is lost keeps its picture until the new one is there', async () => {
  const context = await openTheatre();
  await open('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const viewer = await open('viewer', 'viewer.html', 'user=bob');
  await hasPicture(viewer);
  const before = await colour(viewer);
  await viewer.evaluate(() => {
    window.black = 0;
    const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 9 });
    const context2d = canvas.getContext('2d', { willReadFrequently: true });
    setInterval(() => {
      const { video } = window.baton;
      if (video.readyState < 2 && !video.poster) window.black += 1;
      context2d.drawImage(video, 0, 0, 16, 9);
    }, 5);
    delete window.baton.client.marks['first-frame'];
  });
  await page.evaluate(() => window.theatre.server.rooms.get('demo').participants.get('bob').handle.socket.shut());
  await viewer.waitForFunction(() => document.documentElement.dataset.connection === 'reconnecting');
  await hasPicture(viewer);
  assert.equal(await viewer.evaluate(() => window.black), 0, 'the element never was without picture');
  assert.equal(await moves(viewer), true);
  assert.ok(distance(before, await colour(viewer)) < 60);
  await finish(context);
});

test('A viewer who comes back to a picture that stands still sees it', async () => {
  const context = await openTheatre();
  const host = await open('host', 'host.html', 'user=ada&name=Ada');
  await host.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const context2d = canvas.getContext('2d');
    const paint = () => {
      context2d.fillStyle = '#c03020';
      context2d.fillRect(0, 0, 640, 360);
    };
    paint();
    window.startPainting = () => {
      window.painting = setInterval(paint, 50);
    };
    window.stopPainting = () => clearInterval(window.painting);
    window.startPainting();
    return window.baton.page.share(canvas.captureStream(30));
  });
  const viewer = await open('viewer', 'viewer.html', 'user=bob');
  await hasPicture(viewer);
  await host.evaluate(() => window.stopPainting());
  await viewer.evaluate(() => {
    delete window.baton.client.marks['ice-connected'];
  });
  await page.evaluate(() => window.theatre.server.rooms.get('demo').participants.get('bob').handle.socket.shut());
  await viewer.waitForFunction(() => window.baton.client.marks['ice-connected']);
  // The new stream brings a picture, and then nothing more for minutes.
  await viewer.evaluate(() => {
    const { video } = window.baton;
    new MutationObserver(() => window.parent.frames.host.stopPainting()).observe(video, {
      attributeFilter: ['poster'],
    });
    window.parent.frames.host.startPainting();
  });
  await viewer.waitForFunction(() => window.baton.video.poster);
  await page.waitForTimeout(1000);
  const screenshot = await viewer.locator('#program').screenshot();
  const [r, g, b] = await page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
      const context2d = canvas.getContext('2d');
      context2d.drawImage(bitmap, bitmap.width * 0.7, bitmap.height * 0.7, 2, 2, 0, 0, 1, 1);
      return [...context2d.getImageData(0, 0, 1, 1).data];
    },
    [...screenshot],
  );
  assert.ok(r > 120 && g < 110 && b < 110, `${[r, g, b]} is what is on the screen`);
  await finish(context);
});

test('The host names a backup and hands over by the page; the new host goes live with what it shares in standby', async () => {
  const context = await openTheatre();
  const host = await open('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const bob = await open('bob', 'viewer.html', 'user=bob&name=Bob&role=controller');
  const viewer = await open('viewer', 'viewer.html', 'user=cyd');
  await hasPicture(viewer);
  const adas = await colour(viewer);
  await bob.click('#share-clock');
  await host.waitForFunction(() => /in standby/.test(document.querySelector('[data-user=bob]')?.textContent));
  await host.click('[data-user=bob] [data-action=backup]');
  await host.waitForFunction(
    () => document.querySelector('[data-user=bob] [data-action=backup]').getAttribute('aria-pressed') === 'true',
  );
  await host.click('[data-user=bob] [data-action=transfer]');
  await bob.waitForFunction(() => document.documentElement.dataset.role === 'host');
  await bob.waitForFunction(() => document.querySelector('.on-air').textContent === 'You are live');
  await page.waitForTimeout(500);
  assert.ok(distance(adas, await colour(viewer)) > 15, 'the picture is another one');
  assert.equal(await moves(viewer), true);
  assert.equal(await host.evaluate(() => document.documentElement.dataset.role), 'controller');
  await host.waitForFunction(() => window.baton.client.marks['first-frame'] !== undefined);
  await finish(context);
});

test('A controller who is asked may accept by keyboard, and shares', async () => {
  const context = await openTheatre();
  await open('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const bob = await open('bob', 'viewer.html', 'user=bob&name=Bob&role=controller&source=clock');
  await page.evaluate(() => {
    const { server } = window.theatre;
    server.rooms.get('demo').ask('bob');
  });
  await bob.waitForSelector('.ask:not([hidden])');
  assert.equal(await bob.evaluate(() => document.activeElement.id), 'accept');
  await bob.press('#accept', 'Enter');
  await bob.waitForFunction(() => document.querySelector('.on-air').textContent === 'You are live');
  await finish(context);
});

test('Stopping to share is no loss, and leaving and joining again works by the buttons', async () => {
  const context = await openTheatre();
  const host = await open('host', 'host.html', 'user=ada&name=Ada');
  await host.click('#share-camera');
  const viewer = await open('viewer', 'viewer.html', 'user=bob');
  await hasPicture(viewer);
  await host.click('#stop-sharing');
  await viewer.waitForFunction(() => /Nothing is shared/.test(document.querySelector('.notice').textContent));
  assert.equal(await state(viewer), 'live');
  await viewer.click('#leave');
  await viewer.waitForSelector('#farewell:not([hidden])');
  assert.match(await viewer.textContent('#farewell'), /You left the room/);
  assert.equal(await viewer.evaluate(() => document.activeElement.id), 'farewell');
  await viewer.click('#join-again');
  await viewer.waitForFunction(() => document.documentElement.dataset.connection === 'joined');
  await host.click('#end-room');
  await host.click('#end-confirm');
  await viewer.waitForFunction(() => document.documentElement.dataset.state === 'closed');
  assert.match(await viewer.textContent('#farewell'), /The host ended it/);
  await finish(context);
});
