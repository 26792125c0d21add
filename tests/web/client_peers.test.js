// SPDX-License-Identifier: GPL-3.0-or-later
// Chat, control, mute and lock: what is asked, what is refused, and what everybody sees.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { controlRequests, participantOf } from '../../examples/web/baton.js';
import { World, events, pause, until } from './support.js';

let world;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const asked = (name) => world.server.asked(name);

test('A line of chat reaches everybody, in the order of the calls, and late joiners read it', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  await Promise.all(['one', 'two', 'three'].map((text) => bob.chat(text)));
  await until(() => events(ada, 'chat').length === 3);
  assert.deepEqual(
    events(ada, 'chat').map((one) => [one.user, one.text]),
    [
      ['bob', 'one'],
      ['bob', 'two'],
      ['bob', 'three'],
    ],
  );
  const cyd = await world.joined('cyd');
  assert.deepEqual(
    cyd.state.chat.map((one) => one.text),
    ['one', 'two', 'three'],
  );
  assert.deepEqual(events(cyd, 'chat'), [], 'it is no news');
});

test('A line waits until the one before it is said, lest the gateway turn them round', async () => {
  const bob = await world.joined('bob');
  world.server.ignored.add('chat');
  const lines = [bob.chat('one'), bob.chat('two')];
  await pause(30);
  assert.equal(asked('chat').length, 1);
  world.server.ignored.clear();
  await assert.rejects(lines[0], { reason: 'timeout' });
  await lines[1];
});

test('A line that is refused rejects, and the next one is said', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  await ada.mute('bob');
  await assert.rejects(bob.chat('quiet?'), { reason: 'muted' });
  await ada.mute('bob', false);
  await bob.chat('loud');
  assert.deepEqual(
    world.room.chat.map((one) => one.text),
    ['loud'],
  );
});

test('A line that was under way when the connection was lost is not said twice', async () => {
  const bob = await world.joined('bob');
  world.server.ignored.add('chat');
  const said = bob.chat('once');
  await until(() => asked('chat').length === 1);
  world.server.ignored.clear();
  world.server.shutSockets();
  await assert.rejects(said, { reason: 'connection_lost' });
  await until(() => bob.connection.state === 'joined');
  assert.equal(asked('chat').length, 1);
});

test('A line that waits when the room is left is said in no other', async () => {
  const bob = await world.joined('bob');
  world.server.ignored.add('chat');
  const lines = [bob.chat('stuck'), bob.chat('confidential')];
  const outcomes = lines.map((line) => line.catch((error) => error.reason));
  await until(() => asked('chat').length === 1);
  world.server.createRoom('other');
  const left = bob.leave();
  const joined = bob.join({ room: 'other', user: 'bob' });
  await Promise.all([left, joined]);
  assert.deepEqual(await Promise.all(outcomes), ['connection_lost', 'left']);
  assert.equal(asked('chat').length, 1);
});

test('Control is asked for, granted and given back', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  const cyd = await world.joined('cyd');
  await cyd.requestControl();
  await bob.requestControl();
  await bob.requestControl();
  await until(() => controlRequests(ada.state).length === 2);
  assert.deepEqual(
    controlRequests(ada.state).map((one) => one.user),
    ['cyd', 'bob'],
  );
  await ada.grantControl('bob');
  await until(() => bob.state.me.role === 'controller');
  await until(() => cyd.state.version === bob.state.version);
  assert.deepEqual(
    controlRequests(cyd.state).map((one) => one.user),
    ['cyd'],
  );
  await bob.releaseControl();
  await until(() => bob.state.me.role === 'viewer');
  assert.deepEqual(
    events(cyd, 'control').map(({ user, change }) => `${user} ${change}`),
    ['cyd requested', 'bob requested', 'bob granted', 'bob released'],
  );
});

test('Control is withdrawn, denied and revoked', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  await bob.requestControl();
  await bob.withdrawControl();
  await until(() => events(ada, 'control').length === 2);
  await bob.requestControl();
  await until(() => controlRequests(ada.state).length === 1);
  await ada.denyControl('bob');
  await assert.rejects(bob.withdrawControl(), { reason: 'control_not_requested' });
  await ada.grantControl('bob');
  await ada.revokeControl('bob');
  await until(() => events(bob, 'control').length === 6 && bob.state.me.role === 'viewer');
  assert.deepEqual(
    events(bob, 'control').map(({ change }) => change),
    ['requested', 'withdrawn', 'requested', 'denied', 'granted', 'revoked'],
  );
  assert.deepEqual(
    asked('control').map(({ action, user }) => [action, user]),
    [
      ['request', undefined],
      ['withdraw', undefined],
      ['request', undefined],
      ['deny', 'bob'],
      ['withdraw', undefined],
      ['grant', 'bob'],
      ['revoke', 'bob'],
    ],
  );
});

test('Who is muted is seen to be, and requests of the host name the room', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  await ada.mute('bob');
  await until(() => participantOf(bob.state, 'bob').muted);
  const [{ room, user, muted }] = asked('mute');
  assert.deepEqual([room, user, muted], ['demo', 'bob', true]);
  await ada.mute('bob', false);
  await until(() => !participantOf(bob.state, 'bob').muted);
});

test('A locked room lets nobody new in, but back whoever was there', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  await ada.lock();
  await until(() => bob.state.locked);
  await assert.rejects(world.client().join({ room: 'demo', user: 'cyd' }), { reason: 'room_locked' });
  world.server.shutSockets();
  await until(() => bob.connection.state === 'joined' && ada.connection.state === 'joined');
  await ada.lock(false);
  await until(() => !bob.state.locked);
  await world.joined('cyd');
});

test('What only a host may do is refused to a viewer by name', async () => {
  await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  const attempts = {
    grantControl: () => bob.grantControl('bob'),
    denyControl: () => bob.denyControl('bob'),
    revokeControl: () => bob.revokeControl('ada'),
    mute: () => bob.mute('ada'),
    lock: () => bob.lock(),
    kick: () => bob.kick('ada'),
    transfer: () => bob.transfer('bob'),
    setBackup: () => bob.setBackup('bob'),
    edit: () => bob.edit({ grace_ms: 1 }),
    end: () => bob.end(),
    whenReady: () => bob.whenReady({ timeoutMs: 100 }),
  };
  for (const [name, attempt] of Object.entries(attempts))
    await assert.rejects(attempt(), { name: 'BatonError', reason: 'not_permitted' }, name);
});
