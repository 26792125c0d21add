// SPDX-License-Identifier: GPL-3.0-or-later
// What the room carries beside its picture: opened, used, and the same for everybody.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { activityFrom } from '../../examples/web/client/activity.js';
import { RoomFollower } from '../../examples/web/client/room_follower.js';
import { World, events, pause, until } from './support.js';

let world;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const phaseOf = (client) => client.activity?.phase ?? null;
const votersOf = (client) => Object.keys(client.activity.state.votes);

/** A host and a viewer where everybody votes. */
async function voting() {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  await ada.openActivity('poker', { reveal_ms: 100 });
  await ada.act('start');
  await until(() => phaseOf(bob) === 'voting');
  return { ada, bob };
}

test('An activity is opened and closed by the host, and everybody sees it', async () => {
  const ada = await world.joined('ada', 'host');
  const bob = await world.joined('bob');
  assert.equal(bob.activity, null);
  await ada.openActivity('poker', { reveal_ms: 100 });
  await until(() => phaseOf(bob) === 'waiting');
  assert.deepEqual(world.server.asked('open_activity')[0].options, { reveal_ms: 100 });
  const { kind, version } = bob.activity;
  assert.deepEqual([kind, version], ['poker', 1]);
  assert.equal(bob.state.activity, bob.activity);
  await ada.closeActivity();
  assert.equal(ada.activity, null);
  await until(() => bob.activity === null);
  assert.deepEqual(
    events(bob, 'activity').map((one) => one?.phase ?? null),
    ['waiting', null],
  );
});

test('What the server refuses is refused by name, and changes nothing', async () => {
  const { ada, bob } = await voting();
  const before = bob.activity;
  const attempts = {
    not_permitted: () => bob.openActivity('poker'),
    activity_exists: () => ada.openActivity('poker'),
    activity_command_unknown: () => ada.act('dance'),
    activity_not_now: () => ada.act('restart'),
  };
  for (const [reason, attempt] of Object.entries(attempts)) {
    await assert.rejects(attempt(), { name: 'BatonError', reason }, reason);
  }
  assert.equal(bob.activity, before);
  await ada.closeActivity();
  await assert.rejects(ada.openActivity('chess'), { reason: 'activity_unknown' });
  await assert.rejects(ada.act('start'), { reason: 'activity_none' });
  assert.equal(world.server.asked('activity').filter((one) => one.command === 'start').length, 1, 'nothing to ask for');
});

test('A vote is seen by its owner alone until the cards are turned', async () => {
  const { ada, bob } = await voting();
  await bob.act('vote', { card: '5' });
  assert.deepEqual(bob.activity.own, { card: '5' }, 'as soon as it is answered');
  await until(() => votersOf(ada).length === 1);
  assert.deepEqual(ada.activity.own, { card: null });
  assert.deepEqual(ada.activity.state.votes, { bob: {} });
  await ada.act('vote', { card: '8' });
  await until(() => votersOf(bob).length === 2);
  assert.deepEqual(bob.activity.own, { card: '5' }, "the others' news leave it");
  await ada.act('reveal');
  await until(() => phaseOf(bob) === 'revealed');
  assert.deepEqual(bob.activity.state.votes, { bob: { card: '5' }, ada: { card: '8' } });
});

test('What is our own changes also by what others do', async () => {
  const { ada, bob } = await voting();
  await bob.act('vote', { card: '5' });
  await ada.act('reveal');
  await ada.act('restart');
  await until(() => bob.activity.version === ada.activity.version && bob.activity.own.card === null);
  assert.deepEqual(votersOf(bob), []);
});

test('Of two who press at once one is heard, and the other is told how it is', async () => {
  const { ada, bob } = await voting();
  const cyd = await world.joined('cyd', 'controller');
  await bob.act('vote', { card: '3' });
  await until(() => votersOf(ada).length === 1 && votersOf(cyd).length === 1);
  const pressed = await Promise.allSettled([ada.act('reveal'), cyd.act('reveal')]);
  assert.deepEqual(
    pressed.map((one) => one.status),
    ['fulfilled', 'rejected'],
  );
  const { reason: error } = pressed[1];
  assert.deepEqual([error.name, error.reason], ['BatonError', 'activity_stale']);
  assert.equal(phaseOf(cyd), 'revealed');
  assert.equal(events(cyd, 'activity').at(-1), cyd.activity);
  assert.equal(cyd.activity.version, ada.activity.version);
});

