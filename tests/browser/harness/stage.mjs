// SPDX-License-Identifier: GPL-3.0-or-later
// A room in a real Janus with participants in real browsers, in the words of the tests.

import { withDirect } from './direct_config.mjs';
import { openParticipant } from './participant.mjs';
import { watch } from './picture.mjs';

/** One room in one Janus. */
export class Stage {
  #t;

  /** @param {object} [client]   options of the client library for whoever is given no others */
  constructor(t, janus, room, client = {}) {
    this.#t = t;
    this.client = client;
    this.janus = janus;
    this.room = room;
  }

  /** Opens a page for a participant; does not join. */
  async participant(name, { browser, link, captureTab, client, ...options } = {}) {
    const { url: webUrl } = await this.#t.web();
    const used = browser ?? (await this.#t.browser({ name, link, captureTab }));
    const where = { browser: used, webUrl, janusUrl: this.janus.url, room: this.room };
    return openParticipant({ ...where, name, client: { ...this.client, ...client }, ...options });
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

/**
 * Starts Janus with Baton and names a room, which its host will create. Where the setting is the direct transport, nobody
 * there uses another.
 */
export async function openStage(t, { room = 'stage', ...janus } = {}) {
  if (t.setting.transport !== 'direct') return new Stage(t, await t.janus(janus), room);
  return new Stage(t, await t.janus({ ...(await withDirect(t)), ...janus }), room, { transport: 'direct' });
}

/** Checks that a viewer's connection is the one it was: the same object and SSRCs. Resolves to how it is now. */
export async function checkSameConnection(t, viewer, before) {
  const after = await viewer.identity();
  t.check(`${viewer.name}: the same RTCPeerConnection, still connected`, after.samePeer && after.state === 'connected', after.state);
  t.check(`${viewer.name}: the same SSRCs`, JSON.stringify(after.ssrcs) === JSON.stringify(before.ssrcs), after.ssrcs.join(' '));
  return after;
}

/** Checks that nothing was done to a viewer's connection either: the same descriptions, and no offer since. */
export async function checkUndisturbed(t, viewer, before, offersBefore) {
  const after = await checkSameConnection(t, viewer, before);
  t.check(`${viewer.name}: the same session descriptions`, after.remote === before.remote && after.local === before.local);
  const offers = (await viewer.offers()) - offersBefore;
  t.check(`${viewer.name}: no offer was sent`, offers === 0, `${offers} offers`);
}
