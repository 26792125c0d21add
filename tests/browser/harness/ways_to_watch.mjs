// SPDX-License-Identifier: GPL-3.0-or-later
// The same picture to the same kind of viewer by several ways: Baton's direct transport, Baton behind the gateway, and the
// VideoRoom that comes with Janus.

import { withDirect } from './direct_stage.mjs';
import { batonPlugin, stockPlugin } from './janus.mjs';
import { addPictureTools, sight, waitForSight, watch } from './picture.mjs';
import { Stage } from './stage.mjs';

const kFirstPictureTimeoutMs = 30_000;

/** A page that has been loaded and has not joined. */
class Viewer {
  constructor(page) {
    this.page = page;
  }

  sight() {
    return sight(this.page);
  }

  /** Joins; resolves to {joinedAt, seenAt}, seenAt undefined when no picture came in time. */
  async watchFirst(timeoutMs = kFirstPictureTimeoutMs) {
    const joinedAt = await this.join();
    const seen = await waitForSight(this.page, (one) => one.decoded.length > 0, { timeoutMs }).catch(() => null);
    return { joinedAt, seenAt: seen?.firstPictureAt() };
  }

  close() {
    return this.page.context().close();
  }
}

class BatonViewer extends Viewer {
  #participant;

  constructor(participant) {
    super(participant.page);
    this.#participant = participant;
  }

  join() {
    return this.#participant.join({ role: 'viewer', subscribe: true });
  }

  received(name) {
    return this.#participant.statistic('inbound-rtp', 'video', name);
  }

  transport() {
    return this.page.evaluate(() => window.participant.client.transport.subscribed);
  }
}

class VideoRoomViewer extends Viewer {
  join() {
    return this.page.evaluate(() => window.videoRoom.subscribe());
  }

  received(name) {
    return this.page.evaluate((what) => window.videoRoom.statistic('inbound-rtp', 'video', what), name);
  }

  async transport() {
    return 'videoroom';
  }
}

/** Janus with Baton, its direct transport included, and with VideoRoom. */
export async function openBoth(t) {
  const options = await withDirect(t);
  return t.janus({ ...options, plugins: [batonPlugin(), stockPlugin('videoroom')] });
}

/**
 * A room of Baton with a host that sends by direct.
 * @param {object} picture  options of `share`
 */
export async function openBatonSource(t, janus, picture) {
  const stage = new Stage(t, janus, 'link');
  const host = await stage.participant('ada');
  await host.join({ role: 'host', create: {} });
  await host.share('A', picture);
  return { stage, host, close: () => host.browser.close() };
}

/** How viewers by `transport` ('direct' or 'gateway') are opened: (browser, name) → Viewer. */
export function batonWay({ stage }, transport) {
  return {
    name: transport,
    open: async (browser, name) => {
      const participant = await stage.participant(name, { browser, client: { transport } });
      await watch(participant.page);
      return new BatonViewer(participant);
    },
  };
}

/** A VideoRoom with a publisher. */
export async function openVideoRoomSource(t, janus, picture) {
  const browser = await t.browser({ name: 'publisher' });
  const page = await openVideoRoomPage(t, janus, browser, 'publisher');
  await page.evaluate(([how]) => window.videoRoom.publish('V', how), [picture]);
  return { close: () => browser.close() };
}

export function videoRoomWay(t, janus) {
  return {
    name: 'VideoRoom',
    open: async (browser, name) => {
      const page = await openVideoRoomPage(t, janus, browser, name);
      await watch(page);
      return new VideoRoomViewer(page);
    },
  };
}

async function openVideoRoomPage(t, janus, browser, name) {
  const page = await browser.newPage({ name });
  await addPictureTools(page);
  await page.goto(`${(await t.web()).url}/video_room.html`);
  await page.evaluate((url) => window.videoRoom.open(url), janus.url);
  return page;
}