test('A refusal brings what the news did not', async () => {
  const { ada, bob } = await voting();
  const told = { kind: 'poker', phase: 'revealed', version: 9, state: { votes: {} }, own: { card: '1' } };
  const refusal = { baton: 'error', error_code: 7004, error_name: 'activity_stale', error: 'Too late.' };
  world.server.override.activity = () => ({ ...refusal, room_version: 40, activity: told });
  await assert.rejects(bob.act('vote', { card: '5' }), { reason: 'activity_stale' });
  assert.deepEqual(bob.activity, { ...told, roomVersion: 40 });
  assert.equal(events(bob, 'activity').at(-1), bob.activity);
  assert.equal(phaseOf(ada), 'voting');
});

test('A command names the version that was there when it was given, though others wait before it', async () => {
  const { ada, bob } = await voting();
  const seen = bob.activity.version;
  await bob.act('vote', { card: '1' });
  world.server.ignored.add('activity');
  const stuck = bob.act('vote', { card: '2' });
  const late = bob.act('vote', { card: '3' });
  await pause(20);
  assert.equal(world.server.asked('activity').at(-1).arguments.card, '2', 'one at a time');
  world.room.activities.enter('revealed');
  await until(() => phaseOf(bob) === 'revealed' && phaseOf(ada) === 'revealed');
  world.server.ignored.clear();
  await assert.rejects(stuck, { reason: 'timeout' });
  await assert.rejects(late, { reason: 'activity_stale' });
  assert.equal(world.server.asked('activity').at(-1).version, seen);
});

test('Who was away while the cards were turned sees them on return, its own vote too', async () => {
  const { ada, bob } = await voting();
  await bob.act('vote', { card: '13' });
  await until(() => votersOf(ada).length === 1);
  world.server.refusing = true;
  world.server.shutSockets();
  await until(() => bob.connection.state === 'reconnecting');
  assert.equal(phaseOf(bob), 'voting', 'what was known last stays');
  world.room.activities.enter('revealed');
  world.server.refusing = false;
  await until(() => bob.connection.state === 'joined');
  assert.deepEqual([phaseOf(bob), bob.activity.own], ['revealed', { card: '13' }]);
  assert.equal(events(bob, 'activity').at(-1), bob.activity);
});

test('A page that is loaded anew is the same participant, if it kept what proves it', async () => {
  const { ada, bob } = await voting();
  await bob.act('vote', { card: '8' });
  const { resumption } = bob;
  assert.equal(typeof resumption.token, 'string');
  const again = world.client();
  await again.join({ room: 'demo', user: 'bob', resumption });
  assert.deepEqual([again.connection.rejoined, again.activity.own], [true, { card: '8' }]);
  const [join] = world.server.asked('join').slice(-1);
  assert.deepEqual([join.resume_token, join.attempt], [resumption.token, resumption.attempt + 1]);
  assert.equal(join.signals_received, undefined, 'this page has received none');
  assert.ok(again.resumption.attempt > resumption.attempt && again.resumption.token !== resumption.token);
  world.server.shutSockets();
  await until(() => again.connection.state === 'joined' && ada.connection.state === 'joined');
  assert.equal(world.server.asked('join').filter((one) => one.user === 'bob').at(-1).signals_received, 0);
});

test('What a page kept for too long does not keep it out', async () => {
  const { bob } = await voting();
  const { resumption } = bob;
  await bob.leave();
  const again = world.client();
  await again.join({ room: 'demo', user: 'bob', resumption });
  assert.deepEqual([again.connection.rejoined, again.connection.state], [false, 'joined']);
  assert.equal(bob.resumption, null, 'nothing is kept of a place that was given up');
});

