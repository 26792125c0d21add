// SPDX-License-Identifier: GPL-3.0-or-later
// Media by direct that break, pause or are given up: what is restarted, made anew, or asked for by the gateway.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakePeerConnection } from './fake/fake_media.js';
import { events, letConnect, pause, peers, until, videoStream } from './support.js';
import { TransportWorld, told } from './transport_world.js';

let world;
beforeEach(() => {
  world = new TransportWorld();
});
afterEach(() => world.end());

// --- what worked and broke -----------------------------------------------------------------------------------------

for (const [then, connecting, ways] of [
  ['works again', ['direct'], ['direct', 'direct']],
  ['does not any more', ['gateway'], ['direct', 'direct', 'gateway']],
]) {
  test(`What worked and broke, and cannot be restarted, is tried once more by direct, which ${then}`, async () => {
    world.server.restartsDirect = false;
    const ada = await world.joined('ada', 'host', { subscribe: true });
    await ada.publish(videoStream());
    await until(() => ada.transport.subscribed === 'direct' && ada.transport.publishing === 'direct');
    letConnect(...connecting);
    const first = [...peers()];
    for (const peer of first) peer.become('failed');
    const name = connecting[0];
    const isUp = (one) => one && !first.includes(one) && one.connectionState === 'connected' && one.transport === name;
    await until(() => isUp(ada.peers.subscribed) && isUp(ada.peers.publishing));
    assert.deepEqual([world.waysOf('start'), world.waysOf('publish')], [ways, ways]);
    assert.deepEqual([ada.transport.name, ada.transport.reason], [name, name === 'gateway' ? 'timeout' : null]);
    await pause(100);
    assert.deepEqual([world.waysOf('start'), world.waysOf('publish')], [ways, ways], 'and then it stays');
  });
}

for (const [what, healthyMs, last] of [
  ['that breaks again soon is given up', 60_000, 'gateway'],
  ['that was well for long is tried again', -1, 'direct'],
]) {
  test(`A direct connection ${what}`, async () => {
    world.server.restartsDirect = false;
    const bob = await world.joined('bob', 'viewer', { subscribe: true, timing: { healthyMs } });
    for (const count of [1, 2]) {
      await until(() => peers().length === count && peers()[count - 1].connectionState === 'connected');
      peers()[count - 1].become('failed');
    }
    await until(() => peers().length === 3 && peers()[2].connectionState === 'connected');
    assert.deepEqual(world.waysOf('start'), ['direct', 'direct', last]);
    assert.deepEqual([bob.transport.name, bob.transport.reason], [last, last === 'gateway' ? 'failed' : null]);
  });
}

test('A direct connection that is interrupted for a moment is left alone; for longer, and nothing helps, it is made anew', async () => {
  world.server.restartsDirect = false;
  const bob = await world.joined('bob', 'viewer', { subscribe: true, timing: { restartMs: 300 } });
  await until(() => bob.transport.name === 'direct');
  peers()[0].become('disconnected');
  await pause(20);
  peers()[0].become('connected');
  await pause(400);
  assert.equal(peers().length, 1);
  peers()[0].become('disconnected');
  await until(() => world.asked('start').length === 2);
  assert.deepEqual([world.waysOf('start'), bob.transport.name], [['direct', 'direct'], 'direct']);
});

for (const state of ['disconnected', 'failed']) {
  test(`A direct connection of a viewer that is ${state} is restarted, and goes on`, async () => {
    const bob = await world.joined('bob', 'viewer', { subscribe: true });
    await until(() => bob.transport.name === 'direct');
    peers()[0].become(state);
    await until(() => peers()[0].connectionState === 'connected');
    const [configure] = world.asked('configure');
    assert.deepEqual([configure.transport, configure.restart, configure.sdp], ['direct', true, undefined]);
    assert.deepEqual([world.handlesOf('configure'), world.waysOf('start')], [[world.handlesOf('start')[0]], ['direct', 'direct']]);
    await pause(150);
    assert.deepEqual([peers().length, world.asked('configure').length, events(bob, 'stream').length], [1, 1, 1]);
  });

  test(`A direct connection of a host that is ${state} is restarted, and goes on`, async () => {
    const ada = await world.joined('ada', 'host');
    await ada.publish(videoStream());
    await until(() => ada.transport.name === 'direct');
    peers()[0].become(state);
    await until(() => peers()[0].connectionState === 'connected');
    const [configure] = world.asked('configure');
    assert.deepEqual([configure.transport, configure.restart, configure.sdp], ['direct', undefined, 'offer of the client']);
    assert.deepEqual([peers()[0].restarts, peers()[0].remoteDescription.type], [1, 'answer']);
    await pause(150);
    assert.deepEqual([peers().length, world.asked('publish').length, world.asked('configure').length], [1, 1, 1]);
  });
}

