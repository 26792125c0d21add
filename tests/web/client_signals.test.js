// SPDX-License-Identifier: GPL-3.0-or-later
// Signals: each once and in order, or the sender is told; and who is ready for them.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { SignalInbox } from '../../examples/web/client/signal_inbox.js';
import { World, events, pause, tooSoon, until, videoStream } from './support.js';

let world;
let ada;
beforeEach(async () => {
  world = new World();
  ada = await world.joined('ada', 'host');
});
afterEach(() => world.end());

const asked = (name) => world.server.asked(name);
const inbox = (user) => world.room.participants.get(user).inbox;
const numbers = (count, from = 1) => Array.from({ length: count }, (_, i) => from + i);

/** Collects what a client receives from now on. */
function listen(client) {
  const received = [];
  client.addEventListener('signal', ({ detail }) => received.push(detail.payload));
  return received;
}

/** The room loses the connection of this user, and nobody gets in until reopen() is called. */
function cutOff(user) {
  world.server.refusing = true;
  world.room.participants.get(user).handle.socket.shut();
  return () => {
    world.server.refusing = false;
  };
}

test('A signal brings sender, kind and any JSON', async () => {
  const bob = await world.joined('bob');
  const signals = [];
  bob.addEventListener('signal', ({ detail }) => signals.push(detail));
  const payload = { sdp: 'v=0', list: [1, null, { deep: '✓' }] };
  assert.equal(await ada.signal('bob', 'offer', payload), 1);
  assert.equal(await ada.signal('bob', 'message', 'plain'), 2);
  await until(() => signals.length === 2);
  assert.deepEqual(signals, [
    { from: 'ada', number: 1, kind: 'offer', payload },
    { from: 'ada', number: 2, kind: 'message', payload: 'plain' },
  ]);
});

test('What is sent before the receiver listens comes when it does, in order', async () => {
  const bob = await world.joined('bob');
  await Promise.all(numbers(20).map((n) => ada.signal('bob', 'message', n)));
  assert.equal(asked('ready').length, 0);
  const received = listen(bob);
  await until(() => received.length === 20);
  assert.deepEqual(received, numbers(20));
});

for (const [what, when] of [
  ['before it listens', 'before'],
  ['after it listened', 'after'],
]) {
  test(`A receiver who reconnects ${what} gets everything once and in order`, async () => {
    const bob = await world.joined('bob');
    let received = when === 'after' ? listen(bob) : [];
    for (const n of numbers(5)) await ada.signal('bob', 'message', n);
    if (when === 'after') await until(() => received.length === 5);
    const reopen = cutOff('bob');
    for (const n of numbers(5, 6)) await ada.signal('bob', 'message', n);
    reopen();
    await until(() => bob.connection.state === 'joined');
    if (when === 'before') received = listen(bob);
    for (const n of numbers(5, 11)) await ada.signal('bob', 'message', n);
    await until(() => received.length >= 15);
    await pause(60);
    assert.deepEqual(received, numbers(15));
    assert.equal(asked('join').at(-1).signals_received, when === 'after' ? 5 : 0);
  });
}

test('A sender who reconnects sends again what was not accepted, and nothing twice', async () => {
  const bob = await world.joined('bob');
  const received = listen(bob);
  await ada.signal('bob', 'message', 1);
  // The server takes the second one, but its answer is lost with the connection; the third has not been sent.
  world.server.override.signal = (request) => {
    world.server.override.signal = () => null;
    world.room.signals.send(world.room.participants.get('ada'), request);
    cutOff('ada');
    return { baton: 'signalled' };
  };
  const sent = [ada.signal('bob', 'message', 2), ada.signal('bob', 'message', 3)];
  await until(() => ada.connection.state === 'reconnecting');
  const later = ada.signal('bob', 'message', 4);
  world.server.refusing = false;
  assert.deepEqual(await Promise.all([...sent, later]), [2, 3, 4]);
  assert.equal(asked('signal').filter((one) => one.number === 2).length, 1, 'the server said that it has it');
  await until(() => received.length === 4);
  await pause(60);
  assert.deepEqual(received, numbers(4));
});

test('An answer that does not come in time is met by the same number again', async () => {
  const bob = await world.joined('bob');
  const received = listen(bob);
  world.server.ignored.add('signal');
  const first = ada.signal('bob', 'message', 'a');
  await until(() => asked('signal').length === 2, 'the first try again', 1000);
  world.server.ignored.clear();
  assert.equal(await first, 1);
  assert.deepEqual(
    asked('signal').map((one) => one.number),
    [1, 1, 1],
  );
  await until(() => received.length === 1);
});

