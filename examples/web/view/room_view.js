// SPDX-License-Identifier: GPL-3.0-or-later
// The whole page of somebody in a room. It shows a model and calls actions; it knows neither client nor network.

import { ChatView } from './chat_view.js';
import { ControlView } from './control_view.js';
import { element, setHidden, setText } from './element.js';
import { HeaderView } from './header_view.js';
import { PeopleView } from './people_view.js';
import { ShareView } from './share_view.js';
import { StageView } from './stage_view.js';
import { announcement, duration, farewell, nameOf, notice } from './words.js';

/**
 * @typedef {object} RoomModel
 * @property {import('../client/room_state.js').RoomState|null} state
 * @property {import('../baton.js').ConnectionInfo} connection
 * @property {import('../baton.js').TransportInfo} transport
 * @property {number} now
 * @property {string|null} source        what this page shares
 * @property {{promotion: number, deadline: number}|null} question   asked to become host
 * @property {string|null} problem       a sentence about what went wrong last
 * @property {boolean} soundOff
 * @property {boolean} late             our last command spoke of a phase of the activity that was over
 * @property {string} inviteUrl
 *
 * @typedef {object} RoomActions
 * @property {(source: 'screen'|'camera'|'clock') => void} share
 * @property {() => void} stopSharing
 * @property {(user: string|null) => void} setBackup
 * @property {(user: string) => void} transfer
 * @property {(user: string) => void} kick
 * @property {(user: string, muted: boolean) => void} mute
 * @property {(locked: boolean) => void} lock
 * @property {() => void} requestControl
 * @property {() => void} withdrawControl
 * @property {() => void} releaseControl
 * @property {(user: string) => void} grantControl
 * @property {(user: string) => void} denyControl
 * @property {(user: string) => void} revokeControl
 * @property {(text: string) => Promise<boolean>} chat   resolves to whether it was said
 * @property {(kind: string) => void} openActivity
 * @property {() => void} closeActivity
 * @property {(command: string, args?: object) => Promise<boolean>} act   resolves to whether it was carried out
 * @property {(accept: boolean) => void} answer
 * @property {() => void} claimHost
 * @property {() => void} leave
 * @property {() => void} end
 * @property {() => void} joinAgain
 * @property {() => void} sound
 * @property {() => void} dismissProblem
 *
 * @typedef {object} Panel   what a page has beside the picture; hidden outside of a room
 * @property {HTMLElement} root
 * @property {(model: RoomModel) => void} render
 */

export class RoomView {
  /** @param {HTMLElement} root @param {RoomActions} actions @param {Panel} [panel] */
  constructor(root, actions, panel) {
    this.panel = panel;
    this.stage = new StageView(actions);
    this.people = new PeopleView(actions);
    this.share = new ShareView(actions);
    this.control = new ControlView(actions);
    this.chat = new ChatView(actions);
    this.header = new HeaderView(actions, () => this.endDialog.showModal());
    this.#makeMessages(actions);
    this.#makeEndDialog(actions);
    this.status = element('p', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite', id: 'status' });
    this.invite = element('a', { class: 'invite' });
    this.inviteCard = element(
      'section',
      { class: 'card', 'aria-label': 'Invite' },
      element('h2', {}, 'Invite'),
      element('p', { class: 'hint' }, 'Whoever opens this address joins:'),
      this.invite,
    );
    const side = element(
      'div',
      { class: 'side' },
      panel ? panel.root : this.share.root,
      this.control.root,
      this.people.root,
      this.inviteCard,
    );
    const main = element(
      'div',
      { class: 'main' },
      this.question,
      this.formerHost,
      this.problem,
      this.stage.root,
      this.below,
      ...(panel ? [this.share.root] : []),
      this.chat.root,
    );
    this.body = element('div', { class: 'room' }, main, side);
    root.replaceChildren(this.header.root, this.status, this.body, this.farewell, this.endDialog);
  }

  #makeMessages(actions) {
    this.questionText = element('p', { class: 'banner-text' });
    this.accept = element(
      'button',
      { type: 'button', id: 'accept', class: 'primary', onclick: () => actions.answer(true) },
      'Become host',
    );
    this.decline = element(
      'button',
      { type: 'button', id: 'decline', onclick: () => actions.answer(false) },
      'Not now',
    );
    this.questionClock = element('span', { class: 'banner-clock', role: 'timer', 'aria-label': 'Time left to answer' });
    this.question = element(
      'div',
      { class: 'banner ask', role: 'alertdialog', 'aria-label': 'Become host?', hidden: true },
      this.questionText,
      this.questionClock,
      this.accept,
      this.decline,
    );

    this.formerHostText = element('p', { class: 'banner-text' });
    this.giveBack = element(
      'button',
      { type: 'button', id: 'give-back', class: 'primary', onclick: () => actions.transfer(this.formerHostUser) },
      'Hand over',
    );
    this.formerHost = element('div', { class: 'banner', hidden: true }, this.formerHostText, this.giveBack);

    this.problemText = element('p', { class: 'banner-text' });
    this.problem = element(
      'div',
      { class: 'banner problem', role: 'alert', hidden: true },
      this.problemText,
      element(
        'button',
        { type: 'button', class: 'small', 'aria-label': 'Dismiss this message', onclick: actions.dismissProblem },
        'Dismiss',
      ),
    );

    this.claim = element(
      'button',
      { type: 'button', id: 'claim', class: 'primary', onclick: actions.claimHost },
      'Become host',
    );
    this.below = element('div', { class: 'below', hidden: true }, this.claim);

    this.farewellTitle = element('h2', {});
    this.farewellText = element('p', {});
    this.again = element(
      'button',
      { type: 'button', id: 'join-again', class: 'primary', onclick: actions.joinAgain },
      'Join again',
    );
    this.farewell = element(
      'section',
      { class: 'farewell card', id: 'farewell', tabindex: '-1', 'aria-live': 'assertive', hidden: true },
      this.farewellTitle,
      this.farewellText,
      element('div', { class: 'buttons' }, this.again, element('a', { class: 'button', href: './' }, 'Start page')),
    );
  }