test('A direct connection is restarted twice, and made anew when that does not help', async () => {
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await ada.publish(videoStream());
  await until(() => ada.transport.subscribed === 'direct' && ada.transport.publishing === 'direct');
  letConnect();
  for (const peer of peers()) peer.become('disconnected');
  await until(() => world.asked('configure').length === 4);
  assert.deepEqual([world.asked('publish').length, peers().length], [1, 2]);
  await until(() => peers().length === 4);
  assert.equal(world.asked('configure').length, 4);
  for (const peer of peers().slice(2)) peer.become('connected');
  await until(() => world.waysOf('publish').length === 2);
  assert.deepEqual(world.waysOf('publish'), ['direct', 'direct']);
  assert.deepEqual([ada.transport.name, ada.transport.reason], ['direct', null]);
});

test('A direct connection that came back may be restarted again', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => bob.transport.name === 'direct');
  for (const count of [1, 2, 3]) {
    peers()[0].become('failed');
    await until(() => world.asked('configure').length === count && peers()[0].connectionState === 'connected');
  }
  assert.equal(peers().length, 1);
});

test('A restart that the server does not answer is given up', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => bob.transport.name === 'direct');
  world.server.ignored.add('configure');
  peers()[0].become('failed');
  await until(() => peers().length === 2 && peers()[1].connectionState === 'connected');
  assert.deepEqual(world.waysOf('start'), ['direct', 'direct']);
});

test('A connection that is not wanted any more is not restarted', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => bob.transport.name === 'direct');
  peers()[0].become('disconnected');
  bob.unsubscribe();
  await pause(60);
  assert.equal(world.asked('configure').length, 0);
});

test('A direct connection that is over for two reasons has broken once', async () => {
  const slowly = { directMs: 30, repair: { firstMs: 300, secondMs: 300, longestMs: 300 } };
  const bob = await world.joined('bob', 'viewer', { subscribe: true, timing: slowly });
  await until(() => bob.transport.name === 'direct');
  peers()[0].become('disconnected');
  await pause(60);
  peers()[0].become('failed');
  await until(() => world.asked('start').length === 2);
  assert.deepEqual(world.waysOf('start'), ['direct', 'direct']);
});

test('A direct connection that was given up and came back by itself may break again', async () => {
  world.server.restartsDirect = false;
  const never = { directMs: 30, repair: { firstMs: 60_000, secondMs: 60_000, longestMs: 60_000 } };
  const ada = await world.joined('ada', 'host', { timing: never });
  await ada.publish(videoStream());
  await until(() => ada.transport.name === 'direct' && ada.state.program.state === 'on_air');
  peers()[0].become('disconnected');
  world.room.hostOffline('media_silence');
  await pause(60);
  peers()[0].become('connected');
  world.room.hostReturned();
  await until(() => ada.state.state === 'live');
  assert.equal(world.asked('publish').length, 1);
  peers()[0].become('failed');
  await until(() => ada.transport.name === 'gateway');
});

test('A direct connection that is there before the server has said so is waited for no more', async () => {
  const { setRemoteDescription } = FakePeerConnection.prototype;
  letConnect();
  FakePeerConnection.prototype.setRemoteDescription = async function quick(description) {
    await setRemoteDescription.call(this, description);
    this.become('connected');
  };
  try {
    const ada = await world.joined('ada', 'host', { timing: { directMs: 30 } });
    await ada.publish(videoStream());
    await pause(100);
    assert.deepEqual([world.waysOf('publish'), ada.transport.name], [['direct'], 'direct']);
  } finally {
    FakePeerConnection.prototype.setRemoteDescription = setRemoteDescription;
  }
});