test('Both ends reconnecting at once lose nothing', async () => {
  const bob = await world.joined('bob');
  const [atAda, atBob] = [listen(ada), listen(bob)];
  const sent = [];
  for (const n of numbers(60)) {
    sent.push(ada.signal('bob', 'message', n), bob.signal('ada', 'message', n));
    if (n % 20 === 0) world.server.shutSockets();
    await pause(2);
  }
  await Promise.all(sent);
  await until(() => atAda.length >= 60 && atBob.length >= 60);
  await pause(60);
  assert.deepEqual([atAda, atBob], [numbers(60), numbers(60)]);
});

test('A delivery that was lost on the way is asked for again, and nothing overtakes it', async () => {
  const bob = await world.joined('bob');
  const received = listen(bob);
  let losses = 2;
  world.room.signals.loses = (_participant, event) => event.sequence === 2 && losses-- > 0;
  for (const n of numbers(4)) await ada.signal('bob', 'message', n);
  await until(() => received.length === 4);
  assert.deepEqual(received, numbers(4));
  assert.ok(asked('ready').length >= 2);
});

test('The last delivery, when lost, is missed at the next heartbeat', async () => {
  world.room.settings.heartbeat_interval_ms = 25;
  const bob = await world.joined('bob');
  const received = listen(bob);
  await until(() => asked('ready').length === 1);
  await pause(10);
  let losses = 1;
  world.room.signals.loses = () => losses-- > 0;
  await ada.signal('bob', 'message', 'last');
  await until(() => received.length === 1);
});

test('What was received is confirmed soon, by whatever is said next or by a heartbeat', async () => {
  const bob = await world.joined('bob');
  const received = listen(bob);
  await ada.signal('bob', 'message', 1);
  await until(() => received.length === 1);
  await bob.chat('thanks');
  assert.equal(asked('chat')[0].signals_received, 1);
  await pause(60);
  assert.equal(asked('heartbeat').length, 0, 'it was confirmed');
  await ada.signal('bob', 'message', 2);
  await until(() => asked('heartbeat').length === 1);
  assert.equal(asked('heartbeat')[0].signals_received, 2);
  await until(() => inbox('bob').entries.length === 0);
});

test('A long burst is confirmed before it fills the queue of the server', async () => {
  const bob = await world.joined('bob', 'viewer', { timing: { confirmMs: 60_000 } });
  const received = listen(bob);
  await Promise.all(numbers(100).map((n) => ada.signal('bob', 'message', n)));
  await until(() => received.length === 100);
  await until(() => inbox('bob').entries.length <= 36);
});

test('A signal waits until the one before it is accepted, lest the gateway turn them round', async () => {
  await world.joined('bob');
  world.server.ignored.add('signal');
  const sent = [ada.signal('bob', 'message', 1), ada.signal('bob', 'message', 2)];
  await pause(30);
  assert.deepEqual(
    asked('signal').map((one) => one.number),
    [1],
  );
  world.server.ignored.clear();
  assert.deepEqual(await Promise.all(sent), [1, 2]);
});

test('A signal that is refused rejects by name, and the next one is sent', async () => {
  const bob = await world.joined('bob');
  const received = listen(bob);
  await world.joined('cyd');
  const outcomes = await Promise.allSettled([
    ada.signal('nobody', 'message', 1),
    bob.signal('cyd', 'message', 1),
    bob.signal('ada', 'input', { x: 1 }),
    ada.signal('bob', 'message', 2),
  ]);
  assert.deepEqual(
    outcomes.map((one) => one.reason?.reason ?? one.value),
    ['user_unknown', 'not_permitted', 'not_permitted', 2],
  );
  await until(() => received.length === 1);
});

test('A sender is told what its receiver, who left, did not get', async () => {
  const bob = await world.joined('bob');
  listen(ada);
  await ada.signal('bob', 'message', 1);
  await ada.signal('bob', 'message', 2);
  await bob.leave();
  await until(() => events(ada, 'signals-failed').length === 1);
  assert.deepEqual(events(ada, 'signals-failed')[0], { user: 'bob', numbers: [1, 2], reason: 'receiver_left' });
});

