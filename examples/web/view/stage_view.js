// SPDX-License-Identifier: GPL-3.0-or-later
// The picture, and what stands over it.

import { element, setHidden, setText } from './element.js';
import { duration } from './words.js';

export class StageView {
  /** @param {{sound: () => void}} actions */
  constructor(actions) {
    this.video = element('video', {
      id: 'program',
      autoplay: true,
      playsinline: true,
      'aria-label': 'The program of the room',
    });
    this.preview = element('video', {
      id: 'preview',
      autoplay: true,
      playsinline: true,
      muted: true,
      'aria-label': 'What you share',
      hidden: true,
    });
    this.preview.muted = true;
    this.title = element('h2', { class: 'notice-title' });
    this.text = element('p', { class: 'notice-text' });
    this.clock = element('p', { class: 'notice-clock', role: 'timer', 'aria-label': 'Time left' });
    this.bar = element(
      'div',
      { class: 'notice-bar', 'aria-hidden': 'true' },
      element('div', { class: 'notice-bar-rest' }),
    );
    this.next = element('p', { class: 'notice-next' });
    const panel = element('div', { class: 'notice-panel' }, this.title, this.text, this.clock, this.bar, this.next);
    this.overlay = element('div', { class: 'notice', hidden: true }, panel);
    this.onAir = element(
      'p',
      { class: 'on-air', hidden: true },
      element('span', { class: 'dot' }),
      element('span', {}, ''),
    );
    this.sound = element(
      'button',
      { type: 'button', class: 'sound', hidden: true, onclick: actions.sound },
      'Turn the sound on',
    );
    this.root = element(
      'section',
      { class: 'stage', 'aria-label': 'Picture' },
      this.video,
      this.preview,
      this.overlay,
      this.onAir,
      this.sound,
    );
  }

  /**
   * @param {object} model
   * @param {import('./words.js').Notice|null} model.notice
   * @param {boolean} model.showPreview   our own picture instead of the program
   * @param {string|null} model.onAir     the badge in the corner
   * @param {boolean} model.soundOff
   */
  render({ notice, showPreview, onAir, soundOff }) {
    setHidden(this.video, showPreview);
    setHidden(this.preview, !showPreview);
    setHidden(this.sound, !soundOff);
    setHidden(this.onAir, !onAir);
    if (onAir) setText(this.onAir.lastChild, onAir);
    setHidden(this.overlay, !notice);
    this.overlay.dataset.kind = notice?.kind ?? '';
    if (notice) this.#renderNotice(notice);
  }

  #renderNotice({ title, text, next = '', remainingMs = null, totalMs = 0 }) {
    setText(this.title, title);
    setText(this.text, text);
    setText(this.next, next);
    setHidden(this.next, next === '');
    const runs = remainingMs !== null;
    setHidden(this.clock, !runs);
    setHidden(this.bar, !runs || !(totalMs > 0));
    if (!runs) return;
    setText(this.clock, duration(remainingMs));
    const rest = totalMs > 0 ? Math.min(1, remainingMs / totalMs) : 0;
    this.bar.firstChild.style.setProperty('--rest', rest.toFixed(4));
  }
}
