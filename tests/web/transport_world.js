// SPDX-License-Identifier: GPL-3.0-or-later
// A world in which media can go by either transport, and what was asked of it by which.
import { World, events, letConnect } from './support.js';

export const kBoth = ['direct', 'gateway'];

/** What the client was told of its transport, as [name, reason]. */
export const told = (client) => events(client, 'transport').map(({ name, reason }) => [name, reason]);

export class TransportWorld extends World {
  constructor() {
    super();
    this.server.transports = kBoth;
    letConnect(...kBoth);
  }

  asked(name) {
    return this.server.asked(name);
  }

  /** On which handles these requests were made. */
  handlesOf(name) {
    return this.server.requests.filter((one) => one.request.request === name).map((one) => one.handle);
  }

  /** By which transport each of these requests was made. */
  waysOf(name) {
    return this.asked(name).map((one) => one.transport ?? 'gateway');
  }
}