  #makeEndDialog(actions) {
    const close = () => this.endDialog.close();
    this.endDialog = element(
      'dialog',
      { 'aria-labelledby': 'end-title' },
      element('h2', { id: 'end-title' }, 'End the room for everybody?'),
      element('p', {}, 'Everybody is disconnected and the room is gone. To let it go on without you, leave instead.'),
      element(
        'div',
        { class: 'buttons' },
        element(
          'button',
          {
            type: 'button',
            id: 'end-confirm',
            class: 'danger',
            onclick: () => {
              close();
              actions.end();
            },
          },
          'End room',
        ),
        element('button', { type: 'button', onclick: close }, 'Keep it open'),
      ),
    );
  }

  /** @param {RoomModel} model */
  render(model) {
    const { state, connection, now } = model;
    const ended = connection.state === 'ended';
    setHidden(this.body, ended);
    setHidden(this.farewell, !ended);
    this.header.render(state, model.transport, ended);
    if (ended) {
      this.#renderFarewell(model);
      return;
    }
    const isHost = state?.me.role === 'host';
    this.stage.render({
      notice: notice(state, connection, now),
      showPreview: isHost && model.source !== null,
      onAir: onAirText(state, connection, model.source),
      soundOff: model.soundOff,
    });
    setText(this.status, announcement(state, connection));
    setHidden(this.problem, !model.problem);
    setText(this.problemText, model.problem ?? '');
    this.#renderQuestion(model);
    this.#renderFormerHost(state);
    setHidden(this.share.root, !state);
    setHidden(this.people.root, !state);
    setHidden(this.chat.root, !state);
    setHidden(this.inviteCard, !isHost);
    setText(this.invite, model.inviteUrl);
    this.invite.href = model.inviteUrl;
    if (this.panel) setHidden(this.panel.root, !state);
    if (!state) return;
    this.panel?.render(model);
    this.people.render(state);
    this.control.render(state);
    this.chat.render(state, connection.state === 'joined', now);
    this.share.render(state, model.source);
    const vacant = state.state === 'paused' || state.state === 'waiting';
    setHidden(this.below, !(vacant && state.me.role === 'controller' && connection.state === 'joined'));
  }

  #renderQuestion({ question, now, state }) {
    const appears = question !== null && this.question.hidden;
    setHidden(this.question, question === null);
    if (!question) return;
    const host = state?.host ? nameOf(state, state.host.user) : 'The host';
    setText(this.questionText, `${host} is away. Do you want to be host?`);
    setText(this.questionClock, duration(Math.max(0, question.deadline - now)));
    if (appears) this.accept.focus();
  }

  #renderFormerHost(state) {
    const user = state?.me.role === 'host' ? state.formerHost : null;
    this.formerHostUser = user;
    setHidden(this.formerHost, !user);
    if (user) setText(this.formerHostText, `${nameOf(state, user)}, who was host before, is back.`);
  }

  #renderFarewell({ state, connection }) {
    const { title, text, mayReturn } = farewell(connection.reason, state, connection.error);
    setText(this.farewellTitle, title);
    setText(this.farewellText, text);
    setHidden(this.again, !mayReturn);
    setText(this.status, '');
  }
}

function onAirText(state, connection, source) {
  if (!state || connection.state !== 'joined') return null;
  if (state.me.role === 'host') return source && state.state === 'live' ? 'You are live' : null;
  if (state.state === 'live' && state.program.state === 'on_air') return `Live: ${nameOf(state, state.program.user)}`;
  return null;
}
