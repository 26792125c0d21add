// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { JanusConnection } from '../../examples/web/client/janus_connection.js';
import { FakeBatonServer } from './fake/fake_baton_server.js';
import { kFastTiming, pause, until } from './support.js';

const kPlugin = 'janus.plugin.baton';
let server;
let connection;
let deaths;

beforeEach(() => {
  server = new FakeBatonServer();
  connection = make();
  deaths = [];
  connection.ondead = (reason) => deaths.push(reason);
});
afterEach(() => connection.close());

const make = (timing = {}) =>
  new JanusConnection('ws://fake', { WebSocket: server.WebSocket, timing: { ...kFastTiming, ...timing } });
const socketOf = () => [...server.sockets][0];

test('A message to the plugin resolves to its event and not to the acknowledgement', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  server.createRoom('demo');
  const { data } = await handle.request({ request: 'exists', room: 'demo' });
  assert.deepEqual(data, { baton: 'exists', room: 'demo', exists: true });
});

test('Answers that come out of order find their requests', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  const socket = socketOf();
  const answers = [];
  server.receive = (_, message) => answers.push(message);
  const asked = ['a', 'b', 'c'].map((name) => handle.request({ name }));
  await until(() => answers.length === 3);
  for (const message of answers.reverse()) {
    socket.deliver({ janus: 'ack', transaction: message.transaction });
    socket.deliver({
      janus: 'event',
      sender: handle.id,
      transaction: message.transaction,
      plugindata: { data: message.body },
    });
  }
  assert.deepEqual(
    (await Promise.all(asked)).map(({ data }) => data.name),
    ['a', 'b', 'c'],
  );
});

test('A synchronous success of the plugin settles a message too', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  const socket = socketOf();
  server.receive = (_, { transaction }) =>
    socket.deliver({ janus: 'success', sender: handle.id, transaction, plugindata: { data: { baton: 'list' } } });
  assert.equal((await handle.request({ request: 'list' })).data.baton, 'list');
});

test('Events, candidates and hangups go to the handle that they name', async () => {
  await connection.open();
  const first = await connection.attach(kPlugin);
  const second = await connection.attach(kPlugin);
  const seen = [];
  for (const [name, handle] of [
    ['first', first],
    ['second', second],
  ]) {
    handle.observer = {
      event: (data) => seen.push([name, data.text]),
      trickle: (candidate) => seen.push([name, candidate]),
      hangup: (reason) => seen.push([name, reason]),
    };
  }
  const socket = socketOf();
  socket.deliver({ janus: 'event', sender: second.id, plugindata: { data: { text: 'hello' } } });
  socket.deliver({ janus: 'trickle', sender: first.id, candidate: 'c' });
  socket.deliver({ janus: 'hangup', sender: second.id, reason: 'DTLS alert' });
  socket.deliver({ janus: 'event', sender: 4711, plugindata: { data: { text: 'to nobody' } } });
  await until(() => seen.length === 3);
  assert.deepEqual(seen, [
    ['second', 'hello'],
    ['first', 'c'],
    ['second', 'DTLS alert'],
  ]);
});

test('Messages of another Janus session are ignored', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  let count = 0;
  handle.observer = {
    event: () => {
      count += 1;
    },
  };
  socketOf().deliver({ janus: 'event', session_id: 1, sender: handle.id, plugindata: { data: {} } });
  socketOf().deliver({ janus: 'timeout', session_id: 1 });
  await pause(20);
  assert.deepEqual([count, deaths], [0, []]);
});

test('When the WebSocket closes, what waits is rejected and the death is told once', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  server.ignored.add('list');
  const asked = handle.request({ request: 'list' });
  server.shutSockets();
  await assert.rejects(asked, { reason: 'connection_lost' });
  assert.deepEqual(deaths, ['socket_closed']);
  await assert.rejects(handle.request({ request: 'list' }), { reason: 'connection_lost' });
});

test('A session that Janus timed out is dead though the WebSocket stands', async () => {
  await connection.open();
  socketOf().deliver({ janus: 'timeout', session_id: socketOf().session });
  await until(() => deaths.length > 0);
  assert.deepEqual(deaths, ['session_timeout']);
});

test('A session that Janus does not know any more is dead', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  socketOf().session = 1;
  await assert.rejects(handle.request({ request: 'list' }), { reason: 'gateway_refused' });
  assert.deepEqual(deaths, ['session_unknown']);
});

test('A request without an answer fails in time and leaves the connection alone', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  server.ignored.add('list');
  await assert.rejects(handle.request({ request: 'list' }, null, { timeoutMs: 20 }), { reason: 'timeout' });
  assert.equal(connection.alive, true);
});

test('A keep-alive without an answer ends a connection that only seems to stand', async () => {
  connection = make({ keepAliveMs: 20, requestMs: 30 });
  connection.ondead = (reason) => deaths.push(reason);
  await connection.open();
  await pause(60);
  assert.deepEqual(deaths, [], 'answered keep-alives keep it up');
  server.silent = true;
  await until(() => deaths.length > 0);
  assert.deepEqual(deaths, ['no_answer']);
});

test('A server that refuses or does not answer makes open() fail', async () => {
  server.refusing = true;
  await assert.rejects(connection.open(), { reason: 'connection_lost' });
  server.refusing = false;
  server.unreachable = true;
  await assert.rejects(make().open(), { reason: 'timeout' });
  assert.deepEqual(deaths, [], 'nobody is told twice');
});

test('Closing while opening rejects the opening', async () => {
  const opening = connection.open();
  connection.close();
  await assert.rejects(opening, { reason: 'connection_lost' });
});

test('After close() nothing is delivered any more', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  let count = 0;
  handle.observer = {
    event: () => {
      count += 1;
    },
  };
  const socket = socketOf();
  connection.close();
  socket.onmessage({ data: JSON.stringify({ janus: 'event', sender: handle.id, plugindata: { data: {} } }) });
  assert.deepEqual([count, deaths], [0, []]);
});

test('What is no JSON ends the connection', async () => {
  await connection.open();
  socketOf().onmessage({ data: '{' });
  assert.deepEqual(deaths, ['protocol_violated']);
});

test('At most 256 requests wait; the next one is refused', async () => {
  await connection.open();
  const handle = await connection.attach(kPlugin);
  server.ignored.add('list');
  const asked = Array.from({ length: 256 }, () => handle.request({ request: 'list' }).catch((error) => error.reason));
  await assert.rejects(handle.request({ request: 'list' }), { reason: 'busy' });
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(['timeout']));
});
