// SPDX-License-Identifier: GPL-3.0-or-later
// Receiving the program: asked for, refused for a while, under way when it is not wanted any more, and anew.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakePeerConnection } from './fake/fake_media.js';
import { World, events, pause, peers, refuseAsTooSoon, until, waits } from './support.js';

let world;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const handleOf = (name) => world.server.requests.filter((one) => one.request.request === name).at(-1).handle;
const asked = (name) => world.server.asked(name);

test('Who is told how long to wait before subscribing asks again no sooner', async () => {
  const bob = await world.joined('bob');
  const at = refuseAsTooSoon(world.server, 'subscribe', 2, 150);
  await bob.subscribe();
  assert.equal(at.length, 3);
  assert.ok(waits(at).every((ms) => ms >= 149), String(waits(at)));
});

/** Joins stand from now on, but not the subscription that was to come with them. Returns when each was answered. */
function refuseWithJoin(refusal) {
  const at = [];
  const asIs = world.server.answer.bind(world.server);
  world.server.answer = async (handle, message) => {
    const answer = await asIs(handle, message);
    if (answer?.data.baton !== 'joined') return answer;
    handle.use = null;
    at.push(performance.now());
    return { data: { ...answer.data, subscribe_error: refusal } };
  };
  return at;
}

test('Who joins, and is told how long to wait before subscribing, asks no sooner', async () => {
  const busy = { baton: 'error', error_code: 5005, error_name: 'handle_busy', error: 'Busy.', retry_after_ms: 150 };
  const at = refuseWithJoin(busy);
  world.server.override.subscribe = () => {
    at.push(performance.now());
    return null;
  };
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  assert.deepEqual([bob.watching, bob.stream], [true, null]);
  await until(() => bob.stream !== null);
  assert.equal(at.length, 2);
  assert.ok(waits(at)[0] >= 149, String(waits(at)));
  assert.notEqual(handleOf('subscribe'), handleOf('join'));
});

test('A subscription that is refused for good with the join is told of, and not asked for again', async () => {
  refuseWithJoin({ baton: 'error', error_code: 4001, error_name: 'not_permitted', error: 'Not permitted.' });
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await pause(60);
  assert.deepEqual(
    events(bob, 'error').map(({ reason }) => reason),
    ['not_permitted'],
  );
  assert.deepEqual([bob.connection.state, bob.watching, asked('subscribe').length], ['joined', false, 0]);
});

test('A viewer whose browser has no codec of the room is told once a reception, and hears it all the same', async () => {
  FakePeerConnection.lacking.add('video');
  const bob = await world.joined('bob');
  const stream = await bob.subscribe();
  assert.ok(stream.getTracks().some(({ kind }) => kind === 'audio'));
  await until(() => asked('start').length === 1);
  assert.deepEqual(
    events(bob, 'error').map(({ reason }) => reason),
    ['codec_unsupported'],
  );
});

test('When the reception failed, the program is subscribed anew on a fresh handle and the old picture stands', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => asked('start').length === 1);
  peers()[0].become('failed');
  await until(() => asked('start').length === 2);
  const [request] = asked('subscribe');
  assert.equal(request.room, 'demo');
  assert.notEqual(handleOf('subscribe'), handleOf('join'));
  assert.equal(events(bob, 'stream').length, 2);
});

/** From now on name and password of TURN are good for no time at all, and there are no fresh ones. */
function offerTurnThatRunsOut() {
  const asIs = world.server.answer.bind(world.server);
  world.server.answer = async (handle, message) => {
    const answer = await asIs(handle, message);
    const turn = { urls: ['turn:t'], username: 'u', credential: 'c', ttl_ms: 0 };
    if (answer?.data.baton === 'joined') answer.data.turn = turn;
    return answer;
  };
  const busy = { baton: 'error', error_code: 9001, error_name: 'server_busy', error: 'Busy.' };
  world.server.override.heartbeat = () => busy;
}

const unsubscribings = {
  'the join with which it is asked for is under way': async (bob) => {
    const joining = bob.join({ room: 'demo', user: 'bob', subscribe: true });
    await until(() => asked('join').length === 1);
    bob.unsubscribe();
    await joining;
  },
  'the request for it is under way': async (bob) => {
    await bob.join({ room: 'demo', user: 'bob' });
    const refused = assert.rejects(bob.subscribe(), { reason: 'left' });
    await until(() => asked('subscribe').length === 1);
    bob.unsubscribe();
    await refused;
  },
  'a fresh password is waited for': async (bob) => {
    offerTurnThatRunsOut();
    await bob.join({ room: 'demo', user: 'bob', subscribe: true });
    await until(() => asked('heartbeat').length === 1);
    bob.unsubscribe();
  },
  'a fresh password is waited for on a fresh handle': async (bob) => {
    offerTurnThatRunsOut();
    const refusals = refuseAsTooSoon(world.server, 'subscribe', 1, 5);
    await bob.join({ room: 'demo', user: 'bob' });
    const refused = assert.rejects(bob.subscribe(), { reason: 'left' });
    await until(() => refusals.length === 2 && asked('heartbeat').length === 1);
    assert.notEqual(handleOf('subscribe'), handleOf('join'));
    bob.unsubscribe();
    await refused;
  },
};
for (const [when, unsubscribed] of Object.entries(unsubscribings)) {
  test(`Who stops receiving while ${when} leaves no subscription behind`, async () => {
    let offers = 0;
    const subscribed = new Set();
    const { offerProgram, close } = world.server.media;
    world.server.media = {
      ...world.server.media,
      offerProgram: (handle) => {
        offers += 1;
        subscribed.add(handle);
        return offerProgram(handle);
      },
      close: (handle) => {
        subscribed.delete(handle);
        close(handle);
      },
    };
    world.server.latencyMs = 10;
    const bob = world.client();
    await unsubscribed(bob);
    await until(() => offers === 1 && subscribed.size === 0);
    assert.equal(bob.stream, null);
    assert.equal(bob.connection.state, 'joined');
    await bob.subscribe();
    assert.equal(subscribed.size, 1, 'it can be had again');
  });
}

test('Handles on which the program was refused are taken off', async () => {
  const attached = new Set();
  const detached = new Set();
  const receive = world.server.receive.bind(world.server);
  world.server.receive = (socket, message) => {
    if (message.janus === 'attach') attached.add(message.transaction);
    if (message.janus === 'detach') detached.add(message.handle_id);
    receive(socket, message);
  };
  const bob = await world.joined('bob');
  refuseAsTooSoon(world.server, 'subscribe', 3, 5);
  await bob.subscribe();
  assert.equal(attached.size, 4);
  await until(() => detached.size === 2, 'the one that joined and the one that receives stay');
});

test('After unsubscribing nothing is received again, also after a reconnect', async () => {
  const bob = await world.joined('bob', 'viewer', { subscribe: true });
  await until(() => asked('start').length === 1);
  bob.unsubscribe();
  assert.equal(peers()[0].closed, true);
  world.server.shutSockets();
  await until(() => bob.connection.state === 'joined');
  await pause(30);
  assert.deepEqual([asked('join')[1].subscribe, asked('start').length], [undefined, 1]);
});
