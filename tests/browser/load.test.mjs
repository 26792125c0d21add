// SPDX-License-Identifier: GPL-3.0-or-later
// Five hundred participants in twenty rooms of the real Janus, over real WebSockets, without media: how soon heartbeats
// are answered, and how soon those who lost their connection have the room's state again.
//
// A heartbeat counts from when it was due, not from when it could be sent; the state after a rejoin from when `join` was
// sent, and beside it from when the connection was lost. The generator of the load shares the
// processors with the server, so what held it up itself is told beside each figure.

import { Crowd } from './load/crowd.mjs';
import { Distribution } from './load/distribution.mjs';
import { MachineWatch } from './load/machine.mjs';
import { goFirst, judge, tell, tellMachine } from './load/reporting.mjs';
import { evenly, onSchedule } from './load/schedule.mjs';
import { test } from './harness/test.mjs';

const kShape = { rooms: 20, perRoom: 25 };
const kClients = kShape.rooms * kShape.perRoom;
/** Fifteen times as often as the default of rooms. */
const kHeartbeatIntervalMs = 2_000;
const kWarmUpMs = 1_000;
/** `./test load` measures longer than what is part of every `./test`. */
const kSize =
  process.env.BATON_LOAD === 'long'
    ? { heartbeatsForMs: 30_000, lost: kClients, lostPerSecond: 20 }
    : { heartbeatsForMs: 10_000, lost: kClients / 2, lostPerSecond: 25 };

const kHeartbeatBoundMs = 50;
const kStateBoundMs = 200;
const kStormBoundMs = 2_000;
const kTimeLimitMs = 90_000;

async function openCrowd(t) {
  const goesFirst = goFirst(t);
  const janus = await t.janus();
  const crowd = new Crowd(janus.url, kShape);
  t.atEnd(() => crowd.close());
  await crowd.arrive();
  return { janus, crowd, goesFirst };
}

/** Everybody who is joined sends a heartbeat when it is due. Resolves to {times, unanswered: the reasons}. */
async function heartbeats(crowd, forMs) {
  const times = new Distribution();
  const unanswered = [];
  const rounds = Math.round((kClients * forMs) / kHeartbeatIntervalMs);
  await onSchedule(evenly(rounds, forMs), async (i, due) => {
    const participant = crowd.participants[i % kClients];
    // One that is on its way back has nothing to send a heartbeat with.
    if (!participant.joined) return;
    try {
      await participant.heartbeat();
      times.add(performance.now() - due);
    } catch (error) {
      if (participant.joined) unanswered.push(error.message);
    }
  });
  return { times, unanswered };
}

/**
 * Brings a participant whose connection was cut back with its resume token, on a new connection.
 * @param {{state: Distribution, outage: Distribution, wrong: string[]}} seen  what it adds to
 * @param {number} due  when the cut was due
 */
async function comeBack(crowd, participant, due, seen) {
  try {
    await participant.connect();
    const asked = performance.now();
    const { rejoined, snapshot } = await participant.join();
    const now = performance.now();
    seen.state.add(now - asked);
    seen.outage.add(now - due);
    const own = snapshot.participants.find(({ user }) => user === participant.user);
    const right = rejoined && snapshot.participants.length === crowd.perRoom && own?.presence === 'active';
    if (!right) seen.wrong.push(`rejoined ${rejoined}, ${snapshot.participants.length} participants, own ${own?.presence}`);
  } catch (error) {
    seen.wrong.push(error.message);
  }
}

function checkNone(t, what, found) {
  t.check(what, found.length === 0, found.length === 0 ? '' : `${found.length} times, such as: ${found[0]}`);
}

test('Heartbeats of 500 clients in 20 rooms are answered in time', async (t) => {
  const { janus, crowd, goesFirst } = await openCrowd(t);
  await heartbeats(crowd, kWarmUpMs);
  const watch = new MachineWatch(janus.pid);
  const { times, unanswered } = await heartbeats(crowd, kSize.heartbeatsForMs);
  const machine = watch.stop();
  tell(t, 'heartbeat answered', times);
  checkNone(t, 'Every heartbeat was answered', unanswered);
  tellMachine(t, machine);
  t.reading("Janus's CPU time for a heartbeat", (machine.serverSeconds / times.count) * 1e6, { unit: 'µs' });
  t.check('All are active', (await crowd.activeByStatus()) === kClients);
  judge(t, { machine, goesFirst }, [['heartbeat answered, p99.9', times.percentile(99.9), kHeartbeatBoundMs]]);
}, { timeLimitMs: kTimeLimitMs });

test('Each second some clients are cut off: they soon have the state again, and the others notice nothing', async (t) => {
  const { janus, crowd, goesFirst } = await openCrowd(t);
  await heartbeats(crowd, kWarmUpMs);
  const watch = new MachineWatch(janus.pid);
  const seen = { state: new Distribution(), outage: new Distribution(), wrong: [] };
  const forMs = (kSize.lost / kSize.lostPerSecond) * 1000;
  const [beats] = await Promise.all([
    heartbeats(crowd, forMs),
    onSchedule(evenly(kSize.lost, forMs), (i, due) => {
      crowd.participants[i].cut();
      return comeBack(crowd, crowd.participants[i], due, seen);
    }),
  ]);
  const machine = watch.stop();
  tell(t, 'state after the join was sent', seen.state);
  tell(t, 'state after the connection was lost', seen.outage);
  tell(t, 'heartbeat of the others answered', beats.times);
  checkNone(t, 'All came back with role and state', seen.wrong);
  checkNone(t, 'Every heartbeat was answered', beats.unanswered);
  tellMachine(t, machine);
  t.check('All are active', (await crowd.activeByStatus()) === kClients);
  judge(t, { machine, goesFirst }, [
    ['state after the join was sent, p99', seen.state.percentile(99), kStateBoundMs],
    ['heartbeat of the others answered, p99.9', beats.times.percentile(99.9), kHeartbeatBoundMs],
  ]);
}, { timeLimitMs: kTimeLimitMs });

test('All 500 clients lose their connection at once: all are back with their role', async (t) => {
  const { janus, crowd, goesFirst } = await openCrowd(t);
  const watch = new MachineWatch(janus.pid);
  const seen = { state: new Distribution(), outage: new Distribution(), wrong: [] };
  const due = performance.now();
  for (const participant of crowd.participants) participant.cut();
  await Promise.all(crowd.participants.map((participant) => comeBack(crowd, participant, due, seen)));
  const machine = watch.stop();
  tell(t, 'state after the join was sent', seen.state);
  tell(t, 'state after the connection was lost', seen.outage);
  checkNone(t, 'All came back with role and state', seen.wrong);
  tellMachine(t, machine);
  t.check('All are active', (await crowd.activeByStatus()) === kClients);
  judge(t, { machine, goesFirst }, [['the last one has the state again', seen.outage.max, kStormBoundMs]]);
}, { timeLimitMs: kTimeLimitMs });
