// SPDX-License-Identifier: GPL-3.0-or-later
// Joining, coming back, leaving, and the races between them.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { World, events, pause, until } from './support.js';

let world;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const joins = () => world.server.asked('join');
const people = () => [...world.room.participants.keys()];

test("Joining gives the room's state, and events change it", async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  assert.deepEqual(
    [bob.state.state, bob.state.me, bob.state.host.user],
    ['live', { user: 'bob', role: 'viewer', furtherRole: null }, 'ada'],
  );
  await until(() => ada.state.participants.length === 2);
  world.room.hostOffline('heartbeat_missed', 5000);
  await until(() => bob.state.state === 'host_offline');
  const remaining = bob.state.grace.deadline - bob.now();
  assert.ok(remaining > 4000 && remaining <= 5000, `${remaining}`);
});

test('A room that does not exist is created by a client that brings settings', async () => {
  const ada = await world.joined('ada', 'host', { room: 'new', create: { video_codec: 'vp9' } });
  assert.equal(ada.state.settings.video_codec, 'vp9');
});

test('A room that somebody else creates first is joined as it is', async () => {
  world.server.override.create = (request) => {
    world.server.createRoom(request.room, { video_codec: 'av1' });
    return { baton: 'error', error_code: 2002, error_name: 'room_exists', error: 'exists' };
  };
  const ada = await world.joined('ada', 'host', { room: 'new', create: { video_codec: 'vp9' } });
  assert.equal(ada.state.settings.video_codec, 'av1');
});

test("A refused join rejects with the server's number and sentence, and the client can join again", async () => {
  const client = world.client();
  await assert.rejects(client.join({ room: 'none', user: 'x' }), {
    reason: 'room_unknown',
    code: 2001,
    message: /room_unknown/,
  });
  assert.deepEqual([client.connection.state, client.connection.reason], ['ended', 'room_unknown']);
  await client.join({ room: 'demo', user: 'x' });
  assert.equal(client.connection.state, 'joined');
});

test('Who waits for a room gets in as soon as it exists', async () => {
  const client = world.client();
  const joined = client.join({ room: 'later', user: 'x', waitForRoom: true });
  await until(() => joins().length >= 3);
  world.server.createRoom('later');
  assert.equal((await joined).room, 'later');
});

test('A server that is not there yet is tried until it is', async () => {
  world.server.refusing = true;
  const client = world.client();
  const joined = client.join({ room: 'demo', user: 'x' });
  await until(() => client.connection.error?.reason === 'connection_lost');
  world.server.refusing = false;
  await joined;
});

test('A prepared client joins with one request on the connection that is open already', async () => {
  const client = world.client();
  await client.prepare();
  const [socket] = world.server.sockets;
  await client.join({ room: 'demo', user: 'x' });
  assert.deepEqual([[...world.server.sockets].length, [...world.server.sockets][0] === socket], [1, true]);
});

test('A prepared connection that died meanwhile is replaced', async () => {
  const client = world.client();
  await client.prepare();
  world.server.shutSockets();
  await client.join({ room: 'demo', user: 'x' });
  assert.equal(client.connection.state, 'joined');
});

test('Events that overtake the answer to join are applied after it', async () => {
  const { server, room } = world;
  server.override.join = (_request, handle) => {
    delete server.override.join;
    // The join itself is the step before.
    const early = { baton: 'paused', room: 'demo', room_version: room.version + 2 };
    server.toHandle(handle, { janus: 'event', plugindata: { data: early } });
    return null;
  };
  const client = await world.joined('bob');
  assert.equal(client.state.state, 'paused');
  assert.equal(client.state.version, room.version + 1);
  assert.deepEqual(server.asked('sync'), []);
});

test('After a lost connection the client is back as the same participant, with its token and a larger attempt', async () => {
  const ada = await world.joined('ada', 'host');
  const token = world.room.participants.get('ada').token;
  world.server.shutSockets();
  assert.deepEqual([ada.connection.state, ada.connection.reason], ['reconnecting', 'socket_closed']);
  await until(() => ada.connection.state === 'joined');
  assert.deepEqual([joins()[1].resume_token, joins()[1].attempt], [token, 1]);
  assert.deepEqual([ada.connection.rejoined, ada.state.me.role, ada.state.state], [true, 'host', 'live']);
  world.server.shutSockets();
  await until(() => joins().length === 3);
  assert.equal(joins()[2].attempt, 2);
  assert.notEqual(joins()[2].resume_token, token);
});

