// SPDX-License-Identifier: GPL-3.0-or-later
// The direct transport by hand: a real RTCPeerConnection, real Janus, and messages as docs/protocol.md has them.

import { setTimeout as sleep } from 'node:timers/promises';
import { openDirectStage } from './harness/direct_stage.mjs';
import { alsoAtLength } from './harness/settings.mjs';
import { test } from './harness/test.mjs';

/** Speaks the Janus API with one handle, in the page, and knows what a page needs for direct media. */
async function openHandle(page, url) {
  await page.evaluate(async (address) => {
    const socket = new WebSocket(address, 'janus-protocol');
    await new Promise((fulfil, reject) => Object.assign(socket, { onopen: fulfil, onerror: reject }));
    const waiting = new Map();
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.janus !== 'ack') waiting.get(message.transaction)?.(message);
    };
    let transactions = 0;
    const ids = {};
    const ask = (message) => new Promise((fulfil) => {
      const transaction = String(++transactions);
      waiting.set(transaction, fulfil);
      socket.send(JSON.stringify({ ...ids, ...message, transaction }));
    });
    ids.session_id = (await ask({ janus: 'create' })).data.id;
    ids.handle_id = (await ask({ janus: 'attach', plugin: 'janus.plugin.baton' })).data.id;
    window.say = async (body) => {
      const answer = await ask({ janus: 'message', body });
      return answer.error ? { janus_error: answer.error.reason } : answer.plugindata.data;
    };
    window.join = async (user, role) => {
      const joined = await window.say({ request: 'join', room: 'stage', user, role });
      window.claim = { session: joined.session, session_version: joined.session_version };
      return joined;
    };
    window.ask = (body) => window.say({ ...window.claim, ...body });
    const connected = (peer) => new Promise((fulfil, reject) => {
      const timer = setTimeout(() => reject(new Error(`not connected: ${peer.connectionState} ${peer.iceConnectionState}`)), 8_000);
      peer.onconnectionstatechange = () => {
        if (peer.connectionState === 'connected') { clearTimeout(timer); fulfil(); }
      };
    });

    /** Shares a canvas whose colour is as named. */
    window.publish = async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
      const context = canvas.getContext('2d');
      window.colour = 'rgb(0,200,0)';
      let frame = 0;
      setInterval(() => {
        context.fillStyle = window.colour;
        context.fillRect(0, 0, 320, 180);
        context.fillStyle = 'white';
        context.fillRect((frame += 5) % 320, 0, 10, 20);
      }, 33);
      const stream = canvas.captureStream(30);
      const peer = (window.peer = new RTCPeerConnection());
      peer.addTrack(stream.getVideoTracks()[0], stream);
      await peer.setLocalDescription();
      const up = connected(peer);
      const published = await window.ask({ request: 'publish', transport: 'direct', sdp: peer.localDescription.sdp });
      if (!published.sdp) return published;
      await peer.setRemoteDescription({ type: 'answer', sdp: published.sdp });
      await up;
      return published;
    };

    window.subscribe = async () => {
      const begun = performance.now();
      const peer = (window.peer = new RTCPeerConnection());
      const video = (window.video = Object.assign(document.createElement('video'), { muted: true, autoplay: true }));
      const stream = new MediaStream();
      video.srcObject = stream;
      document.body.append(video);
      peer.ontrack = ({ track }) => stream.addTrack(track);
      const up = connected(peer);
      const offered = await window.ask({ request: 'subscribe', transport: 'direct' });
      if (!offered.sdp) return offered;
      await peer.setRemoteDescription({ type: 'offer', sdp: offered.sdp });
      await peer.setLocalDescription();
      const started = await window.ask({ request: 'start', transport: 'direct', sdp: peer.localDescription.sdp });
      await up;
      const connectedAfter = performance.now() - begun;
      await new Promise((fulfil, reject) => {
        setTimeout(() => reject(new Error('no picture')), 8_000);
        video.requestVideoFrameCallback(fulfil);
      });
      return { ...started, connectedAfter, pictureAfter: performance.now() - begun };
    };
    /** The colour in the middle of what is shown, and how many frames were decoded. */
    window.look = async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 18 });
      const context = canvas.getContext('2d');
      context.drawImage(window.video, 0, 0, 32, 18);
      const [red, green, blue] = context.getImageData(16, 12, 1, 1).data;
      const reports = [...(await window.peer.getStats()).values()];
      const inbound = reports.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
      return { red, green, blue, decoded: inbound?.framesDecoded ?? 0, lost: inbound?.packetsLost ?? 0 };
    };
  }, url);
}

test('Host and viewers by the direct transport: the picture moves, a late viewer sees a still one, and the host comes back', async (t) => {
  const stage = await openDirectStage(t, { rooms: 'room-stage: { }\n' });
  const ada = await stage.participant('ada');
  const vera = await stage.participant('vera');
  for (const one of [ada, vera]) await openHandle(one.page, stage.janus.url);
  const joined = await ada.page.evaluate(() => window.join('ada', 'host'));
  t.check('The server offers it', JSON.stringify(joined.transports) === '["direct","gateway"]', JSON.stringify(joined.transports));
  const published = await ada.page.evaluate(() => window.publish());
  t.check('The host publishes', published.baton === 'published' && published.transport === 'direct', JSON.stringify(published).slice(0, 200));
  await vera.page.evaluate(() => window.join('vera', 'viewer'));
  const started = await vera.page.evaluate(() => window.subscribe());
  t.check('The viewer watches', started.baton === 'started', JSON.stringify(started));
  t.figure('connected', started.connectedAfter, { atMost: 2_000 });
  t.figure('and a picture', started.pictureAfter, { atMost: 800 });
  const first = await vera.page.evaluate(() => window.look());
  await sleep(1_000);
  const second = await vera.page.evaluate(() => window.look());
  t.check('The picture moves', second.decoded - first.decoded >= 20, `${second.decoded - first.decoded} frames in a second`);
  t.check('It is green', second.green > 120 && second.red < 80, JSON.stringify(second));

  await ada.page.evaluate(() => { window.colour = 'rgb(200,0,0)'; });
  await sleep(500);
  const third = await vera.page.evaluate(() => window.look());
  t.check('It turns red', third.red > 120 && third.green < 80, JSON.stringify(third));

  await ada.browser.kill();
  await sleep(1_000);
  const will = await stage.participant('will');
  await openHandle(will.page, stage.janus.url);
  await will.page.evaluate(() => window.join('will', 'viewer'));
  const late = await will.page.evaluate(() => window.subscribe());
  t.figure('a late viewer of the last picture sees it', late.pictureAfter, { atMost: 1_000 });
  // What was sent at once is shown one frame after the other.
  const redAfter = await will.page.evaluate(async () => {
    const from = performance.now();
    for (;;) {
      const { red, green } = await window.look();
      const waited = performance.now() - from;
      if (red > 120 && green < 80) return waited;
      if (waited > 5_000) return NaN;
      await new Promise(requestAnimationFrame);
    }
  });
  t.figure('and the last of them, red', late.pictureAfter + (redAfter ?? NaN), { atMost: 1_000 });
}, { settings: alsoAtLength('direct-firefox') });