test('Who has missed news takes the activity anew with the room', async () => {
  const { bob } = await voting();
  await bob.act('vote', { card: '2' });
  const participant = world.room.participants.get('bob');
  const { handle } = participant;
  participant.handle = null;
  world.room.activities.enter('revealed');
  participant.handle = handle;
  world.room.broadcast({ baton: 'lock_changed', locked: true });
  await until(() => phaseOf(bob) === 'revealed');
  assert.deepEqual(bob.activity.own, { card: '2' });
});

test('Without a session nothing is asked', async () => {
  const client = world.client();
  await assert.rejects(client.openActivity('poker'), { reason: 'not_joined' });
  await assert.rejects(client.act('vote'), { reason: 'activity_none' });
});

test('The last news, if they are lost, are noticed by the answer to a vote of our own', async () => {
  const { ada, bob } = await voting();
  await bob.act('vote', { card: '2' });
  await until(() => votersOf(ada).length === 1);
  const participant = world.room.participants.get('bob');
  const { handle } = participant;
  participant.handle = null;
  await ada.act('vote', { card: '5' });
  participant.handle = handle;
  assert.deepEqual(votersOf(bob), ['bob']);
  await bob.act('vote', { card: '3' });
  await until(() => votersOf(bob).length === 2);
  assert.deepEqual([bob.state.version, bob.activity.own], [world.room.version, { card: '3' }]);
  assert.equal(world.server.asked('sync').length, 1);
});

const kOutline = { kind: 'poker', phase: 'voting', version: 4 };

test('What is our own stays as it is where nothing is said of it', () => {
  const known = { ...kOutline, state: 'old', own: 'mine', roomVersion: 6 };
  const wire = { ...kOutline, state: 'new' };
  assert.deepEqual(activityFrom(wire, known, 7), { ...wire, own: 'mine', roomVersion: 7 });
  assert.deepEqual(activityFrom({ ...wire, own: 'told' }, known, 7), { ...wire, own: 'told', roomVersion: 7 });
  assert.equal(activityFrom({ ...wire, own: null }, known, 7).own, null);
  assert.equal(activityFrom(wire, null, 7).own, null);
  assert.equal(activityFrom(null, known, 7), null);
});

test('A difference is applied once, to what it starts from and to nothing else', () => {
  const known = { ...kOutline, state: { votes: { ada: {} } }, own: 'mine', roomVersion: 6 };
  const wire = { ...kOutline, version: 5, from: 4, patch: { votes: { bob: {} } } };
  const after = { ...kOutline, version: 5, state: { votes: { ada: {}, bob: {} } }, own: 'mine', roomVersion: 9 };
  for (const from of [4, 5, 6]) assert.deepEqual(activityFrom({ ...wire, from }, known, 9), after);
  assert.deepEqual(known.state, { votes: { ada: {} } }, 'what was known is left as it is');
  assert.equal(activityFrom({ ...wire, from: 7 }, known, 9), undefined);
  assert.equal(activityFrom(wire, null, 9), undefined);
  assert.equal(activityFrom(wire, after, 9), after, 'the answer has said it already');
  assert.deepEqual(activityFrom({ ...wire, own: 'told' }, after, 9), { ...after, own: 'told' });
  assert.equal(activityFrom({ ...kOutline, own: 'told' }, known, 7).own, 'told', 'an answer that tells no more');
});

test('Whoever has not what a difference starts from asks for the snapshot', async () => {
  const { ada, bob } = await voting();
  await ada.act('vote', { card: '1' });
  await until(() => votersOf(bob).length === 1);
  const { handle } = world.room.participants.get('bob');
  // This client was told of everything, and yet holds another state than it should.
  const news = { ...kOutline, version: bob.activity.version, from: world.room.version + 1, patch: { votes: { eve: {} } } };
  world.room.version += 1;
  world.server.pushEvent(handle, {
    room: 'demo',
    room_version: world.room.version,
    baton: 'activity_changed',
    activity: news,
  });
  await until(() => world.server.asked('sync').length === 1);
  await until(() => bob.state.version === world.room.version);
  assert.deepEqual(votersOf(bob), ['ada']);
});