test('An attempt whose answer is lost is repeated with the same token and a larger number', async () => {
  const ada = await world.joined('ada', 'host');
  const token = world.room.participants.get('ada').token;
  world.server.ignored.add('join');
  world.server.shutSockets();
  await until(() => joins().length >= 3);
  world.server.ignored.clear();
  await until(() => ada.connection.state === 'joined');
  assert.deepEqual(
    joins()
      .slice(1)
      .map((one) => one.resume_token),
    joins()
      .slice(1)
      .map(() => token),
  );
  assert.deepEqual(
    joins()
      .slice(1)
      .map((one) => one.attempt),
    joins()
      .slice(1)
      .map((_, i) => i + 1),
  );
});

test('The first try after a loss comes within a quarter of a second', async () => {
  await world.joined('ada', 'host', { timing: { reconnect: { firstMs: 250, secondMs: 500, longestMs: 5000 } } });
  const lostAt = performance.now();
  world.server.shutSockets();
  await until(() => joins().length === 2);
  assert.ok(performance.now() - lostAt < 350);
});

test('Heartbeats are sent by themselves, and one without an answer is a lost connection', async () => {
  world.room.settings.heartbeat_interval_ms = 20;
  const ada = await world.joined('ada', 'host');
  await until(() => world.server.asked('heartbeat').length >= 3);
  world.server.silent = true;
  await until(() => ada.connection.state === 'reconnecting');
  assert.equal(ada.connection.reason, 'no_answer');
  world.server.silent = false;
  await until(() => ada.connection.state === 'joined');
});

test('Every request of a session names it', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.setBackup('bob');
  const { session, version } = world.room.participants.get('ada');
  const [request] = world.server.asked('backup');
  assert.deepEqual(request, { request: 'backup', user: 'bob', session, session_version: version });
});

for (const name of ['session_unknown', 'not_joined', 'session_stale']) {
  test(`A request refused with ${name} makes the client join again`, async () => {
    const ada = await world.joined('ada', 'host');
    world.server.override.backup = () => ({ baton: 'error', error_code: 3003, error_name: name, error: 'Refused.' });
    await assert.rejects(ada.setBackup('bob'), { reason: name });
    assert.equal(ada.connection.state, 'reconnecting');
    await until(() => ada.connection.state === 'joined');
    assert.equal(joins().length, 2);
  });
}

test('A place that is taken again right after it was taken back is given up: no war', async () => {
  const ada = await world.joined('ada', 'host');
  world.server.override.backup = () => ({
    baton: 'error',
    error_code: 3004,
    error_name: 'session_stale',
    error: 'Refused.',
  });
  await assert.rejects(ada.setBackup('bob'));
  await until(() => ada.connection.state === 'joined');
  await assert.rejects(ada.setBackup('bob'));
  assert.deepEqual([ada.connection.state, ada.connection.reason], ['ended', 'replaced']);
  assert.deepEqual(events(ada, 'released'), [{ reason: 'replaced' }]);
});

test('Who joined elsewhere stops here, and nothing reconnects', async () => {
  const here = await world.joined('ada', 'host');
  const there = await world.joined('ada', 'host');
  await until(() => here.connection.state === 'ended');
  assert.equal(here.connection.reason, 'replaced');
  await pause(100);
  assert.deepEqual([joins().length, there.connection.state], [2, 'joined']);
});

for (const reason of ['kicked', 'left']) {
  test(`Released as ${reason} is final`, async () => {
    const bob = await world.joined('bob');
    world.room.tell(world.room.participants.get('bob'), { baton: 'released', reason });
    await until(() => bob.connection.state === 'ended');
    assert.equal(bob.connection.reason, reason);
    await pause(60);
    assert.equal(joins().length, 1);
  });
}

