// SPDX-License-Identifier: GPL-3.0-or-later
// Many participants in many rooms of one server, without media.

import { JanusClient } from './janus_client.mjs';

const kOpenedAtOnce = 20;

/** One participant, who keeps its place across connections. */
class Participant {
  #url;
  #room;
  #role;
  #client = null;
  #session = null;
  #resumeToken = null;
  #attempts = 0;

  constructor(url, room, user, role) {
    this.#url = url;
    this.#room = room;
    this.#role = role;
    this.user = user;
  }

  /** Whether it is joined at this moment, and not on its way back. */
  get joined() {
    return this.#session !== null;
  }

  async connect() {
    this.#client = new JanusClient(this.#url);
    await this.#client.open();
  }

  /** Resolves to the answer, with the room's snapshot. */
  async join() {
    const body = { request: 'join', room: this.#room, user: this.user, role: this.#role };
    if (this.#resumeToken) Object.assign(body, { resume_token: this.#resumeToken, attempt: (this.#attempts += 1) });
    const joined = await this.#client.request(body);
    this.#session = { session: joined.session, session_version: joined.session_version };
    this.#resumeToken = joined.resume_token;
    return joined;
  }

  heartbeat() {
    return this.#client.request({ request: 'heartbeat', ...this.#session });
  }

  /** Something that needs no session. */
  ask(body) {
    return this.#client.request(body);
  }

  cut() {
    this.#session = null;
    this.#client.cut();
  }

  close() {
    this.#client?.close();
  }
}

export class Crowd {
  #url;
  #rooms = [];

  /** Everybody; neighbours are of different rooms. */
  participants = [];

  constructor(url, { rooms, perRoom }) {
    this.#url = url;
    this.perRoom = perRoom;
    for (let i = 0; i < rooms; ++i) this.#rooms.push(`load-${i}`);
    for (let i = 0; i < perRoom; ++i) {
      const role = i === 0 ? 'host' : 'viewer';
      for (const room of this.#rooms) this.participants.push(new Participant(url, room, `user-${i}`, role));
    }
  }

  /** Creates the rooms and lets everybody join, a few at a time. */
  async arrive() {
    const [first] = this.participants;
    await first.connect();
    for (const room of this.#rooms) await first.ask({ request: 'create', room });
    await first.join();
    for (let i = 1; i < this.participants.length; i += kOpenedAtOnce) {
      await Promise.all(
        this.participants.slice(i, i + kOpenedAtOnce).map(async (one) => {
          await one.connect();
          await one.join();
        }),
      );
    }
  }

  /** A participant of another room, which is created first if need be. */
  async enter(room, user, { create = false } = {}) {
    const one = new Participant(this.#url, room, user, 'viewer');
    await one.connect();
    if (create) await one.ask({ request: 'create', room });
    await one.join();
    return one;
  }

  /** How many the rooms count as active, by the rooms' own word. */
  async activeByStatus() {
    let active = 0;
    for (const room of this.#rooms) {
      const { snapshot } = await this.participants[0].ask({ request: 'status', room });
      active += snapshot.participants.filter(({ presence }) => presence === 'active').length;
    }
    return active;
  }

  close() {
    for (const one of this.participants) one.close();
  }
}