test('A move that comes too soon waits as long as it is told, and is made once', async () => {
  const { bob } = await voting();
  let refusals = 2;
  world.server.override.activity = () => {
    refusals -= 1;
    if (refusals < 0) return null;
    return { baton: 'error', error_code: 9004, error_name: 'rate_limited', error: 'Too soon.', retry_after_ms: 10 };
  };
  await bob.act('vote', { card: '5' });
  assert.deepEqual(votersOf(bob), ['bob']);
  assert.equal(world.server.asked('activity').filter((one) => one.command === 'vote').length, 3);
});

test('A move that waits when the room is left is made in no other', async () => {
  const { bob } = await voting();
  world.server.override.activity = () => ({
    baton: 'error',
    error_code: 9004,
    error_name: 'rate_limited',
    error: 'Too soon.',
    retry_after_ms: 60,
  });
  const outcomes = [bob.act('vote', { card: '1' }), bob.act('vote', { card: '2' }), bob.openActivity('poker')];
  const left = outcomes.map((one) => assert.rejects(one, { reason: 'left' }));
  await until(() => world.server.asked('activity').some((one) => one.command === 'vote'));
  await bob.leave();
  world.server.override = {};
  world.server.createRoom('other');
  await bob.join({ room: 'other', user: 'bob', role: 'host' });
  await bob.openActivity('poker');
  await Promise.all(left);
  const votes = world.server.asked('activity').filter((one) => one.command === 'vote');
  assert.deepEqual([votes.length, world.server.asked('open_activity').length], [1, 2]);
});

test('A move that waits when the connection is lost is made after the return to the same room', async () => {
  const { bob } = await voting();
  let refusals = 1;
  world.server.override.activity = () => {
    refusals -= 1;
    if (refusals < 0) return null;
    return { baton: 'error', error_code: 9004, error_name: 'rate_limited', error: 'Too soon.', retry_after_ms: 100 };
  };
  const voted = bob.act('vote', { card: '5' });
  await until(() => refusals === 0);
  await pause(5);
  world.room.participants.get('bob').handle.socket.shut();
  await voted;
  assert.deepEqual(bob.activity.own, { card: '5' });
});

/** Follows a room at version 10 whose activity was told by version 8. */
function followerAtTen() {
  const activity = { ...kOutline, state: { votes: { ada: {} } }, own: null };
  const snapshot = { room: 'demo', room_version: 8, state: 'live', settings: {}, participants: [], activity };
  const asked = [];
  const follower = new RoomFollower({ now: () => 0, synchronize: () => new Promise((fulfil) => asked.push(fulfil)) });
  follower.begin({ snapshot, user: 'bob', role: 'viewer' });
  for (const room_version of [9, 10]) {
    follower.receive({ baton: 'lock_changed', room: 'demo', room_version, locked: true });
  }
  assert.equal(follower.state.version, 10);
  return { follower, asked };
}

const kVoted = { ...kOutline, own: { card: '5' } };
const kPatch = { votes: { bob: {} } };
for (const [what, answer, syncs] of [
  ['of what is known, without news', { room_version: 10, activity: kVoted }, 0],
  ['of what is not known, without news', { room_version: 11, activity: kVoted }, 1],
  ['with a difference to what is known', { room_version: 11, activity: { ...kVoted, from: 8, patch: kPatch } }, 0],
  ['with a difference to what is not known', { room_version: 12, activity: { ...kVoted, from: 11, patch: kPatch } }, 1],
  ['with the whole', { room_version: 11, activity: { ...kVoted, state: { votes: {} } } }, 0],
  ['that there is none any more', { room_version: 11, activity: null }, 0],
]) {
  test(`An answer ${what} asks for ${syncs === 0 ? 'no' : 'a'} snapshot`, () => {
    const { follower, asked } = followerAtTen();
    follower.learn(answer);
    assert.equal(asked.length, syncs);
    // The event that an answer with news has behind it.
    follower.receive({ baton: 'activity_changed', room: 'demo', ...answer });
    assert.equal(asked.length, syncs);
  });
}
