// SPDX-License-Identifier: GPL-3.0-or-later
// Browsers take what the direct transport says, as it is: its offers, its answers, and both again after an ICE restart.
// No packet flows here.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { kRepository } from './harness/web.mjs';
import { needCodec } from './harness/codec.mjs';
import { by, inLongRun } from './harness/settings.mjs';
import { test } from './harness/test.mjs';

const kTool = process.env.BATON_DIRECT_SDP ?? join(kRepository, 'build/release/tests/plugin/pure/baton_direct_sdp');

/** What the tool prints; throws with the word for the refusal if it refuses. */
function direct(words, input = '') {
  const { status, stdout, stderr, error } = spawnSync(kTool, words, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`baton_direct_sdp ${words.join(' ')}: ${error ?? stderr.trim()}`);
  return stdout;
}

async function openPage(t) {
  const browser = await t.browser();
  const page = await browser.newPage();
  await page.goto(`${(await t.web()).url}/echo.html`);
  return page;
}

for (const codec of ['vp8', 'vp9', 'h264', 'av1']) {
  const inFirefox = codec === 'vp8' ? by('direct-firefox') : inLongRun('direct-firefox');
  const settings = [...by('direct-chromium'), ...inFirefox];
  test(`The browser and the direct transport agree on ${codec}, and again after an ICE restart`, async (t) => {
    const page = await openPage(t);
    await needCodec(t, page, codec);
    const viewer = await page.evaluate(async (offers) => {
      const peer = new RTCPeerConnection();
      const answers = [];
      for (const sdp of offers) {
        await peer.setRemoteDescription({ type: 'offer', sdp });
        await peer.setLocalDescription();
        answers.push(peer.localDescription.sdp);
      }
      const directions = peer.getTransceivers().map((one) => one.currentDirection).join(' ');
      const transports = new Set(peer.getReceivers().map((one) => one.transport)).size;
      peer.close();
      return { answers, directions, transports };
    }, [direct(['offer', codec]), direct(['offer', codec, 'restart'])]);
    viewer.answers.forEach((answer) => direct(['read', codec], answer));
    t.check('The viewer receives both media', viewer.directions === 'recvonly recvonly', viewer.directions);
    t.check('over one transport', viewer.transports === 1, String(viewer.transports));

    const offer = (options) => page.evaluate(async (given) => {
      if (!window.publisher) {
        window.publisher = new RTCPeerConnection();
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
        for (const track of stream.getTracks()) window.publisher.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
      }
      await window.publisher.setLocalDescription(await window.publisher.createOffer(given));
      return window.publisher.localDescription.sdp;
    }, options);
    const take = (answer) => page.evaluate(async (sdp) => {
      await window.publisher.setRemoteDescription({ type: 'answer', sdp });
      return window.publisher.getTransceivers().map((one) => one.currentDirection).join(' ');
    }, answer);
    await take(direct(['answer', codec], await offer({})));
    const directions = await take(direct(['answer', codec, 'restart'], await offer({ iceRestart: true })));
    t.check('The publisher sends both media', directions === 'sendonly sendonly', directions);
  }, { settings });
}
