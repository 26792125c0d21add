// SPDX-License-Identifier: GPL-3.0-or-later
// The race of signalling: who sends does not wait for who receives, and connections break meanwhile.

import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from './harness/picture.mjs';
import { openStage } from './harness/stage.mjs';
import { test } from './harness/test.mjs';

const kFirst = 40;
const kSecond = 40;
const kHandlersAfterMs = 2_000;
const kBreakAfterMs = 1_000;
const kQuietMs = 1_500;

const numbers = (count, from) => Array.from({ length: count }, (_, i) => from + i);

/** Opens a host who sends and a viewer who receives. */
async function openPair(t) {
  const stage = await openStage(t);
  const browser = await t.browser({ name: 'pair' });
  const sender = await stage.participant('ada', { browser });
  await sender.join({ role: 'host', create: {} });
  const receiver = await stage.participant('bob', { browser });
  await receiver.join({});
  return { sender, receiver };
}

async function rejoined(participant, from) {
  await participant.event('connection', 'joined', from);
}

/** Waits for all, then for some that would be too many, and says what came. */
async function checkSignals(t, receiver, count) {
  const deadline = Date.now() + 15_000;
  while ((await receiver.signals()).length < count && Date.now() < deadline) await sleep(20);
  await sleep(kQuietMs);
  const signals = await receiver.signals();
  const payloads = signals.map((one) => one.payload);
  const repeated = payloads.length - new Set(payloads).size;
  const lost = count - new Set(payloads).size;
  const disordered = payloads.filter((payload, i) => i > 0 && payload < payloads[i - 1]).length;
  t.figure('signals lost', lost, { atMost: 0, atLeast: 0, unit: `of ${count}` });
  t.figure('signals that came twice', repeated, { atMost: 0, unit: 'signals' });
  t.figure('signals out of order', disordered, { atMost: 0, unit: 'signals' });
  return signals.at(-1)?.at;
}

for (const { what, breaks } of [
  { what: 'without a reconnect in between', breaks: [] },
  { what: 'with a reconnect of the receiver in between', breaks: ['receiver'] },
  { what: 'with a reconnect of the sender in between', breaks: ['sender'] },
  { what: 'with both ends reconnecting at once in between', breaks: ['receiver', 'sender'] },
]) {
  test(`The sender sends at once, the receiver's handlers come 2 s later, ${what}: nothing lost, nothing twice, in order`, async (t) => {
    const pair = await openPair(t);
    const { sender, receiver } = pair;
    const from = wallClock();
    const sending = sender.does('send', 'bob', numbers(kFirst, 1));
    await sleep(kBreakAfterMs);
    const brokenAt = wallClock();
    await Promise.all(breaks.map((end) => pair[end].does('breakConnection')));
    // Those of the second half are sent into the gap.
    const sendingMore = sender.does('send', 'bob', numbers(kSecond, kFirst + 1));
    await Promise.all(breaks.map((end) => rejoined(pair[end], brokenAt)));
    await sleep(kHandlersAfterMs - (wallClock() - from));
    const handlersAt = await receiver.does('listen');
    await sending;
    await sendingMore;
    const lastAt = await checkSignals(t, receiver, kFirst + kSecond);
    t.figure('the last one came after the handlers', lastAt - handlersAt, { atMost: 1_000 });
    const restarted = [...(await sender.events()), ...(await receiver.events())].filter((one) => one.type.startsWith('signals-'));
    t.figure('losses that were told', restarted.length, { atMost: 0, unit: 'events' });
  });
}

test("Signals into a connection that died without a word are delivered over the receiver's next one, once and in order", async (t) => {
  const cable = await t.link('bob');
  const stage = await openStage(t);
  const sender = await stage.participant('ada');
  await sender.join({ role: 'host', create: { heartbeat_interval_ms: 1_000 } });
  const receiver = await stage.participant('bob', { link: cable });
  receiver.page.allowErrors(/WebSocket connection/, /ERR_/);
  await receiver.join({});
  await receiver.does('listen');
  await sender.does('send', 'bob', numbers(kFirst, 1));
  const from = wallClock();
  cable.dropEverything();
  // The server knows of nothing and sends; the receiver misses the answer to its heartbeat.
  await sender.does('send', 'bob', numbers(kSecond, kFirst + 1));
  const lost = await receiver.event('connection', 'reconnecting', from);
  t.figure('the receiver knew that its connection was dead', lost.at - from, { atMost: 6_500 });
  const restoredAt = wallClock();
  cable.restore();
  const lastAt = await checkSignals(t, receiver, kFirst + kSecond);
  t.figure('all were there after the network was', lastAt - restoredAt, { atMost: 6_000 });
}, { timeLimitMs: 90_000 });

test('Signals that go both ways while both ends break again and again arrive once and in order', async (t) => {
  const { sender, receiver } = await openPair(t);
  for (const one of [sender, receiver]) await one.does('listen');
  const count = 120;
  const flows = [sender.does('send', 'bob', numbers(count, 1)), receiver.does('send', 'ada', numbers(count, 1))];
  for (let i = 0; i < 4; ++i) {
    await sleep(200);
    await (i % 2 ? sender : receiver).does('breakConnection');
  }
  await Promise.all(flows);
  for (const one of [sender, receiver]) await checkSignals(t, one, count);
});

test('A host waits until everybody is ready, or learns who is not', async (t) => {
  const { sender, receiver } = await openPair(t);
  const late = await sender.call('whenReady', { timeoutMs: 500 });
  t.check('Who has no handlers yet is named', !late.ready && late.notReady.join() === 'bob', JSON.stringify(late));
  const from = wallClock();
  const waiting = sender.call('whenReady', { timeoutMs: 10_000 });
  await sleep(300);
  const readyAt = await receiver.does('listen');
  const whole = await waiting;
  t.check('Everybody is ready', whole.ready && whole.notReady.length === 0, JSON.stringify(whole));
  t.figure('the host knew after the last was ready', wallClock() - readyAt, { atMost: 500, note: `it waited ${Math.round(wallClock() - from)} ms` });
});
