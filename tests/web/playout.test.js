// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Playout } from '../../examples/web/client/playout.js';

/** As much of a <video> as playing out needs. */
class FakeVideo extends EventTarget {
  srcObject = null;
  poster = '';
  isConnected = false;
  videoWidth = 640;
  videoHeight = 360;
  #frameCallbacks = [];

  async play() {}

  requestVideoFrameCallback(callback) {
    assert.ok(this.isConnected, 'frames are asked for of a video that is in no document, which stops the page in Firefox');
    this.#frameCallbacks.push(callback);
  }

  removeAttribute(name) {
    if (name === 'poster') this.poster = '';
  }

  /** A picture of the stream is there, and is shown if it is seen at all. */
  present() {
    this.dispatchEvent(new Event('loadeddata'));
    if (this.isConnected) for (const callback of this.#frameCallbacks.splice(0)) callback();
  }
}

const kStreams = { first: { id: 'first' }, second: { id: 'second' }, third: { id: 'third' } };
let made = [];
let shown;
let playout;
let pictures;

beforeEach(() => {
  made = [];
  globalThis.document = {
    createElement(name) {
      if (name === 'canvas') return { getContext: () => ({ drawImage() {} }), toDataURL: () => 'data:image/jpeg,picture' };
      made.push(new FakeVideo());
      return made.at(-1);
    },
  };
  shown = Object.assign(new FakeVideo(), { isConnected: true });
  playout = new Playout(shown);
  pictures = 0;
  playout.onpicture = () => { pictures += 1; };
  playout.show(kStreams.first);
});

afterEach(() => {
  delete globalThis.document;
});

test('The first stream is shown at once', () => {
  assert.equal(shown.srcObject, kStreams.first);
  shown.present();
  assert.equal(pictures, 1);
});

test('A stream that follows is shown when it has a picture, and that picture stands until the stream shows its own', () => {
  shown.present();
  playout.show(kStreams.second);
  assert.equal(shown.srcObject, kStreams.first);
  made[0].present();
  assert.equal(shown.srcObject, kStreams.second);
  assert.equal(shown.poster, 'data:image/jpeg,picture');
  assert.equal(pictures, 2);
  assert.equal(made[0].srcObject, null);
  shown.present();
  assert.equal(shown.poster, '');
});

test('Of two streams that follow the earlier is never shown', () => {
  shown.present();
  playout.show(kStreams.second);
  playout.show(kStreams.third);
  made[0].present();
  assert.equal(shown.srcObject, kStreams.first);
  made[1].present();
  assert.equal(shown.srcObject, kStreams.third);
});

test('What was cleared meanwhile shows nothing', () => {
  playout.show(kStreams.second);
  playout.clear();
  made[0].present();
  assert.equal(shown.srcObject, null);
  assert.equal(pictures, 0);
});
