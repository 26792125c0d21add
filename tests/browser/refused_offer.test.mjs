// SPDX-License-Identifier: GPL-3.0-or-later
// What Janus makes of an offer before Baton refuses the request, and that the handle is usable afterwards.

import { openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

/** Speaks the Janus API with one handle, in the page; the client library would take a fresh handle each time. */
async function openHandle(page, url) {
  await page.evaluate(async (address) => {
    const socket = new WebSocket(address, 'janus-protocol');
    await new Promise((fulfil, reject) => Object.assign(socket, { onopen: fulfil, onerror: reject }));
    const waiting = new Map();
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.janus === 'hangup') window.hangups += 1;
      if (message.janus !== 'ack') waiting.get(message.transaction)?.(message);
    };
    window.hangups = 0;
    let transactions = 0;
    const ids = {};
    const ask = (message) => new Promise((fulfil) => {
      const transaction = String(++transactions);
      waiting.set(transaction, fulfil);
      socket.send(JSON.stringify({ ...ids, ...message, transaction }));
    });
    ids.session_id = (await ask({ janus: 'create' })).data.id;
    ids.handle_id = (await ask({ janus: 'attach', plugin: 'janus.plugin.baton' })).data.id;
    /** Resolves to what Baton answered, or to Janus's own error as {janus_error}. */
    window.say = async (body, jsep) => {
      const answer = await ask({ janus: 'message', body, ...(jsep && { jsep }) });
      return answer.error ? { janus_error: answer.error.reason } : answer.plugindata.data;
    };
    window.offer = async () => {
      const peer = new RTCPeerConnection();
      const stream = document.createElement('canvas').captureStream();
      peer.addTrack(stream.getVideoTracks()[0], stream);
      await peer.setLocalDescription();
      return { type: 'offer', sdp: peer.localDescription.sdp };
    };
  }, url);
}

test('A handle on which a publish was refused publishes as soon as the refusal has no cause any more', async (t) => {
  const stage = await openStage(t);
  const { page } = await stage.participant('ada');
  await openHandle(page, stage.janus.url);
  for (const time of [1, 2]) {
    const refused = await page.evaluate(async () => {
      const body = { request: 'publish', room: 'stage', session: 'x', session_version: 1 };
      return window.say(body, await window.offer());
    });
    t.check(`Baton refuses it, time ${time}`, refused.error_name === 'room_unknown', JSON.stringify(refused));
    const refusedAt = Date.now();
    await page.waitForFunction((count) => window.hangups === count, time, { timeout: 5_000 });
    t.figure('and Janus tells that the PeerConnection is gone', Date.now() - refusedAt, { atMost: 2_000 });
  }
  const published = await page.evaluate(async () => {
    await window.say({ request: 'create', room: 'stage' });
    const joined = await window.say({ request: 'join', room: 'stage', user: 'ada', role: 'host' });
    const { session, session_version: version } = joined;
    return window.say({ request: 'publish', session, session_version: version }, await window.offer());
  });
  t.check('Then it publishes', published.baton === 'published', JSON.stringify(published));
});

test('A subscription that is asked for right after a refused publish outlives the PeerConnection of that', async (t) => {
  const stage = await openStage(t);
  const { page } = await stage.participant('ada');
  await openHandle(page, stage.janus.url);
  const { refused, answers, hangups } = await page.evaluate(async () => {
    await window.say({ request: 'create', room: 'stage' });
    const { session, session_version: version } = await window.say({ request: 'join', room: 'stage', user: 'vera', role: 'viewer' });
    const request = (verb) => ({ request: verb, session, session_version: version });
    const publishing = await window.say(request('publish'), await window.offer());
    const said = [];
    // Janus may refuse our offer for as long as it disposes of the old PeerConnection.
    while (said.length < 100 && (said.at(-1)?.baton !== 'subscribed' || said.at(-1).jsep_refused)) {
      said.push(await window.say(request('subscribe')));
      await new Promise((fulfil) => setTimeout(fulfil, said.at(-1).retry_after_ms ?? 20));
    }
    const before = window.hangups;
    await new Promise((fulfil) => setTimeout(fulfil, 2_000));
    return { refused: publishing, answers: said, hangups: window.hangups - before };
  });
  t.check('A viewer may not publish', refused.error_name === 'not_permitted', JSON.stringify(refused));
  const last = answers.at(-1);
  t.check('It is subscribed in the end', last.baton === 'subscribed' && !last.jsep_refused, JSON.stringify(last));
  t.check('and was asked to wait before', answers.slice(0, -1).every((one) => one.error_name === 'handle_busy' || one.jsep_refused),
    JSON.stringify(answers.slice(0, -1)));
  t.check('and nothing is hung up afterwards', hangups === 0, `${hangups} hangups`);
});
