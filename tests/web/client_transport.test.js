// SPDX-License-Identifier: GPL-3.0-or-later
// By which transport media go: what is asked of which server, what does not work, and what is told of it.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakePeerConnection } from './fake/fake_media.js';
import { events, letConnect, pause, peers, until, videoStream } from './support.js';
import { TransportWorld, kBoth, told } from './transport_world.js';

let world;
beforeEach(() => {
  world = new TransportWorld();
});
afterEach(() => world.end());

/** Refuses what is asked for by direct. Nothing else is refused by it. */
function refuseDirect(name, error_name) {
  const refusal = { baton: 'error', error_code: 5999, error_name, error: `Refused: ${error_name}.` };
  world.server.override[name] = (request) => (request.transport === 'direct' ? refusal : null);
}

// --- choosing ------------------------------------------------------------------------------------------------------

for (const [wish, transports, received, published, subscribings] of [
  ['auto', kBoth, 'direct', 'direct', []],
  ['auto', ['gateway'], 'gateway', 'gateway', []],
  ['auto', ['pigeon'], 'gateway', 'gateway', []],
  ['auto', null, 'gateway', 'gateway', []],
  ['direct', kBoth, 'direct', 'direct', []],
  ['gateway', kBoth, 'gateway', 'gateway', []],
  ['gateway', null, 'gateway', 'gateway', []],
]) {
  test(`Where ${transports ?? 'nothing'} is offered, who wishes ${wish} receives by ${received} and publishes by ${published}`, async () => {
    world.server.transports = transports;
    const ada = await world.joined('ada', 'host', { subscribe: true, transport: wish });
    await ada.publish(videoStream());
    await until(() => ada.transport.subscribed !== null && ada.transport.publishing !== null);
    const { subscribed, publishing, reason } = ada.transport;
    assert.deepEqual([subscribed, publishing, reason], [received, published, null]);
    assert.equal(ada.transport.name, received);
    assert.deepEqual([world.waysOf('start'), world.waysOf('publish'), world.waysOf('subscribe')], [[received], [published], subscribings]);
    assert.equal(peers().length, 2);
  });
}

test('A server that prefers the gateway is followed', async () => {
  world.server.transports = ['gateway', 'direct'];
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  assert.deepEqual(world.waysOf('publish'), ['gateway']);
});

test('Only who wishes the gateway asks for the program by it from the start', async () => {
  await world.joined('ada', 'viewer', { subscribe: true, transport: 'gateway' });
  await world.joined('bob', 'viewer', { subscribe: true });
  await world.joined('cyd');
  assert.deepEqual(
    world.asked('join').map(({ transport }) => transport),
    [undefined, 'auto', undefined],
  );
});

for (const wish of ['Direct', 'relay', '', null]) {
  test(`A transport that does not exist is not to be had: ${JSON.stringify(wish)}`, () => {
    assert.throws(() => world.client({}, { transport: wish }), { reason: 'element_invalid' });
  });
}

// --- what is said --------------------------------------------------------------------------------------------------

test('By direct, descriptions travel in the messages as they are, and no candidates', async () => {
  const candidates = [];
  world.server.media = { ...world.server.media, addCandidate: (_handle, candidate) => candidates.push(candidate) };
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await ada.publish(videoStream());
  await until(() => world.asked('start').length === 1);
  const [start] = world.asked('start');
  assert.deepEqual([start.transport, start.sdp], ['direct', 'answer of the client']);
  const [publish] = world.asked('publish');
  assert.deepEqual([publish.transport, publish.sdp, publish.room], ['direct', 'offer of the client', 'demo']);
  assert.deepEqual(
    peers().map(({ remoteDescription: { type, sdp } }) => [type, sdp]),
    [
      ['offer', 'direct offer a=setup:actpass'],
      ['answer', 'direct answer'],
    ],
  );
  await pause(20);
  assert.deepEqual(candidates, []);
});

test('Who asks for the program later asks on a handle of its own, which ends it', async () => {
  const bob = await world.joined('bob');
  await bob.subscribe();
  await until(() => bob.transport.subscribed === 'direct');
  const [subscribed] = world.handlesOf('subscribe');
  assert.deepEqual([world.waysOf('subscribe'), world.handlesOf('start')], [['direct'], [subscribed]]);
  assert.notEqual(subscribed, world.handlesOf('join')[0]);
});

test('What Janus says of a handle is nothing to what goes by direct', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => bob.transport.subscribed === 'direct');
  for (const message of [{ janus: 'hangup', reason: 'ICE failed' }, { janus: 'trickle', candidate: { candidate: 'c' } }]) {
    world.server.toHandle(world.handlesOf('start')[0], message);
  }
  await pause(60);
  assert.deepEqual([peers().length, peers()[0].candidates, world.asked('start').length], [1, [], 1]);
});

// --- what does not work --------------------------------------------------------------------------------------------