test('Who was removed for being away too long, and is back, comes in again', async () => {
  const bob = await world.joined('bob');
  world.room.depart(world.room.participants.get('bob'), 'absent_too_long');
  world.room.spentTokens.clear();
  await until(() => joins().length === 2 && bob.connection.state === 'joined');
});

test("A room that closes ends the client with the room's reason", async () => {
  const bob = await world.joined('bob');
  world.room.close('time_to_live');
  await until(() => bob.connection.state === 'ended');
  assert.deepEqual([bob.connection.reason, bob.state.closeReason], ['room_closed', 'time_to_live']);
});

test('A token that somebody else used up means: joined elsewhere', async () => {
  const ada = await world.joined('ada', 'host');
  world.server.override.join = () => ({
    baton: 'error',
    error_code: 3006,
    error_name: 'join_superseded',
    error: 'Refused.',
  });
  world.server.shutSockets();
  await until(() => ada.connection.state === 'ended');
  assert.equal(ada.connection.reason, 'replaced');
});

test('A room that is gone after a restart of the server is looked for, then given up', async () => {
  const bob = await world.joined('bob');
  world.server.rooms.clear();
  world.server.shutSockets();
  await until(() => joins().length >= 4);
  assert.equal(bob.connection.state, 'reconnecting');
  await until(() => bob.connection.state === 'ended');
  assert.equal(bob.connection.reason, 'room_unknown');
});

test('A host whose server restarted creates the room again', async () => {
  const ada = await world.joined('ada', 'host', { create: {} });
  world.server.rooms.clear();
  world.server.shutSockets();
  await until(() => ada.connection.state === 'joined');
  assert.equal(world.server.rooms.has('demo'), true);
});

// --- leaving --------------------------------------------------------------------------------------------------------

test('Leaving tells the room, and nothing joins afterwards', async () => {
  const bob = await world.joined('bob');
  await bob.leave();
  assert.deepEqual([people(), bob.connection.state, bob.connection.reason], [[], 'ended', 'left']);
  await pause(60);
  assert.equal(joins().length, 1);
  assert.equal(world.server.sockets.size, 0);
});

test('Leaving while waiting to reconnect leaves by token, and nothing joins afterwards', async () => {
  const bob = await world.joined('bob', 'viewer', {
    timing: { reconnect: { firstMs: 100, secondMs: 100, longestMs: 100 } },
  });
  const { token } = world.room.participants.get('bob');
  world.server.shutSockets();
  await bob.leave();
  const [request] = world.server.asked('leave');
  assert.deepEqual([request.room, request.user, request.resume_token, request.attempt], ['demo', 'bob', token, 1]);
  await pause(250);
  assert.deepEqual([joins().length, people(), bob.connection.state], [1, [], 'ended']);
});

test('Leaving while a rejoin is on its way to the server beats it', async () => {
  const bob = await world.joined('bob');
  world.server.latencyMs = 15;
  world.server.shutSockets();
  await until(() => world.server.sockets.size === 1);
  await bob.leave();
  await pause(100);
  assert.deepEqual([people(), bob.connection.state, world.server.sockets.size], [[], 'ended', 0]);
});

test('Leaving while the answer to a rejoin is on its way leaves the session that it brings', async () => {
  const bob = await world.joined('bob');
  world.server.latencyMs = 15;
  world.server.shutSockets();
  await until(() => joins().length === 2);
  await bob.leave();
  await pause(60);
  assert.deepEqual([people(), bob.connection.state, world.server.sockets.size], [[], 'ended', 0]);
});

test('Leaving during the very first join leaves the session that comes of it', async () => {
  const bob = world.client();
  world.server.latencyMs = 10;
  const joined = bob.join({ room: 'demo', user: 'bob' });
  const outcome = assert.rejects(joined, { reason: 'left' });
  await until(() => joins().length === 1);
  await bob.leave();
  await outcome;
  assert.deepEqual([people(), bob.connection.state], [[], 'ended']);
});

test('Leaving while the server cannot be reached ends at once here and gives up after a while', async () => {
  const bob = await world.joined('bob');
  world.server.refusing = true;
  world.server.shutSockets();
  const left = bob.leave();
  assert.equal(bob.connection.state, 'ended');
  await left;
  world.server.refusing = false;
  await pause(60);
  assert.equal(joins().length, 1);
});

