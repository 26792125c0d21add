// SPDX-License-Identifier: GPL-3.0-or-later
// Following the room without a gap: heartbeats, events that were missed, and what a reconnect brings back.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { BatonError, participantOf } from '../../examples/web/baton.js';
import { firstHeartbeatMs } from '../../examples/web/client/heartbeat.js';
import { RoomFollower } from '../../examples/web/client/room_follower.js';
import { World, callStream, events, pause, peers, until, videoStream } from './support.js';

let world;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const asked = (name) => world.server.asked(name);
const edit = (settings) => {
  Object.assign(world.room.settings, settings);
  world.room.broadcast({ baton: 'room_edited', settings: world.room.settings });
};

/** What everybody may see is the same here and there. */
function assertFollows(client) {
  const { room_version, participants, state, locked } = world.room.snapshot();
  assert.deepEqual(
    [client.state.version, client.state.state, client.state.locked],
    [room_version, state, locked],
  );
  assert.deepEqual(
    client.state.participants.map(({ user, presence, role }) => [user, presence, role]),
    participants.map(({ user, presence, role }) => [user, presence, role]),
  );
}

/** Changes the room without telling anybody. */
function changeUnheard(change) {
  change(world.room);
  world.room.version += 1;
}

test('The first heartbeat is sent when the answer to the join asks for it', async () => {
  world.room.firstHeartbeatMs = 20;
  await world.joined('ada', 'host');
  await until(() => world.server.asked('heartbeat').length >= 1, 'a heartbeat', 500);
});

test('A gap between two events is filled by a snapshot, asked for once', async () => {
  const bob = await world.joined('bob');
  await world.joined('ada', 'host');
  await until(() => bob.state.version === world.room.version);
  changeUnheard((room) => room.participants.delete('ada'));
  world.room.broadcast({ baton: 'lock_changed', locked: true });
  world.room.locked = true;
  world.room.broadcast({ baton: 'backup_changed', user: 'bob' });
  world.room.backup = 'bob';
  await until(() => bob.state.version === world.room.version);
  assertFollows(bob);
  assert.deepEqual([asked('sync').length, bob.state.backup], [1, 'bob']);
  assert.ok(events(bob, 'state').some(({ cause }) => cause === 'synced'));
});

test('Events that come while the snapshot is on its way are applied after it', async () => {
  const bob = await world.joined('bob');
  world.server.override.sync = () => {
    const data = { baton: 'synced', room: 'demo', snapshot: world.room.snapshot(), signals_sent: 0 };
    world.room.broadcast({ baton: 'lock_changed', locked: true });
    world.room.locked = true;
    return data;
  };
  changeUnheard(() => {});
  world.room.broadcast({ baton: 'backup_changed', user: null });
  await until(() => bob.state.locked);
  assertFollows(bob);
  assert.equal(asked('sync').length, 1);
});

test('A gap that a heartbeat tells of is filled, though no event follows', async () => {
  world.room.settings.heartbeat_interval_ms = 20;
  const bob = await world.joined('bob');
  changeUnheard((room) => {
    room.locked = true;
  });
  await until(() => bob.state.locked);
  assertFollows(bob);
});

test('A snapshot that cannot be had is asked for again upon the next event', async () => {
  const bob = await world.joined('bob');
  let refusals = 1;
  world.server.override.sync = () =>
    refusals-- > 0 ? { baton: 'error', error_code: 9001, error_name: 'server_busy', error: 'Busy.' } : null;
  changeUnheard(() => {});
  world.room.broadcast({ baton: 'backup_changed', user: null });
  await until(() => asked('sync').length === 1);
  await pause(10);
  world.room.broadcast({ baton: 'backup_changed', user: null });
  await until(() => bob.state.version === world.room.version);
  assert.equal(asked('sync').length, 2);
});

test('A snapshot that is asked for too soon is asked for again, and what came meanwhile is kept', async () => {
  const bob = await world.joined('bob');
  let refusedAt = null;
  let askedAgainAt = null;
  let taken = null;
  world.server.override.sync = () => {
    if (refusedAt === null) {
      refusedAt = performance.now();
      taken = world.room.snapshot(world.room.participants.get('bob'));
      return { baton: 'error', error_code: 9004, error_name: 'rate_limited', error: 'Too soon.', retry_after_ms: 50 };
    }
    askedAgainAt = performance.now();
    return { baton: 'synced', room: 'demo', snapshot: taken, signals_sent: 0 };
  };
  changeUnheard(() => {});
  world.room.broadcast({ baton: 'backup_changed', user: null });
  await until(() => refusedAt !== null);
  world.room.broadcast({ baton: 'lock_changed', locked: true });
  world.room.locked = true;
  await until(() => bob.state.locked);
  assertFollows(bob);
  assert.equal(asked('sync').length, 2);
  assert.ok(askedAgainAt - refusedAt >= 49);
});

test('A snapshot of a session that is over changes nothing', async () => {
  const snapshot = (room_version) => ({ room: 'demo', room_version, state: 'live', settings: {}, participants: [] });
  const waiting = [];
  const synchronize = () => new Promise((fulfil) => waiting.push(fulfil));
  const follower = new RoomFollower({ now: () => 0, synchronize });
  const lock = (room_version) => follower.receive({ baton: 'lock_changed', room: 'demo', room_version, locked: true });
  follower.begin({ snapshot: snapshot(1), user: 'bob', role: 'viewer' });
  lock(3);
  follower.begin({ snapshot: snapshot(5), user: 'bob', role: 'viewer' });
  lock(8);
  waiting[0](snapshot(4));
  await pause(0);
  assert.equal(follower.state.version, 5);
  waiting[1](snapshot(7));
  await until(() => follower.state.version === 8);
  assert.equal(follower.state.locked, true);
});