test('A page that is loaded anew gets nothing that was meant for the one before', async () => {
  const before = await world.joined('bob');
  await ada.signal('bob', 'message', 'old');
  const bob = await world.joined('bob');
  assert.equal(asked('join').at(-1).signals_received, undefined);
  const received = listen(bob);
  await ada.signal('bob', 'message', 'new');
  await until(() => received.length === 1);
  assert.deepEqual([received, before.connection.reason], [['new'], 'replaced']);
});

test('A sender whose place was lost is told that it is not known what arrived, and begins again at 1', async () => {
  const bob = await world.joined('bob');
  const received = listen(ada);
  await bob.signal('ada', 'message', 1);
  await until(() => received.length === 1);
  world.server.ignored.add('signal');
  const doubtful = bob.signal('ada', 'message', 2);
  const outcome = assert.rejects(doubtful, { reason: 'signals_restarted' });
  await until(() => asked('signal').length === 2);
  const reopen = cutOff('bob');
  world.room.depart(world.room.participants.get('bob'), 'absent_too_long');
  world.room.spentTokens.clear();
  world.server.ignored.clear();
  reopen();
  await outcome;
  assert.deepEqual(events(bob, 'signals-restarted'), [null]);
  assert.equal(await bob.signal('ada', 'message', 3), 1);
});

test('A line that the server gave up is begun anew by a new session', async () => {
  const bob = await world.joined('bob');
  await bob.signal('ada', 'message', 1);
  world.room.participants.get('bob').broken = true;
  world.server.override.signal = () =>
    world.room.participants.get('bob').broken
      ? { baton: 'error', error_code: 6002, error_name: 'signals_broken', error: 'Broken.' }
      : null;
  await assert.rejects(bob.signal('ada', 'message', 2), { reason: 'signals_broken' });
  await until(() => events(bob, 'signals-restarted').length === 1);
  assert.equal(await bob.signal('ada', 'message', 3), 1);
});

test('One who sends nothing more learns by its heartbeat that its signals are lost', async () => {
  world.room.settings.heartbeat_interval_ms = 20;
  const bob = await world.joined('bob');
  await bob.signal('ada', 'message', 1);
  world.room.participants.get('bob').broken = true;
  await until(() => events(bob, 'signals-restarted').length === 1);
});

test('Signals are bounded in size and number, and need a room', async () => {
  const bob = await world.joined('bob');
  await assert.rejects(world.client().signal('ada', 'message', 1), { reason: 'not_joined' });
  await assert.rejects(bob.signal('ada', 'message', 'x'.repeat(32 * 1024)), { reason: 'message_too_large' });
  await bob.signal('ada', 'message', 'x'.repeat(32 * 1024 - 2));
  world.server.ignored.add('signal');
  const waiting = numbers(256).map((n) => bob.signal('ada', 'message', n));
  await assert.rejects(bob.signal('ada', 'message', 'one too many'), { reason: 'busy' });
  const ends = Promise.allSettled(waiting);
  await bob.leave();
  assert.ok((await ends).every((one) => one.reason.reason === 'left'));
});

test('After leaving and joining again, numbers begin anew and nobody speaks of a loss', async () => {
  const bob = await world.joined('bob');
  const received = listen(bob);
  await bob.signal('ada', 'message', 1);
  await ada.signal('bob', 'message', 'first');
  await until(() => received.length === 1);
  await bob.leave();
  await bob.join({ room: 'demo', user: 'bob' });
  assert.equal(await bob.signal('ada', 'message', 2), 1);
  await ada.signal('bob', 'message', 'second');
  await until(() => received.length === 2);
  assert.deepEqual([received, events(bob, 'signals-restarted')], [['first', 'second'], []]);
});

test("The receiver's rule: what came is ignored, what is missing is noticed", () => {
  const cases = [
    [{ sequence: 1, previous: 0 }, 'new'],
    [{ sequence: 1, previous: 0 }, 'duplicate'],
    [{ sequence: 3, previous: 2 }, 'gap'],
    [{ sequence: 2, previous: 1 }, 'new'],
    [{ sequence: 3, previous: 2 }, 'new'],
    // The one between expired.
    [{ sequence: 5, previous: 3 }, 'new'],
    [{ sequence: 4, previous: 3 }, 'duplicate'],
  ];
  const one = new SignalInbox();
  for (const [delivery, what] of cases) assert.equal(one.take(delivery), what);
  assert.deepEqual([one.received, one.misses(5), one.misses(6)], [5, false, true]);
});

// --- readiness ------------------------------------------------------------------------------------------------------

