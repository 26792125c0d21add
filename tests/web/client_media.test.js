// SPDX-License-Identifier: GPL-3.0-or-later
// Publishing and receiving: what is said when, and what is repaired.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { World, callStream, events, pause, peers, refuseAsTooSoon, until, videoStream, waits } from './support.js';

let world;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const handleOf = (name, index = -1) =>
  world.server.requests.filter((one) => one.request.request === name).at(index).handle;
const asked = (name) => world.server.asked(name);

test('A viewer who subscribes while joining answers the offer that comes with the answer', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => asked('start').length === 1);
  assert.equal(asked('subscribe').length, 0);
  assert.equal(peers().length, 1);
  assert.equal(peers()[0].configuration.bundlePolicy, 'max-bundle');
  assert.equal(peers()[0].remoteDescription.sdp, 'a=setup:active');
  assert.deepEqual(
    bob.stream.getTracks().map((track) => track.kind),
    ['audio', 'video'],
  );
  assert.deepEqual(Object.keys(bob.marks), ['click', 'joined', 'offer', 'answer-sent']);
});

test('Candidates of the server that come before its offer is set are kept, and those of the client follow the answer', async () => {
  const order = [];
  world.server.media = {
    ...world.server.media,
    offerProgram: async (handle) => {
      world.server.toHandle(handle, { janus: 'trickle', candidate: { candidate: 'early', sdpMLineIndex: 0 } });
      await pause(5);
      return { type: 'offer', sdp: '' };
    },
    acceptAnswer: async () => order.push('answer'),
    addCandidate: (_handle, candidate) => order.push(candidate.completed ? 'completed' : candidate.candidate),
  };
  const bob = await world.joined('bob');
  await bob.subscribe();
  await until(() => order.length === 3);
  assert.deepEqual(order, ['answer', 'candidate:1', 'completed']);
  world.server.toHandle(handleOf('start'), { janus: 'trickle', candidate: { candidate: 'late', sdpMLineIndex: 0 } });
  world.server.toHandle(handleOf('start'), { janus: 'trickle', candidate: { completed: true } });
  await until(() => peers()[0].candidates.length === 2);
  assert.deepEqual(
    peers()[0].candidates.map((one) => one.candidate),
    ['early', 'late'],
  );
});

test("A host publishes on a handle of its own that names room and session, with the room's codec only", async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(callStream());
  const [request] = asked('publish');
  const { session, version } = world.room.participants.get('ada');
  assert.deepEqual(request, { request: 'publish', room: 'demo', session, session_version: version });
  assert.notEqual(handleOf('publish'), handleOf('join'));
  const offered = peers()[0].transceivers.map((one) => [one.init.direction, one.codecs.map((codec) => codec.mimeType)]);
  assert.deepEqual(offered, [
    ['sendonly', ['audio/opus']],
    ['sendonly', ['video/VP8', 'video/rtx']],
  ]);
});

test('Screens are marked as detail, cameras are not', async () => {
  const ada = await world.joined('ada', 'host');
  const screen = videoStream({ displaySurface: 'window' });
  await ada.publish(screen);
  assert.equal(screen.getVideoTracks()[0].contentHint, 'detail');
  const camera = videoStream();
  await ada.publish(camera);
  assert.equal(camera.getVideoTracks()[0].contentHint, '');
});

test('Another stream with the same kinds of tracks replaces the first without renegotiation', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  const second = videoStream();
  await ada.publish(second);
  assert.equal(asked('publish').length, 1);
  assert.equal(peers()[0].transceivers[0].sender.track, second.getTracks()[0]);
});

test('A stream with other kinds of tracks is published anew, the old one taken back first', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  await ada.publish(callStream());
  const order = world.server.requests.map((one) => one.request.request).filter((name) => name.includes('publish'));
  assert.deepEqual(order, ['publish', 'unpublish', 'publish']);
  assert.equal(peers()[0].closed, true);
});

test('To stop publishing is said before the media end, so that it is no loss', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  let closedWhenAsked = null;
  world.server.override.unpublish = () => {
    closedWhenAsked = peers()[0].closed;
    return null;
  };
  await ada.unpublish();
  assert.deepEqual([closedWhenAsked, peers()[0].closed], [false, true]);
  assert.equal(world.room.state, 'live');
});

test('A refusal that does not pass rejects, and is not tried again', async () => {
  const bob = await world.joined('bob');
  await assert.rejects(bob.publish(videoStream()), { reason: 'not_permitted', code: 4001 });
  await pause(60);
  assert.equal(asked('publish').length, 1);
  assert.equal(bob.publishedStream, null);
});

test('A codec that the browser cannot send rejects before anything is asked', async () => {
  world.room.settings.video_codec = 'h264';
  const ada = await world.joined('ada', 'host');
  await assert.rejects(ada.publish(videoStream()), { reason: 'codec_unsupported' });
  assert.equal(asked('publish').length, 0);
});

