// SPDX-License-Identifier: GPL-3.0-or-later
// Joins the client library to the page: form → client → view. Host and viewer pages differ in how they begin; what
// one may do afterwards depends on one's role alone.

import { BatonClient } from './baton.js';
import { SharedSource } from './capture/shared_source.js';
import { captureProblem } from './capture/sources.js';
import { JoinForm } from './join_form.js';
import { keepPlace } from './kept_place.js';
import { pageUrl } from './page_parameters.js';
import { RoomView } from './view/room_view.js';

/** Countdowns show seconds. */
const kTickMs = 250;
/** How long the page may stay as it is after a click on "join". */
const kHoldMs = 200;

/**
 * @typedef {object} PageKind
 * @property {'host'|'viewer'} role   to ask for, unless the form says otherwise. A host creates the room if it does not
 *                                    exist; others wait for it, and receive the program from the start
 * @property {string} invites         the page that others are invited to
 * @property {(actions: import('./view/room_view.js').RoomActions) => import('./view/room_view.js').Panel} [panel]
 *                                    what this page has beside the picture
 */

export class RoomPage {
  #kind;
  #form;
  #view;
  #shared;
  #identity = null;
  #question = null;
  #problem = null;
  /** The version of the activity that we learned of by being late. */
  #lateFor = null;
  #sharingByItself = false;
  #holdTimer = null;