for (const [how, harm, reason] of [
  ['is not connected in time', () => {}, 'timeout'],
  ['fails', () => peers()[0].become('failed'), 'failed'],
]) {
  test(`A viewer whose direct connection ${how} receives by the gateway, and is told`, async () => {
    letConnect('gateway');
    const hungUp = new Set();
    const { close } = world.server.media;
    world.server.media = { ...world.server.media, close: (handle) => hungUp.add(handle) && close(handle) };
    const bob = await world.joined('bob', 'viewer', { subscribe: true });
    await until(() => world.asked('start').length === 1);
    harm();
    await until(() => bob.transport.name === 'gateway');
    assert.deepEqual([world.waysOf('start'), world.waysOf('subscribe')], [['direct', 'gateway'], ['gateway']]);
    assert.deepEqual(told(bob), [
      [null, reason],
      ['gateway', reason],
    ]);
    assert.equal(events(bob, 'stream').length, 2);
    await until(() => hungUp.has(world.handlesOf('join')[0]), 'the direct one is ended on the handle that joined');
  });

  test(`A host whose direct connection ${how} takes the publication back and publishes by the gateway`, async () => {
    letConnect('gateway');
    const ada = await world.joined('ada', 'host');
    const stream = videoStream();
    await ada.publish(stream);
    harm();
    await until(() => ada.transport.publishing === 'gateway' && world.room.program.state === 'on_air');
    assert.deepEqual(world.waysOf('publish'), ['direct', 'gateway']);
    const order = world.server.requests.map((one) => one.request.request).filter((name) => name.includes('publish'));
    assert.deepEqual(order, ['publish', 'unpublish', 'publish'], 'a stream that never was is none that broke off');
    assert.deepEqual([ada.transport.reason, ada.publishedStream, peers()[0].closed], [reason, stream, true]);
    assert.equal(
      ada.log.some(({ type, detail }) => type === 'state' && detail.state.state === 'host_offline'),
      false,
    );
  });
}

test('How long direct may take is for the application to say', async () => {
  letConnect('gateway');
  const bob = await world.joined('bob', 'viewer', { subscribe: true, directTimeoutMs: 400 });
  await until(() => world.asked('start').length === 1);
  const began = performance.now();
  await until(() => bob.transport.reason === 'timeout');
  const tookMs = performance.now() - began;
  assert.ok(tookMs >= 380, `${tookMs} ms`);
});

for (const reason of [
  'transport_not_offered',
  'transport_full',
  'sdp_invalid',
  'sdp_without_media',
  'sdp_transport_unusable',
  'codec_not_in_room',
]) {
  test(`Who may not publish by direct because of ${reason} does by the gateway, at once`, async () => {
    refuseDirect('publish', reason);
    const ada = await world.joined('ada', 'host', { timing: { repair: { firstMs: 60_000 } } });
    await ada.publish(videoStream());
    assert.deepEqual(world.waysOf('publish'), ['direct', 'gateway']);
    assert.equal(ada.transport.reason, reason);
  });
}

test('A refusal that has nothing to do with transports is not tried again by another one', async () => {
  const bob = await world.joined('bob');
  await assert.rejects(bob.publish(videoStream()), { reason: 'not_permitted' });
  await pause(60);
  assert.deepEqual([world.waysOf('publish'), bob.transport.reason], [['direct'], null]);
});

test('A refusal that passes is tried again by direct', async () => {
  let refusals = 2;
  world.server.override.publish = () =>
    refusals-- > 0 ? { baton: 'error', error_code: 9001, error_name: 'server_busy', error: 'Busy.' } : null;
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  assert.deepEqual(world.waysOf('publish'), ['direct', 'direct', 'direct']);
});

test('A server without direct is joined by one request, which brings the other offer, and that is no failure', async () => {
  world.server.transports = ['gateway'];
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => bob.transport.name === 'gateway');
  assert.deepEqual([world.waysOf('join'), world.asked('subscribe').length], [['auto'], 0]);
  assert.equal(new Set([...world.handlesOf('join'), ...world.handlesOf('start')]).size, 1);
  assert.deepEqual([told(bob), events(bob, 'error')], [[['gateway', null]], []]);
  world.server.shutSockets();
  await until(() => world.asked('start').length === 2);
  assert.deepEqual([world.waysOf('join'), world.asked('subscribe').length], [['auto', 'auto'], 0]);
});

test('A room that has to be created first is joined all the same where there is no direct transport', async () => {
  world.server.transports = ['gateway'];
  const ada = world.client();
  await ada.join({ room: 'new', user: 'ada', role: 'host', subscribe: true, create: {} });
  await until(() => ada.transport.name === 'gateway');
  assert.equal(world.asked('create').length, 1);
});

for (const [what, refuse] of [
  ['refuses the subscription', () => refuseDirect('subscribe', 'transport_full')],
  ['takes the answer for wrong', () => refuseDirect('start', 'sdp_invalid')],
]) {
  test(`A viewer receives by the gateway when the server ${what}`, async () => {
    refuse();
    letConnect('gateway');
    const bob = await world.joined('bob', 'viewer', { timing: { directMs: 60_000 } });
    await bob.subscribe();
    await until(() => bob.transport.name === 'gateway');
    assert.deepEqual(world.waysOf('subscribe'), ['direct', 'gateway']);
  });
}