test('When packets stop by direct, a server that does not answer either is a lost connection', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true, timing: { directMs: 60_000 } });
  await until(() => bob.transport.name === 'direct');
  world.server.silent = true;
  peers()[0].become('disconnected');
  await until(() => bob.connection.state === 'reconnecting');
  world.server.silent = false;
  await until(() => world.asked('start').length === 2);
  assert.deepEqual(world.waysOf('start'), ['direct', 'direct']);
});

test('When the room misses what is published by direct, that is published anew: by direct, and the next time by the gateway', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  for (const count of [1, 2]) {
    await until(() => world.asked('publish').length === count && peers().at(-1).connectionState === 'connected');
    await until(() => ada.state.program.state === 'on_air' && ada.state.state === 'live');
    world.room.hostOffline('media_silence');
  }
  await until(() => ada.transport.name === 'gateway');
  assert.deepEqual([world.waysOf('publish'), world.asked('unpublish').length], [['direct', 'direct', 'gateway'], 0]);
  assert.equal(ada.transport.reason, 'media_missed');
});

test('When the room misses what is published by direct, a restart that brings it back is enough', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  for (const count of [1, 2]) {
    await until(() => ada.state.program.state === 'on_air' && ada.state.state === 'live' && ada.transport.name === 'direct');
    world.room.hostOffline('media_silence');
    await until(() => world.asked('configure').length === count);
    world.room.hostReturned();
  }
  await pause(200);
  assert.deepEqual([world.asked('publish').length, world.asked('configure').length, peers().length], [1, 2, 1]);
});

test('While a direct connection is on its way, the room may miss its media', async () => {
  letConnect();
  const ada = await world.joined('ada', 'host', { timing: { directMs: 60_000 } });
  await ada.publish(videoStream());
  await until(() => ada.state.program.state === 'on_air');
  world.room.hostOffline('media_silence');
  await until(() => ada.state.state === 'host_offline');
  await pause(60);
  assert.equal(world.asked('publish').length, 1);
});

test('After a reconnect the client publishes and receives by direct again', async () => {
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await ada.publish(videoStream());
  await until(() => ada.transport.publishing === 'direct' && ada.transport.subscribed === 'direct');
  world.server.shutSockets();
  await until(() => peers().length === 4 && peers().slice(2).every((one) => one.connectionState === 'connected'));
  assert.deepEqual([world.waysOf('start'), world.waysOf('publish')], [['direct', 'direct'], ['direct', 'direct']]);
  assert.deepEqual(told(ada).at(-1), ['direct', null]);
});

test('A server that comes back without direct is used by the gateway', async () => {
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await ada.publish(videoStream());
  await until(() => ada.transport.publishing === 'direct' && ada.transport.subscribed === 'direct');
  world.server.transports = ['gateway'];
  world.server.shutSockets();
  await until(() => ada.transport.publishing === 'gateway' && ada.transport.subscribed === 'gateway');
  assert.equal(ada.transport.reason, null);
});

// --- what is not wanted any more -----------------------------------------------------------------------------------

test('Who stops while direct is tried gets nothing by the gateway', async () => {
  letConnect('gateway');
  const ada = await world.joined('ada', 'host', { subscribe: true });
  await ada.publish(videoStream());
  await until(() => world.asked('start').length === 1);
  ada.unsubscribe();
  await ada.unpublish();
  await pause(150);
  assert.deepEqual([world.waysOf('start'), world.waysOf('publish'), ada.transport.reason], [['direct'], ['direct'], null]);
});

test('Who stops receiving by direct, and receives again, does so on another handle', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => bob.transport.name === 'direct');
  bob.unsubscribe();
  assert.deepEqual([peers()[0].closed, bob.transport.name], [true, null]);
  await bob.subscribe();
  await until(() => bob.transport.name === 'direct');
  assert.notEqual(world.handlesOf('subscribe')[0], world.handlesOf('join')[0]);
  assert.deepEqual(told(bob), [
    ['direct', null],
    [null, null],
    ['direct', null],
  ]);
});

test('Who stops publishing uses no transport for it any more', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  await until(() => ada.transport.publishing === 'direct');
  await ada.unpublish();
  assert.deepEqual(told(ada).at(-1), [null, null]);
});
