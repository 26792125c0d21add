// SPDX-License-Identifier: GPL-3.0-or-later
// What opens the door of a room, what keeps a client waiting, and the TURN servers that are named inside.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakePeerConnection } from './fake/fake_media.js';
import { World, pause, until, videoStream } from './support.js';

let world;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const joins = () => world.server.asked('join');
const refusal = (name, further = {}) => ({ baton: 'error', error_code: 9999, error_name: name, error: name, ...further });

/** Cuts this user off. */
const cut = (user) => world.room.participants.get(user).handle.socket.shut();

test('Token and pin go with the join, and with the room that it creates', async () => {
  await world.joined('ada', 'host', { room: 'new', create: { mode: 'p2p' }, token: 'a.b.c', pin: '482913' });
  const created = world.server.asked('create')[0];
  assert.deepEqual([created.token, created.pin, created.mode], ['a.b.c', '482913', 'p2p']);
  for (const join of joins()) assert.deepEqual([join.token, join.pin], ['a.b.c', '482913']);
  await world.joined('bob');
  assert.ok(!('token' in joins().at(-1)) && !('pin' in joins().at(-1)));
});

test('A token that has to be fetched is fetched for each attempt', async () => {
  let fetched = 0;
  const bob = await world.joined('bob', 'viewer', { token: async () => `token ${(fetched += 1)}` });
  cut('bob');
  await until(() => bob.connection.state === 'reconnecting');
  await until(() => bob.connection.state === 'joined');
  assert.equal(joins()[0].token, 'token 1');
  assert.equal(joins().at(-1).token, `token ${fetched}`);
  assert.ok(fetched >= 2);
});

test('A token that cannot be fetched ends a first join, and puts a later one off that needs it', async () => {
  let broken = true;
  const token = () => {
    if (broken) throw new Error('no network');
    return 'good';
  };
  const bob = world.client();
  await assert.rejects(bob.join({ room: 'demo', user: 'bob', token }), { reason: 'token_unavailable', message: /no network/ });
  broken = false;
  await bob.join({ room: 'demo', user: 'bob', token });
  broken = true;
  world.server.override.join = (request) => (request.token ? null : refusal('token_missing'));
  cut('bob');
  await until(() => bob.connection.error?.reason === 'token_unavailable');
  broken = false;
  await until(() => bob.connection.state === 'joined');
});

test('Who has a place comes back to it without a token, if none is to be had', async () => {
  let broken = false;
  const token = () => (broken ? Promise.reject(new Error('no network')) : 'good');
  const bob = await world.joined('bob', 'viewer', { token });
  broken = true;
  cut('bob');
  await until(() => bob.connection.state === 'reconnecting');
  await until(() => bob.connection.state === 'joined');
  assert.deepEqual([joins().length, bob.connection.rejoined], [2, true]);
  assert.ok(joins()[1].resume_token && !('token' in joins()[1]));
});

test('A token that does not come in time is one that cannot be fetched', async () => {
  const bob = world.client({ tokenMs: 30 });
  const token = () => new Promise(() => {});
  await assert.rejects(bob.join({ room: 'demo', user: 'bob', token }), { reason: 'token_unavailable' });
  assert.equal(bob.connection.state, 'ended');
});

test('Leaving does not wait for a token, and one that comes afterwards brings nobody in', async () => {
  let fulfil = null;
  const token = () => new Promise((come) => (fulfil = come));
  const bob = world.client({ tokenMs: 60_000 });
  const joining = bob.join({ room: 'demo', user: 'bob', token });
  const outcome = assert.rejects(joining, { reason: 'left' });
  await until(() => fulfil !== null);
  await bob.leave();
  await outcome;
  fulfil('too late');
  await pause(20);
  assert.deepEqual([joins().length, world.room.participants.size, world.server.sockets.size], [0, 0, 0]);
});

test('Who leaves while the room is being found missing does not create it', async () => {
  const ada = world.client();
  let left = null;
  world.server.override.join = () => {
    left = ada.leave();
    return refusal('room_unknown');
  };
  await assert.rejects(ada.join({ room: 'new', user: 'ada', role: 'host', create: {} }), { reason: 'left' });
  await left;
  assert.deepEqual([world.server.asked('create').length, joins().length], [0, 1]);
});

test('Who was promoted and lost its place comes in as what its token says', async () => {
  const bob = await world.joined('bob', 'viewer', { token: 'for a viewer' });
  await world.joined('ada', 'host');
  world.room.broadcast({ baton: 'role_changed', user: 'bob', role: 'controller' });
  await until(() => bob.state.participants.find(({ user }) => user === 'bob').role === 'controller');
  cut('bob');
  world.room.participants.delete('bob');
  world.server.override.join = ({ role }) => (role === 'viewer' ? null : refusal('token_other_role'));
  await until(() => bob.connection.state === 'reconnecting');
  await until(() => bob.connection.state === 'joined');
  assert.equal(joins().at(-1).role, 'viewer');
});

for (const [role, refusals] of [
  ['controller', { controller: 'controllers_full', viewer: 'token_other_role' }],
  ['host', { host: 'host_taken', controller: 'token_other_role' }],
  ['host', { host: 'host_taken', controller: 'controllers_full', viewer: 'token_other_role' }],
]) {
  test(`Who comes back as ${role} is refused in each role once: ${Object.values(refusals).join(', ')}`, async () => {
    const bob = await world.joined('bob', role, { token: `for a ${role}` });
    world.server.override.join = (request) => refusal(refusals[request.role]);
    cut('bob');
    await until(() => bob.connection.state === 'ended');
    assert.deepEqual([bob.connection.reason, bob.connection.error.reason], ['refused', 'token_other_role']);
    const asked = joins().slice(1);
    assert.deepEqual(
      asked.map((one) => one.role),
      Object.keys(refusals),
    );
  });
}

