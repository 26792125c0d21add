// SPDX-License-Identifier: GPL-3.0-or-later
// Choosing what to share, and stopping it.

import { hasRight } from '../client/room_state.js';
import { element, setHidden, setText } from './element.js';

const kSources = { screen: 'Screen', camera: 'Camera', clock: 'Clock' };

export class ShareView {
  /** @param {{share: (source: 'screen'|'camera'|'clock') => void, stopSharing: () => void}} actions */
  constructor(actions) {
    this.heading = element('h2', {}, 'Share');
    this.text = element('p', { class: 'hint' });
    this.choices = element('div', { class: 'buttons' });
    for (const [source, label] of Object.entries(kSources)) {
      this.choices.append(
        element('button', { type: 'button', id: `share-${source}`, onclick: () => actions.share(source) }, label),
      );
    }
    this.stop = element(
      'button',
      { type: 'button', id: 'stop-sharing', class: 'danger', onclick: actions.stopSharing },
      'Stop sharing',
    );
    this.choices.append(this.stop);
    this.root = element('section', { class: 'card', 'aria-label': 'Share' }, this.heading, this.text, this.choices);
  }

  /**
   * @param {import('../client/room_state.js').RoomState} state
   * @param {string|null} source   what is being shared
   */
  render(state, source) {
    const { role } = state.me;
    // In a peer-to-peer room this page sends nothing.
    setHidden(this.root, !hasRight(state, 'publish') || state.settings.mode === 'p2p');
    setHidden(this.stop, source === null);
    for (const button of this.choices.querySelectorAll('button[id^=share-]')) {
      button.setAttribute('aria-pressed', String(button.id === `share-${source}`));
    }
    setText(this.heading, role === 'host' ? 'Share' : 'Be ready to take over');
    setText(this.text, sentence(role, source));
  }
}

function sentence(role, source) {
  if (role === 'host') {
    return source ? 'Everybody in the room sees this.' : 'You are host. Choose what everybody in the room sees.';
  }
  return source
    ? 'You share in standby: nobody sees it until you become host, and then at once.'
    : 'Share something in standby, and it is on air the moment you become host.';
}