  /** @param {PageKind} kind */
  constructor(kind) {
    this.#kind = kind;
    this.#form = new JoinForm(document.querySelector('#join-form'), kind.role);
    const { janus, saveWhenUnwatched, relay, transport, autostart } = this.#form.parameters;
    const iceTransportPolicy = relay ? 'relay' : 'all';
    this.client = new BatonClient({ url: janus, saveWhenUnwatched, iceTransportPolicy, transport });
    this.#shared = new SharedSource(this.client);
    this.#view = this.#makeView();
    this.video = this.#view.stage.video;
    this.client.attachVideo(this.video);
    this.video.addEventListener('volumechange', () => this.#render());
    this.#listen();
    // A page handles no signals, so none that come are too early; hosts may wait for everybody to say so.
    this.client.ready();
    setInterval(() => this.#tick(), kTickMs);
    if (autostart) this.join();
    else this.client.prepare({ subscribe: this.#form.role !== 'host' });
  }

  // --- what tests and buttons use --------------------------------------------------------------------------------

  /** Joins as the form says. */
  async join() {
    this.#identity = this.#form.read();
    this.#problem = null;
    const joining = this.client.join(this.#form.joinOptions(this.#identity));
    this.#holdRendering();
    // The page changes while the request travels, not before it is sent.
    setTimeout(() => {
      this.#form.rememberInAddress(this.#identity);
      this.#showRoom();
    });
    try {
      await joining;
    } catch (error) {
      if (error.reason === 'host_taken') await this.#joinAsController(error);
    }
  }

  leave() {
    return this.client.leave();
  }

  /**
   * Shares a source of this machine, or a stream that the caller made.
   * @param {'screen'|'camera'|'clock'|MediaStream} what
   */
  share(what) {
    return this.#shared.start(what, this.#identity.name);
  }

  stopSharing() {
    return this.#shared.stop();
  }

  // --- how it is done --------------------------------------------------------------------------------------------

  #makeView() {
    const actions = this.#actions();
    return new RoomView(document.querySelector('#app'), actions, this.#kind.panel?.(actions));
  }

  #actions() {
    const { client } = this;
    return {
      share: (source) => this.#attempt(this.share(source), captureProblem),
      stopSharing: () => this.#attempt(this.stopSharing()),
      setBackup: (user) => this.#attempt(client.setBackup(user)),
      transfer: (user) => this.#attempt(client.transfer(user)),
      kick: (user) => this.#attempt(client.kick(user)),
      mute: (user, muted) => this.#attempt(client.mute(user, muted)),
      lock: (locked) => this.#attempt(client.lock(locked)),
      requestControl: () => this.#attempt(client.requestControl()),
      withdrawControl: () => this.#attempt(client.withdrawControl()),
      releaseControl: () => this.#attempt(client.releaseControl()),
      grantControl: (user) => this.#attempt(client.grantControl(user)),
      denyControl: (user) => this.#attempt(client.denyControl(user)),
      revokeControl: (user) => this.#attempt(client.revokeControl(user)),
      chat: (text) => this.#attempt(client.chat(text)),
      openActivity: (kind) => this.#attempt(client.openActivity(kind)),
      closeActivity: () => this.#attempt(client.closeActivity()),
      act: (command, args) => this.#attempt(client.act(command, args)),
      answer: (accept) => this.#attempt(client.answerPromotion(accept)),
      claimHost: () => this.#attempt(client.claimHost()),
      leave: () => this.#attempt(client.leave()),
      end: () => this.#attempt(client.end()),
      joinAgain: () => this.join(),
      sound: () => {
        this.video.muted = false;
        this.video.play().catch(() => {});
      },
      dismissProblem: () => {
        this.#problem = null;
        this.#render();
      },
    };
  }

  /** Lets something happen, and shows a sentence if it fails. Resolves to whether it happened. */
  async #attempt(promise, describe = (error) => error.message) {
    try {
      await promise;
      return true;
    } catch (error) {
      // Whoever was late sees how it is now: that is no problem, but it is to be said.
      const isLate = error.reason === 'activity_stale';
      if (isLate) this.#lateFor = this.client.activity?.version;
      else if (error.reason !== 'left') this.#problem = error.name === 'BatonError' ? error.message : describe(error);
      this.#render();
      return false;
    }
  }

  #listen() {
    const { client } = this;
    this.#shared.onopened = () => {
      this.#problem = null;
      this.#showShared();
    };
    this.#shared.onchange = () => this.#showShared();
    this.#shared.onended = () => this.#attempt(this.stopSharing());
    client.addEventListener('state', () => this.#roomChanged());
    client.addEventListener('connection', ({ detail }) => {
      if (detail.state !== 'ended') {
        this.#render();
        return;
      }
      this.#dropShared();
      // There is no first picture to wait for any more.
      this.#releaseRendering();
      document.querySelector('#farewell')?.focus();
    });
    client.addEventListener('picture', () => this.#releaseRendering());
    client.addEventListener('transport', () => this.#render());
    client.addEventListener('promotion', ({ detail }) => {
      this.#question = detail;
      this.#render();
    });
    client.addEventListener('error', ({ detail }) => {
      this.#problem = detail.message;
      if (!client.publishedStream) this.#dropShared();
      this.#render();
    });
    addEventListener('pagehide', () => {
      if (this.#identity) keepPlace(this.#identity.room, this.#identity.user, client.resumption);
    });
    this.#form.onsubmit = () => this.join();
  }

  #roomChanged() {
    const { client } = this;
    const {
      me: { role },
      settings,
    } = client.state;
    this.#render();
    if (role !== 'host' && !client.watching && settings.mode !== 'p2p') this.#attempt(client.subscribe());
    const shouldShare = role === 'host' && this.#form.parameters.source && !this.#shared.stream && !this.#sharingByItself;
    if (shouldShare) this.#shareByItself();
  }

  /** Once for each time that we become host. */
  async #shareByItself() {
    this.#sharingByItself = true;
    await this.#attempt(this.share(this.#form.parameters.source), captureProblem);
    await new Promise((fulfil) => {
      const check = () => {
        if (this.client.state?.me.role === 'host' && this.client.connection.state !== 'ended') return;
        this.client.removeEventListener('state', check);
        this.client.removeEventListener('connection', check);
        fulfil();
      };
      this.client.addEventListener('state', check);
      this.client.addEventListener('connection', check);
      check();
    });
    this.#sharingByItself = false;
  }

  #showShared() {
    const { preview } = this.#view.stage;
    // Naming the same stream again would make it flicker.
    if (preview.srcObject !== this.#shared.stream) preview.srcObject = this.#shared.stream;
    this.#render();
  }

  #dropShared() {
    this.#shared.drop();
    this.#showShared();
  }

  async #joinAsController(refusal) {
    try {
      await this.client.join(this.#form.joinOptions({ ...this.#identity, role: 'controller' }));
      this.#problem = `${refusal.message} You joined as controller.`;
      this.#render();
    } catch {
      // The page says why: the connection has ended with that error.
    }
  }

  #showRoom() {
    document.querySelector('#welcome').hidden = true;
    document.querySelector('#app').hidden = false;
  }

  /**
   * Laying out the room costs tens of milliseconds, in which no message and no candidate is handled. While the first
   * picture is on its way the room waits for it, but not for long.
   */
  #holdRendering() {
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(() => this.#releaseRendering(), kHoldMs);
  }

  #releaseRendering() {
    clearTimeout(this.#holdTimer);
    this.#holdTimer = null;
    this.#render();
  }

  #tick() {
    const { state } = this.client;
    if (state?.grace || this.#question || state?.promotion) this.#render();
  }

  #render() {
    const { client } = this;
    const { state, connection } = client;
    const { dataset } = document.documentElement;
    if (state) {
      dataset.state = state.state;
      dataset.role = state.me.role;
    }
    dataset.connection = connection.state;
    if (connection.state === 'idle' || this.#holdTimer) return;
    const room = state?.room ?? this.#identity?.room ?? '';
    document.title = room ? `${room} – Baton` : 'Baton';
    this.#view.render({
      state,
      connection,
      transport: client.transport,
      now: client.now(),
      source: this.#shared.source,
      question: this.#question,
      problem: this.#problem,
      soundOff: this.video.muted && state?.me.role !== 'host' && client.stream !== null,
      late: state?.activity?.version === this.#lateFor,
      inviteUrl: pageUrl(this.#kind.invites, { room }, location),
    });
  }
}

/** Starts the page, and shows it to whoever drives it from outside. */
export function startRoomPage(kind) {
  const page = new RoomPage(kind);
  window.baton = { client: page.client, page, video: page.video };
  return page;
}
