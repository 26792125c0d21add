// SPDX-License-Identifier: GPL-3.0-or-later
// The activity of a room, as a client meets it: a vote behind closed cards, in two phases. It is no model of poker. Each
// request answers with a refusal's name, or null and tells the room.

/** Who may send it, in which phase, and which comes next. */
const kCommands = {
  start: { leads: true, phase: 'waiting', next: 'voting' },
  vote: { leads: false, phase: 'voting', next: 'voting' },
  reveal: { leads: true, phase: 'voting', next: 'revealed' },
  restart: { leads: true, phase: 'revealed', next: 'voting' },
};

export class FakeActivities {
  #room;
  #open = null;
  #version = 0;
  #votes = new Map();
  /** What everybody was told last, and by which version of the room. */
  #news = {};
  #toldBy = 0;

  constructor(room) {
    this.#room = room;
  }

  /** As this participant sees it. */
  seenBy(participant) {
    return this.#open && { ...this.#outline(), state: this.#state(), own: this.#ownOf(participant) };
  }

  /** What its command came to: the same for everybody as the event says, and what is its own. */
  answerFor(participant) {
    return this.#open && { ...this.#outline(), ...this.#news, own: this.#ownOf(participant) };
  }

  open(participant, { kind, options }) {
    if (participant.role !== 'host') return 'not_permitted';
    if (this.#open) return 'activity_exists';
    if (kind !== 'poker') return 'activity_unknown';
    this.#open = { kind, phase: 'waiting', options };
    this.#version += 1;
    this.#tell();
    return null;
  }

  close(participant) {
    if (participant.role !== 'host') return 'not_permitted';
    if (!this.#open) return 'activity_none';
    this.#open = null;
    this.#votes.clear();
    this.#tell();
    return null;
  }

  use(participant, { version, command, arguments: args }) {
    if (!this.#open) return 'activity_none';
    if (version !== this.#version) return 'activity_stale';
    const { leads, phase, next } = kCommands[command] ?? {};
    if (!next) return 'activity_command_unknown';
    if (leads && participant.role === 'viewer') return 'not_permitted';
    if (phase !== this.#open.phase) return 'activity_not_now';
    if (command !== 'vote') {
      this.enter(next);
      return null;
    }
    const isFirst = !this.#votes.has(participant.user);
    this.#votes.set(participant.user, args.card);
    if (isFirst) this.#tell({ from: this.#toldBy, patch: { votes: { [participant.user]: {} } } });
    else this.#news = {};
    return null;
  }

  /** Time has passed, or somebody has commanded. */
  enter(phase) {
    const voted = [...this.#votes.keys()];
    if (phase === 'voting') this.#votes.clear();
    this.#open.phase = phase;
    this.#version += 1;
    this.#tell({ state: this.#state() }, phase === 'voting' ? voted : []);
  }

  #outline() {
    const { kind, phase } = this.#open;
    return { kind, phase, version: this.#version };
  }

  #state() {
    const isOpen = this.#open.phase === 'revealed';
    return { votes: Object.fromEntries([...this.#votes].map(([user, card]) => [user, isOpen ? { card } : {}])) };
  }

  #ownOf(participant) {
    return { card: this.#votes.get(participant?.user) ?? null };
  }

  /** Those who have lost their vote by it are told so. */
  #tell(news = this.#open && { state: this.#state() }, losers = []) {
    this.#news = news;
    const activity = this.#open && { ...this.#outline(), ...news };
    this.#room.broadcastTo(({ user }) => {
      const own = losers.includes(user) ? { own: { card: null } } : {};
      return { baton: 'activity_changed', activity: activity && { ...activity, ...own } };
    });
    this.#toldBy = this.#room.version;
  }
}