test('A host who waits learns that everybody is ready', async () => {
  const bob = await world.joined('bob');
  const cyd = await world.joined('cyd');
  const whole = ada.whenReady({ timeoutMs: 1000 });
  bob.ready();
  await pause(20);
  listen(cyd);
  assert.deepEqual(await whole, { ready: true, notReady: [] });
});

test('A host who waited too long learns who was not ready', async () => {
  const bob = await world.joined('bob');
  await world.joined('cyd');
  bob.ready();
  assert.deepEqual(await ada.whenReady({ timeoutMs: 100 }), { ready: false, notReady: ['cyd'] });
});

test('What is told of an earlier wait is not taken for the answer to a new one', async () => {
  const bob = await world.joined('bob');
  const stale = { baton: 'readiness', ready: false, not_ready: ['bob'] };
  const tell = () => world.room.tell(world.room.participants.get('ada'), stale);
  const whole = ada.whenReady({ timeoutMs: 1000 });
  tell();
  await until(() => asked('await_ready').length === 1);
  await pause(20);
  // The same over a reconnect: the server goes on with the wait that it knows until it is asked anew.
  world.room.participants.get('ada').handle.socket.shut();
  ada.addEventListener('state', ({ detail }) => detail.cause === 'joined' && tell());
  await until(() => asked('await_ready').length === 2);
  await pause(20);
  bob.ready();
  assert.deepEqual(await whole, { ready: true, notReady: [] });
});

test('A wait goes on over a reconnect of the host, and only one at a time', async () => {
  const bob = await world.joined('bob');
  const whole = ada.whenReady({ timeoutMs: 1000 });
  await assert.rejects(ada.whenReady(), { reason: 'busy' });
  await until(() => asked('await_ready').length === 1);
  world.room.participants.get('ada').handle.socket.shut();
  await until(() => asked('await_ready').length === 2);
  assert.ok(asked('await_ready')[1].timeout_ms < 1000);
  bob.ready();
  assert.deepEqual(await whole, { ready: true, notReady: [] });
});

test('A wait that comes too soon is asked for again after as long as the server says', async () => {
  const bob = await world.joined('bob');
  const refused = [];
  world.server.override.await_ready = () => {
    if (refused.length === 2) return null;
    refused.push(performance.now());
    return tooSoon(30);
  };
  const whole = ada.whenReady({ timeoutMs: 1000 });
  bob.ready();
  assert.deepEqual(await whole, { ready: true, notReady: [] });
  assert.ok(refused[1] - refused[0] >= 29);
  const [first, , third] = asked('await_ready').map((one) => one.timeout_ms);
  assert.ok(third <= first - 58, 'what remains of the time');
});

test('A wait that the server never takes is refused by name', async () => {
  world.server.override.await_ready = () => tooSoon(1);
  await assert.rejects(ada.whenReady({ timeoutMs: 1000 }), { reason: 'rate_limited' });
  assert.equal(asked('await_ready').length, 6);
});

test('A wait that is over is not asked for again', async () => {
  world.server.override.await_ready = () => tooSoon(400);
  await assert.rejects(ada.whenReady({ timeoutMs: 100 }), { reason: 'timeout' });
  await pause(150);
  assert.equal(asked('await_ready').length, 1);
});

test('A wait that was told to ask again asks the next session only, if there is one', async () => {
  const bob = await world.joined('bob');
  world.server.override.await_ready = () => (asked('await_ready').length === 1 ? tooSoon(100) : null);
  const whole = ada.whenReady({ timeoutMs: 2000 });
  await until(() => asked('await_ready').length === 1);
  world.room.participants.get('ada').handle.socket.shut();
  await until(() => asked('await_ready').length === 2);
  await pause(130);
  assert.equal(asked('await_ready').length, 2);
  bob.ready();
  assert.deepEqual(await whole, { ready: true, notReady: [] });
});

test('Sharing may wait for everybody', async () => {
  const bob = await world.joined('bob');
  const shared = ada.share(videoStream(), { waitForReadyMs: 1000 });
  await pause(30);
  assert.equal(asked('publish').length, 0);
  bob.ready();
  assert.deepEqual(await shared, { ready: true, notReady: [] });
  assert.equal(asked('publish').length, 1);
  assert.equal(await ada.share(videoStream()), null);
});

test('Whoever is ready says so after every reconnect, before it has anything to say', async () => {
  const bob = await world.joined('bob');
  bob.ready();
  await until(() => asked('ready').length === 1);
  world.server.shutSockets();
  await until(() => asked('ready').length === 2);
  assert.equal(world.room.participants.get('bob').ready, true);
});