test('A description that the browser does not take is no harm: the gateway has another', async () => {
  const { setRemoteDescription } = FakePeerConnection.prototype;
  FakePeerConnection.prototype.setRemoteDescription = async function refusing(description) {
    if (description.sdp.startsWith('direct')) throw new TypeError('What is this?');
    await setRemoteDescription.call(this, description);
  };
  try {
    const ada = await world.joined('ada', 'host', { subscribe: true });
    await ada.publish(videoStream());
    await until(() => ada.transport.subscribed === 'gateway' && ada.transport.publishing === 'gateway');
    assert.equal(ada.transport.reason, 'description_refused');
  } finally {
    FakePeerConnection.prototype.setRemoteDescription = setRemoteDescription;
  }
});

test('A server that does not say how it is reached is not waited for', async () => {
  world.server.media = { ...world.server.media, answerDirect: () => undefined };
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  assert.deepEqual([world.waysOf('publish'), ada.transport.reason], [['direct', 'gateway'], 'description_missing']);
});

for (const [when, subscribed] of [
  ['with the join', () => world.joined('bob', 'viewer', { subscribe: true })],
  ['later', async () => {
    const bob = await world.joined('bob');
    await bob.subscribe();
    return bob;
  }],
]) {
  test(`An offer asked for ${when} that does not say how the server is reached is no harm`, async () => {
    world.server.media = { ...world.server.media, offerDirect: () => undefined };
    const bob = await subscribed();
    await until(() => bob.transport.name === 'gateway');
    assert.deepEqual([bob.connection.state, world.waysOf('start')], ['joined', ['gateway']]);
  });
}

test('A gateway that could not make its PeerConnection is asked again', async () => {
  let failures = 1;
  const { answerPublish } = world.server.media;
  world.server.media = {
    ...world.server.media,
    answerPublish: (...args) => (failures-- > 0 ? undefined : answerPublish(...args)),
  };
  const ada = await world.joined('ada', 'host', { transport: 'gateway' });
  await ada.publish(videoStream());
  assert.equal(world.asked('publish').length, 2);
});

// --- remembering ---------------------------------------------------------------------------------------------------

test('What did not work for receiving is not tried for publishing, nor after a reconnect; after leaving it is', async () => {
  letConnect('gateway');
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await until(() => ada.transport.name === 'gateway');
  await ada.publish(videoStream());
  assert.deepEqual(world.waysOf('publish'), ['gateway']);
  world.server.shutSockets();
  await until(() => world.asked('publish').length === 2 && world.asked('start').length === 3);
  assert.deepEqual(world.waysOf('join'), ['auto', 'gateway']);
  assert.deepEqual(world.waysOf('publish'), ['gateway', 'gateway']);
  assert.equal(ada.transport.reason, 'timeout');
  await ada.leave();
  assert.deepEqual(ada.transport, { name: null, publishing: null, subscribed: null, reason: null });
  letConnect('direct', 'gateway');
  await ada.join({ room: 'demo', user: 'ada', role: 'host', subscribe: true });
  await until(() => ada.transport.name === 'direct');
});

test('Publishing that fell back leaves what is received by direct alone', async () => {
  refuseDirect('publish', 'sdp_invalid');
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await until(() => ada.transport.subscribed === 'direct');
  await ada.publish(videoStream());
  await until(() => ada.transport.publishing === 'gateway');
  assert.deepEqual(ada.transport, { name: 'gateway', publishing: 'gateway', subscribed: 'direct', reason: 'sdp_invalid' });
});

// --- direct and nothing else ---------------------------------------------------------------------------------------

test('Who wishes direct alone tries again by it', async () => {
  letConnect('gateway');
  const ada = await world.joined('ada', 'host', { subscribe: true, transport: 'direct' });
  await ada.publish(videoStream());
  await until(() => world.asked('start').length === 2 && world.asked('publish').length === 2);
  letConnect('direct');
  await until(() => ada.transport.subscribed === 'direct' && ada.transport.publishing === 'direct');
  assert.deepEqual(new Set([...world.waysOf('start'), ...world.waysOf('publish'), ...world.waysOf('subscribe')]), new Set(['direct']));
  assert.equal(ada.transport.reason, null);
});

for (const [server, transports] of [
  ['that does not offer it', ['gateway']],
  ['that has never heard of it', null],
]) {
  test(`Who wishes direct alone gets nothing from a server ${server}, and is told`, async () => {
    world.server.transports = transports;
    const bob = await world.joined('bob', 'viewer', { subscribe: true, transport: 'direct' });
    await until(() => events(bob, 'error').length === 1);
    assert.equal(events(bob, 'error')[0].reason, 'transport_not_offered');
    assert.deepEqual([bob.watching, bob.stream, world.asked('start').length], [false, null, 0]);
    await assert.rejects(bob.subscribe(), { reason: 'transport_not_offered' });
  });
}