test('Leaving on a connection that only seems to stand falls back to the token', async () => {
  const bob = await world.joined('bob', 'viewer', { timing: { leaveMs: 60 } });
  world.server.ignored.add('leave');
  const left = bob.leave();
  await until(() => world.server.asked('leave').length === 1);
  world.server.ignored.clear();
  await left;
  assert.equal(world.server.asked('leave').length, 2);
  assert.equal(world.server.asked('leave')[1].session, undefined);
});

test('After leaving, the same client can join afresh', async () => {
  const bob = await world.joined('bob');
  await bob.leave();
  await bob.join({ room: 'demo', user: 'bob' });
  assert.equal(joins()[1].resume_token, undefined);
  assert.deepEqual(people(), ['bob']);
});

test('Whatever the moment of leaving, nobody is left behind in the room', async () => {
  for (let delay = 0; delay < 60; delay += 3) {
    const client = world.client();
    world.server.latencyMs = 4;
    client.join({ room: 'demo', user: `u${delay}` }).catch(() => {});
    if (delay % 2) await until(() => client.connection.state === 'joined').then(() => world.server.shutSockets());
    await pause(delay);
    await client.leave();
    // The server hears of it in its own time; and whoever came back after that would be left behind.
    await until(() => people().length === 0 && world.server.sockets.size === 0);
    await pause(10);
    assert.deepEqual([people(), world.server.sockets.size], [[], 0], `after ${delay} ms`);
  }
});

test('Messages of a session that is over are not acted upon', async () => {
  const bob = await world.joined('bob');
  const { onmessage } = [...world.server.sockets][0];
  const { handle } = world.room.participants.get('bob');
  world.server.shutSockets();
  await until(() => bob.connection.state === 'joined');
  const before = bob.state;
  for (const data of [
    { baton: 'released', reason: 'kicked' },
    { baton: 'paused', room: 'demo', room_version: 9999 },
  ]) {
    onmessage({ data: JSON.stringify({ janus: 'event', sender: handle.id, plugindata: { data } }) });
  }
  assert.equal(bob.state, before);
  assert.equal(bob.connection.state, 'joined');
});

// --- the host -------------------------------------------------------------------------------------------------------

test('Who is asked to become host is told, and the answer names the question', async () => {
  await world.joined('ada', 'host');
  const bob = await world.joined('bob', 'controller');
  world.room.ask('bob', 5000);
  await until(() => events(bob, 'promotion').length === 1);
  const { promotion } = events(bob, 'promotion')[0];
  await bob.answerPromotion(true);
  const [request] = world.server.asked('promotion');
  assert.deepEqual([request.action, request.promotion], ['accept', promotion]);
  await until(() => bob.state.me.role === 'host');
  assert.deepEqual(events(bob, 'promotion').at(-1), null);
});

test('A question to somebody else is not mine', async () => {
  await world.joined('ada', 'host');
  const bob = await world.joined('bob', 'controller');
  await world.joined('cyd', 'controller');
  world.room.ask('cyd');
  await until(() => bob.state.state === 'promoting');
  assert.deepEqual(events(bob, 'promotion'), []);
  await assert.rejects(bob.answerPromotion(true), { reason: 'promotion_over' });
});

test('A question that is withdrawn is told as null', async () => {
  await world.joined('ada', 'host');
  const bob = await world.joined('bob', 'controller');
  world.room.ask('bob');
  await until(() => events(bob, 'promotion').length === 1);
  world.room.pause();
  await until(() => events(bob, 'promotion').length === 2);
  assert.equal(events(bob, 'promotion')[1], null);
});

test('A former host who rejoins asks for the role it has now', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob', 'controller');
  await ada.transfer('bob');
  await until(() => ada.state.me.role === 'controller' && bob.state.me.role === 'host');
  world.server.shutSockets();
  await until(() => ada.connection.state === 'joined' && bob.connection.state === 'joined');
  const again = joins()
    .slice(-2)
    .map((one) => [one.user, one.role])
    .sort();
  assert.deepEqual(again, [
    ['ada', 'controller'],
    ['bob', 'host'],
  ]);
});