test('A token for another role is refused for good at the first join', async () => {
  world.server.override.join = () => refusal('token_other_role');
  await assert.rejects(world.joined('bob', 'host'), { reason: 'token_other_role' });
  assert.equal(joins().length, 1);
});

test('A join that comes too soon is sent again after as long as the server says', async () => {
  let first = null;
  world.server.override.join = () => {
    if (first !== null) return null;
    first = performance.now();
    return refusal('rate_limited', { retry_after_ms: 150 });
  };
  await world.joined('bob');
  assert.ok(performance.now() - first >= 149, `${performance.now() - first} ms`);
  assert.equal(joins().length, 2);
});

test('No signal is lost to a limit, and each waits as long as the server says', async () => {
  const bob = await world.joined('bob');
  const ada = await world.joined('ada', 'host');
  const received = [];
  bob.addEventListener('signal', ({ detail }) => received.push(detail.payload));
  const refused = [];
  let taken = 0;
  world.server.override.signal = ({ number }) => {
    if (taken < 2) {
      taken += 1;
      return null;
    }
    taken = 0;
    refused.push(performance.now());
    return refusal('rate_limited', { retry_after_ms: 20, number });
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: 9 }, (_, i) => ada.signal('bob', 'message', i + 1)));
  await until(() => received.length === 9);
  assert.deepEqual(received, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(refused.length, 4);
  assert.ok(performance.now() - began >= 4 * 19);
});

/** Names and passwords come with joins, and with heartbeats that ask for them; `issued` counts them. */
function offerTurn(ttlMs) {
  const offering = { issued: 0 };
  const asIs = world.server.answer.bind(world.server);
  world.server.answer = async (handle, message) => {
    const answer = await asIs(handle, message);
    if (answer?.data.baton === 'joined' || (answer?.data.baton === 'heartbeat' && message.body.turn === true)) {
      offering.issued += 1;
      answer.data.turn = { urls: ['turn:t'], username: `u${offering.issued}`, credential: 'c', ttl_ms: ttlMs };
    }
    return answer;
  };
  return offering;
}

const usernameOf = (peer) => peer.getConfiguration().iceServers.at(-1).username;
const beats = () => world.server.asked('heartbeat');

test('A heartbeat brings a fresh name and password before the old ones run out, for what is there as well', async () => {
  world.room.settings.heartbeat_interval_ms = 50;
  const offering = offerTurn(300);
  const client = world.client();
  await client.join({ room: 'demo', user: 'bob', subscribe: true });
  await until(() => client.peers.subscribed !== null);
  const first = client.peers.subscribed;
  assert.equal(usernameOf(first), 'u1');
  await until(() => beats().length > 0);
  assert.equal(beats()[0].turn, undefined, 'what is good for long is not asked for');
  const began = performance.now();
  await until(() => offering.issued === 3);
  assert.ok(performance.now() - began < 600, 'each in time');
  assert.equal(client.peers.subscribed, first);
  await until(() => usernameOf(first) === 'u3');
});

test('A PeerConnection that is made when little time is left is made with a fresh name and password', async () => {
  world.room.settings.heartbeat_interval_ms = 60_000;
  offerTurn(90);
  const ada = world.client();
  await ada.join({ room: 'demo', user: 'ada', role: 'host' });
  await pause(80);
  await ada.publish(videoStream());
  assert.equal(usernameOf(ada.peers.publishing), 'u2');
  await pause(80);
  await ada.subscribe();
  assert.equal(usernameOf(ada.peers.subscribed), 'u3');
  assert.deepEqual(
    beats().map((one) => one.turn),
    [true, true],
  );
});

test('Where no fresh password comes, the old one has to do', async () => {
  world.room.settings.heartbeat_interval_ms = 60_000;
  offerTurn(30);
  const ada = world.client();
  await ada.join({ room: 'demo', user: 'ada', role: 'host' });
  world.server.override.heartbeat = () => refusal('rate_limited', { retry_after_ms: 20 });
  await pause(40);
  await ada.publish(videoStream());
  assert.equal(usernameOf(ada.peers.publishing), 'u1');
});

test('TURN servers of the answer join those of the application, anew with each session', async () => {
  const offering = offerTurn(100_000);
  const client = world.client({}, { iceServers: [{ urls: 'stun:s' }], iceTransportPolicy: 'relay' });
  await client.prepare();
  const prepared = FakePeerConnection.all[0];
  assert.deepEqual(prepared.getConfiguration().iceServers, [{ urls: 'stun:s' }]);
  await client.join({ room: 'demo', user: 'bob', subscribe: true });
  await until(() => client.peers.subscribed !== null);
  assert.equal(client.peers.subscribed, prepared);
  const servers = (n) => [{ urls: 'stun:s' }, { urls: ['turn:t'], username: `u${n}`, credential: 'c' }];
  assert.deepEqual(prepared.getConfiguration().iceServers, servers(1));
  assert.equal(prepared.getConfiguration().iceTransportPolicy, 'relay');
  cut('bob');
  await until(() => client.peers.subscribed !== null && client.peers.subscribed !== prepared);
  assert.deepEqual(client.peers.subscribed.getConfiguration().iceServers, servers(offering.issued));
});

test('A leave that comes too soon is made by the token instead, after a while', async () => {
  const bob = await world.joined('bob');
  world.server.override.leave = ({ session }) => (session ? refusal('rate_limited', { retry_after_ms: 20 }) : null);
  await bob.leave();
  assert.ok(world.server.asked('leave').at(-1).resume_token);
  assert.ok(!world.room.participants.has('bob'));
});