test('No snapshot is asked for again for a session that is over', async () => {
  let times = 0;
  const synchronize = () => {
    times += 1;
    return Promise.reject(new BatonError('rate_limited', 'Too soon.', 9004, { retry_after_ms: 10 }));
  };
  const follower = new RoomFollower({ now: () => 0, synchronize });
  const snapshot = { room: 'demo', room_version: 1, state: 'live', settings: {}, participants: [] };
  follower.begin({ snapshot, user: 'bob', role: 'viewer' });
  follower.hear(2);
  await until(() => times === 1);
  follower.halt();
  await pause(40);
  assert.equal(times, 1);
});

test('A closed room that is only heard of in a snapshot ends the client', async () => {
  const bob = await world.joined('bob');
  world.room.state = 'closed';
  changeUnheard(() => {});
  world.room.broadcast({ baton: 'backup_changed', user: null });
  await until(() => bob.connection.state === 'ended');
  assert.equal(bob.connection.reason, 'room_closed');
});

test('Heartbeats come within the time that the last answer asked for', async () => {
  world.room.settings.heartbeat_interval_ms = 20;
  await world.joined('bob');
  await until(() => asked('heartbeat').length >= 2);
  world.room.settings.heartbeat_interval_ms = 100_000;
  await pause(60);
  const count = asked('heartbeat').length;
  await pause(60);
  assert.equal(asked('heartbeat').length, count);
});

test('A room that asks for more heartbeats gets them at once', async () => {
  await world.joined('bob');
  await pause(30);
  assert.equal(asked('heartbeat').length, 0);
  edit({ heartbeat_interval_ms: 20 });
  await until(() => asked('heartbeat').length >= 2);
});

test('The first heartbeat comes within half of the shortest time-out', () => {
  const cases = [
    [{ heartbeat_interval_ms: 30_000, presence_timeout_ms: 60_000 }, 30_000],
    [{ heartbeat_interval_ms: 30_000, presence_timeout_ms: 60_000, host_presence_timeout_ms: 10_000 }, 5_000],
    [{ heartbeat_interval_ms: 9_000, presence_timeout_ms: 60_000, roles: [{ presence_timeout_ms: 4_000 }] }, 2_000],
    [{}, undefined],
  ];
  for (const [settings, ms] of cases) assert.equal(firstHeartbeatMs(settings), ms);
});

test('A viewer who was cut off comes back to chat, roles and control as they are now', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  await world.joined('cyd');
  await ada.chat('before');
  await bob.requestControl();
  await until(() => ada.state.participants.some((one) => one.controlRequest !== null));
  await ada.grantControl('bob');
  await until(() => bob.state.me.role === 'controller');
  world.server.refusing = true;
  world.room.participants.get('bob').handle.socket.shut();
  await ada.chat('while bob was away');
  await ada.mute('cyd');
  await until(() => ada.state.participants.find((one) => one.user === 'bob').presence === 'offline');
  world.server.refusing = false;
  await until(() => bob.connection.state === 'joined');
  assert.deepEqual(
    bob.state.chat.map((one) => one.text),
    ['before', 'while bob was away'],
  );
  assert.equal(bob.state.me.role, 'controller');
  assertFollows(bob);
  assert.deepEqual([participantOf(bob.state, 'cyd').muted, bob.connection.rejoined], [true, true]);
});

test('A further role is asked for again when coming back', async () => {
  const dev = await world.joined('dan', 'dev');
  assert.deepEqual([dev.state.me.role, dev.state.me.furtherRole], ['viewer', 'dev']);
  world.server.shutSockets();
  await until(() => asked('join').length === 2);
  assert.equal(asked('join')[1].role, 'dev');
});

test('A controller whose place was given away comes back as viewer', async () => {
  const bob = await world.joined('bob', 'controller');
  world.server.override.join = (request) =>
    request.role === 'controller'
      ? { baton: 'error', error_code: 4003, error_name: 'controllers_full', error: 'Full.' }
      : null;
  world.server.shutSockets();
  await until(() => asked('join').length === 3 && bob.connection.state === 'joined');
  assert.deepEqual(
    asked('join').map((one) => one.role),
    ['controller', 'controller', 'viewer'],
  );
});

// --- nobody watches -------------------------------------------------------------------------------------------------

const rates = () =>
  peers().flatMap((peer) => peer.transceivers.map((one) => one.sender.parameters.encodings[0].maxFramerate));

test('A host who saves sends few pictures while nobody is there, and all at once when somebody comes', async () => {
  const ada = await world.joined('ada', 'host', { saveWhenUnwatched: true });
  await ada.publish(callStream());
  await until(() => rates().includes(2));
  assert.deepEqual(rates(), [undefined, 2], 'sound is left alone');
  const bob = await world.joined('bob');
  await until(() => !rates().includes(2));
  await bob.leave();
  await until(() => rates().includes(2));
  world.room.tell(world.room.participants.get('ada'), { baton: 'audience', present: 1, viewers: 1, level: 'normal' });
  await until(() => !rates().includes(2), 'the server knew it first');
  assert.deepEqual(events(ada, 'audience'), [{ present: 1, viewers: 1, level: 'normal' }]);
});

test('A room that soon takes silence for a death gets as many pictures as it needs', async () => {
  world.room.settings.media_silence_ms = 500;
  const ada = await world.joined('ada', 'host', { saveWhenUnwatched: true });
  await ada.publish(videoStream());
  await until(() => rates().includes(6));
});

test('Without being told to save, a host always sends everything', async () => {
  const ada = await world.joined('ada', 'host');
  await ada.publish(videoStream());
  await pause(20);
  assert.deepEqual(rates(), [undefined]);
});
