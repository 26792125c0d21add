// SPDX-License-Identifier: GPL-3.0-or-later
// The product's pages in a real Chromium, on a server that lives in the page around them: see pages/theatre.js. It can
// do what a real one does too seldom.

import { test } from './harness/test.mjs';

/** A page with a server of its own, in which the product's pages open as frames. */
class Theatre {
  static async open(t, settings = {}) {
    const browser = await t.browser();
    const page = await browser.newPage({ viewport: { width: 1900, height: 1300 } });
    await page.addInitScript(() => {
      if (window.parent !== window) window.WebSocket = window.parent.theatre.server.WebSocket;
    });
    await page.goto(`${(await t.web()).url}/theatre.html`);
    await page.waitForFunction(() => window.theatre);
    await page.evaluate((given) => window.theatre.server.createRoom('demo', given), settings);
    return new Theatre(t, page);
  }

  constructor(t, page) {
    this.t = t;
    this.page = page;
  }

  /** Opens a page of the product in a frame of this name and waits until it has joined. */
  async frame(name, file, query) {
    const { page } = this;
    await page.evaluate(
      ([n, url]) => window.theatre.openFrame(n, url),
      [name, `/${file}?room=demo&autostart=1&${query}`],
    );
    for (;;) {
      const frame = page.frame({ name });
      if (frame && (await frame.evaluate(() => window.baton?.client.connection.state === 'joined').catch(() => false)))
        return frame;
      await page.waitForTimeout(20);
    }
  }

  close(name) {
    return this.page.evaluate((n) => window.theatre.closeFrame(n), name);
  }

  /** The server ends the connection of this participant. */
  cutOff(user) {
    return this.page.evaluate((u) => window.theatre.server.rooms.get('demo').participants.get(u).handle?.socket.shut(), user);
  }
}

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