test('A refusal that may pass is tried again until it is accepted', async () => {
  const ada = await world.joined('ada', 'host');
  let refusals = 2;
  world.server.override.publish = () =>
    refusals-- > 0 ? { baton: 'error', error_code: 9001, error_name: 'server_busy', error: 'Busy.' } : null;
  await ada.publish(videoStream());
  assert.equal(asked('publish').length, 3);
});

test('Who is told how long to wait before publishing asks again no sooner', async () => {
  const ada = await world.joined('ada', 'host');
  const at = refuseAsTooSoon(world.server, 'publish', 2, 150);
  await ada.publish(videoStream());
  assert.equal(at.length, 3);
  assert.ok(waits(at).every((ms) => ms >= 149), String(waits(at)));
});

test('After a reconnect the client publishes and receives again', async () => {
  const ada = await world.joined('ada', 'host', { subscribe: true });
  const stream = videoStream();
  await ada.publish(stream);
  await until(() => asked('start').length === 1);
  world.server.shutSockets();
  await until(() => asked('publish').length === 2 && asked('start').length === 2);
  assert.equal(asked('join')[1].subscribe, true);
  await until(() => world.room.program.state === 'on_air');
  assert.equal(ada.publishedStream, stream);
  assert.equal(events(ada, 'stream').length, 2);
});

test('A publish that is interrupted by a lost connection resolves after the reconnect', async () => {
  const ada = await world.joined('ada', 'host');
  world.server.ignored.add('publish');
  const published = ada.publish(videoStream());
  await until(() => asked('publish').length === 1);
  world.server.ignored.clear();
  world.server.shutSockets();
  await published;
  assert.equal(asked('publish').length, 2);
});

for (const [what, harm] of [
  ['the room misses our media', () => world.room.hostOffline('media_silence')],
  ['the PeerConnection failed', () => peers()[0].become('failed')],
  ['the server hung up', () => world.server.toHandle(handleOf('publish'), { janus: 'hangup', reason: 'ICE failed' })],
]) {
  test(`When ${what}, the stream is published anew on a fresh handle`, async () => {
    const ada = await world.joined('ada', 'host');
    await ada.publish(videoStream());
    await until(() => ada.state.program.state === 'on_air');
    const first = handleOf('publish');
    harm();
    await until(() => asked('publish').length === 2 && world.room.program.state === 'on_air');
    assert.notEqual(handleOf('publish'), first);
    assert.equal(asked('unpublish').length, 0, 'it is no wish to stop');
    assert.deepEqual([peers()[0].closed, peers().length], [true, 2]);
    await pause(60);
    assert.equal(asked('publish').length, 2, 'once');
  });
}

test('Media that come back by themselves are left alone', async () => {
  const ada = await world.joined('ada', 'host', { timing: { repair: { firstMs: 80, secondMs: 80, longestMs: 80 } } });
  await ada.publish(videoStream());
  await until(() => ada.state.program.state === 'on_air');
  world.room.hostOffline('media_silence');
  world.room.state = 'live';
  world.room.broadcast({ baton: 'host_returned', user: 'ada' });
  await pause(150);
  assert.equal(asked('publish').length, 1);
});

test("Somebody else's silence is no reason to publish anew", async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob', 'controller');
  await bob.publish(videoStream());
  world.room.hostOffline('media_silence');
  await until(() => bob.state.state === 'host_offline');
  await pause(60);
  assert.equal(asked('publish').length, 1);
  assert.equal(ada.publishedStream, null);
});

test('A stopped stream is not published again, whatever was under way', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  peers()[0].become('failed');
  await ada.unpublish();
  await pause(60);
  assert.equal(asked('publish').length, 1);
  world.server.shutSockets();
  await until(() => ada.connection.state === 'joined');
  await pause(60);
  assert.equal(asked('publish').length, 1);
});

test('When packets stop, a server that does not answer either is a lost connection', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => asked('start').length === 1);
  peers()[0].become('disconnected');
  await pause(60);
  assert.equal(bob.connection.state, 'joined', 'an answer keeps it');
  world.server.silent = true;
  peers()[0].become('disconnected');
  await until(() => bob.connection.state === 'reconnecting');
  assert.equal(bob.connection.reason, 'no_answer');
});

test('Leaving closes every PeerConnection', async () => {
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await ada.publish(videoStream());
  await until(() => asked('start').length === 1);
  await ada.leave();
  assert.deepEqual(
    peers().map((peer) => peer.closed),
    peers().map(() => true),
  );
});

test('In a peer-to-peer room the server is asked for no media', async () => {
  world.room.settings.mode = 'p2p';
  const bob = await world.joined('bob', 'viewer');
  await assert.rejects(bob.subscribe(), { reason: 'mode_forbids' });
  assert.equal(asked('subscribe').length, 0);
});