for (const codec of ['vp8', 'vp9', 'h264', 'av1']) {
  test(`A viewer sees the host's clock in ${codec}, and the answer lets the server begin DTLS`, async (t) => {
    const theatre = await Theatre.open(t, { video_codec: codec });
    await theatre.frame('host', 'host.html', 'user=ada&name=Ada&source=clock');
    const viewer = await theatre.frame('viewer', 'viewer.html', 'user=bob');
    await hasPicture(viewer);
    t.check('The picture moves', await moves(viewer));
    const said = await theatre.page.evaluate(() =>
      [...window.theatre.connections.values()].map(({ offered, answered }) => ({ offered, answered })),
    );
    const { answered } = said.find((one) => one.answered);
    const setups = [...new Set(answered.match(/a=setup:\w+/g))].join(' ');
    t.check('The answer lets the server begin', setups === 'a=setup:passive', setups);
    const { offered } = said.find((one) => one.offered);
    const names = new Set([...offered.matchAll(/a=rtpmap:\d+ ([\w-]+)\//g)].map((one) => one[1].toLowerCase()));
    t.check('Only the codec of the room is offered', [...names].sort().join(' ') === [codec, 'rtx'].sort().join(' '), [...names].join(' '));
    const marks = await viewer.evaluate(() => window.baton.client.marks);
    const missing = ['click', 'joined', 'offer', 'answer-sent', 'ice-connected', 'first-frame'].filter((mark) => !(mark in marks));
    t.check('Every moment of the join is marked', missing.length === 0, missing.join(' '));
    t.note(`first picture ${Math.round(marks['first-frame'] - marks.click)} ms after the click`);
  });
}

test('A host who is gone leaves the last picture and a countdown; back again, the picture moves on the same connection', async (t) => {
  const theatre = await Theatre.open(t, { grace_ms: 60_000 });
  await theatre.frame('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const viewer = await theatre.frame('viewer', 'viewer.html', 'user=bob');
  await hasPicture(viewer);
  const before = await colour(viewer);
  await viewer.evaluate(() => {
    window.peerBefore = window.baton.client.peers.subscribed;
  });
  await theatre.close('host');
  await theatre.cutOff('ada');
  await viewer.waitForFunction(() => document.documentElement.dataset.state === 'host_offline');
  const notice = await viewer.textContent('.notice:not([hidden])');
  t.check('It says what happened and what comes', /Host disconnected, waiting.*Then the room pauses/.test(notice), notice);
  const clock = await viewer.textContent('.notice-clock');
  t.check('It counts down', /^1:00$|^5\d s$/.test(clock), clock);
  t.check('It is said aloud, too', /Host disconnected, waiting/.test(await viewer.textContent('#status')));
  t.check('The last picture stands', distance(before, await colour(viewer)) < 30);
  await theatre.frame('host', 'host.html', 'user=ada&name=Ada&source=clock');
  await viewer.waitForFunction(() => document.documentElement.dataset.state === 'live');
  t.check('The picture moves again', await moves(viewer));
  t.check('on the same connection', await viewer.evaluate(() => window.peerBefore === window.baton.client.peers.subscribed));
  t.check('The notice is gone', !(await viewer.isVisible('.notice')));
});

test('A viewer whose own connection is lost keeps its picture until the new one is there', async (t) => {
  const theatre = await Theatre.open(t);
  await theatre.frame('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const viewer = await theatre.frame('viewer', 'viewer.html', 'user=bob');
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
  await theatre.cutOff('bob');
  await viewer.waitForFunction(() => document.documentElement.dataset.connection === 'reconnecting');
  await hasPicture(viewer);
  t.figure('looks at the element that found it without a picture', await viewer.evaluate(() => window.black), { atMost: 0, unit: 'looks' });
  t.check('The picture moves', await moves(viewer));
  t.check('and is the one from before', distance(before, await colour(viewer)) < 60);
});

test('A viewer who comes back to a picture that stands still sees it', async (t) => {
  const theatre = await Theatre.open(t);
  const host = await theatre.frame('host', 'host.html', 'user=ada&name=Ada');
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
  const viewer = await theatre.frame('viewer', 'viewer.html', 'user=bob');
  await hasPicture(viewer);
  await host.evaluate(() => window.stopPainting());
  await viewer.evaluate(() => {
    delete window.baton.client.marks['ice-connected'];
  });
  await theatre.cutOff('bob');
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
  await theatre.page.waitForTimeout(1000);
  const screenshot = await viewer.locator('#program').screenshot();
  const [r, g, b] = await theatre.page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
      const context2d = canvas.getContext('2d');
      context2d.drawImage(bitmap, bitmap.width * 0.7, bitmap.height * 0.7, 2, 2, 0, 0, 1, 1);
      return [...context2d.getImageData(0, 0, 1, 1).data];
    },
    [...screenshot],
  );
  t.check('The picture is on the screen', r > 120 && g < 110 && b < 110, `${[r, g, b]}`);
});

test('The host names a backup and hands over by the page; the new host goes live with what it shares in standby', async (t) => {
  const theatre = await Theatre.open(t);
  const host = await theatre.frame('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const bob = await theatre.frame('bob', 'viewer.html', 'user=bob&name=Bob&role=controller');
  const viewer = await theatre.frame('viewer', 'viewer.html', 'user=cyd');
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
  await theatre.page.waitForTimeout(500);
  t.check('The picture is another one', distance(adas, await colour(viewer)) > 15);
  t.check('and moves', await moves(viewer));
  t.check('The former host is controller', (await host.evaluate(() => document.documentElement.dataset.role)) === 'controller');
  await host.waitForFunction(() => window.baton.client.marks['first-frame'] !== undefined);
});

test('A controller who is asked may accept by keyboard, and shares', async (t) => {
  const theatre = await Theatre.open(t);
  await theatre.frame('host', 'host.html', 'user=ada&name=Ada&source=clock');
  const bob = await theatre.frame('bob', 'viewer.html', 'user=bob&name=Bob&role=controller&source=clock');
  await theatre.page.evaluate(() => {
    const { server } = window.theatre;
    server.rooms.get('demo').ask('bob');
  });
  await bob.waitForSelector('.ask:not([hidden])');
  t.check('The answer has the focus', (await bob.evaluate(() => document.activeElement.id)) === 'accept');
  await bob.press('#accept', 'Enter');
  await bob.waitForFunction(() => document.querySelector('.on-air').textContent === 'You are live');
});

test('Stopping to share is no loss, and leaving and joining again works by the buttons', async (t) => {
  const theatre = await Theatre.open(t);
  const host = await theatre.frame('host', 'host.html', 'user=ada&name=Ada');
  await host.click('#share-camera');
  const viewer = await theatre.frame('viewer', 'viewer.html', 'user=bob');
  await hasPicture(viewer);
  await host.click('#stop-sharing');
  await viewer.waitForFunction(() => /Nothing is shared/.test(document.querySelector('.notice').textContent));
  t.check('The room is live', (await state(viewer)) === 'live');
  await viewer.click('#leave');
  await viewer.waitForSelector('#farewell:not([hidden])');
  t.check('The page says goodbye', /You left the room/.test(await viewer.textContent('#farewell')));
  t.check('and has the focus there', (await viewer.evaluate(() => document.activeElement.id)) === 'farewell');
  await viewer.click('#join-again');
  await viewer.waitForFunction(() => document.documentElement.dataset.connection === 'joined');
  await host.click('#end-room');
  await host.click('#end-confirm');
  await viewer.waitForFunction(() => document.documentElement.dataset.state === 'closed');
  const farewell = await viewer.textContent('#farewell');
  t.check('The end is explained', /The host ended it/.test(farewell), farewell);
});
