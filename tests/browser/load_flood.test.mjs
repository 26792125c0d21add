// SPDX-License-Identifier: GPL-3.0-or-later
// Thousands of messages a second into one room of the real Janus, over real WebSockets: what that costs the people in
// other rooms, and whether those in the flooded room are still taken for present.
//
// As in load.test.mjs, a heartbeat counts from when it was due. The flood comes from a process of its own, which shares
// the processors with the server and with the clients that are measured.

import { fork } from 'node:child_process';
import { Crowd } from './load/crowd.mjs';
import { Distribution } from './load/distribution.mjs';
import { MachineWatch } from './load/machine.mjs';
import { goFirst, goSecond, judge, tell, tellMachine } from './load/reporting.mjs';
import { evenly, onSchedule } from './load/schedule.mjs';
import { test } from './harness/test.mjs';

/** The rooms that are measured. */
const kShape = { rooms: 4, perRoom: 25 };
const kClients = kShape.rooms * kShape.perRoom;
const kHeartbeatIntervalMs = 500;
const kLong = process.env.BATON_LOAD === 'long';
/**
 * The room that is flooded: by those who are in it. A message takes 0.2 to 0.45 ms of the server's CPU time, by the
 * machine; the short form leaves room for the others on one with two slow processors.
 */
const kFlood = { room: 'flooded', connections: 50, perSecond: kLong ? 5_000 : 2_000 };
const kForMs = kLong ? 30_000 : 16_000;
const kWarmUpMs = 1_000;
const kHeartbeatBoundMs = 50;
/** Of what was meant to be sent, so that the flood is one. */
const kSentAtLeast = 0.98;
/** Of the flood: half of it comes from a few, who each send far more than a handle may. */
const kRefusedAtLeast = 1 / 3;
const kTimeLimitMs = 120_000;

/** Starts the process that floods; resolves once all of it has joined. */
async function openFlood(t, url) {
  const plan = JSON.stringify({ url, ...kFlood, forMs: kForMs });
  const child = fork(new URL('./load/flooder.mjs', import.meta.url), [plan]);
  t.atEnd(() => child.kill());
  goSecond(child.pid);
  const next = () =>
    new Promise((fulfil, reject) => {
      child.once('message', fulfil);
      child.once('exit', (code) => reject(new Error(`The flood ended early, with exit code ${code}.`)));
    });
  await next();
  const run = () => {
    const outcome = next();
    child.send('begin');
    return outcome;
  };
  return { pid: child.pid, run };
}

/** Everybody of the crowd sends heartbeats, whether or not those before were answered. */
async function heartbeats(participants, forMs) {
  const times = new Distribution();
  const unanswered = [];
  const rounds = Math.round((participants.length * forMs) / kHeartbeatIntervalMs);
  await onSchedule(evenly(rounds, forMs), async (i, due) => {
    try {
      await participants[i % participants.length].heartbeat();
      times.add(performance.now() - due);
    } catch (error) {
      unanswered.push(error.message);
    }
  });
  return { times, unanswered };
}

test(`A flood of ${kFlood.perSecond} messages a second into one room costs the others nothing`, async (t) => {
  const goesFirst = goFirst(t);
  const janus = await t.janus();
  const operator = new Crowd(janus.url, { rooms: 0, perRoom: 0 });
  const insider = await operator.enter('flooded', 'ada', { create: true });
  t.atEnd(() => insider.close());
  const flood = await openFlood(t, janus.url);
  const crowd = new Crowd(janus.url, kShape);
  t.atEnd(() => crowd.close());
  await crowd.arrive();
  const quiet = await heartbeats(crowd.participants, kWarmUpMs * 2);
  tell(t, 'heartbeat answered before the flood', quiet.times);

  const watch = new MachineWatch(janus.pid, [flood.pid]);
  const [outcome, others, inside] = await Promise.all([
    flood.run(),
    heartbeats(crowd.participants, kForMs),
    heartbeats([insider], kForMs),
  ]);
  const machine = watch.stop();
  const { sent, seconds, answered, counts } = outcome;
  t.note(`sent ${sent} messages in ${seconds.toFixed(1)} s; ${answered} answers: ${JSON.stringify(counts)}`);
  const { rate_limited } = await insider.ask({ request: 'status', room: 'flooded' });
  t.note(`refused by the limits of the room: ${JSON.stringify(rate_limited)}`);
  tell(t, 'heartbeat of other rooms answered', others.times);
  tell(t, 'heartbeat in the flooded room answered', inside.times);
  tellMachine(t, machine);
  t.reading("Janus's CPU time for a message of the flood", (machine.serverSeconds / sent) * 1e6, { unit: 'µs' });

  t.check('The flood was one', sent / seconds >= kFlood.perSecond * kSentAtLeast, `${(sent / seconds).toFixed(0)} a second`);
  t.check('Each of its messages was answered', answered === sent, `${answered} of ${sent}`);
  t.check('What was too much of it was turned away', counts.rate_limited > sent * kRefusedAtLeast, `${counts.rate_limited} of ${sent}`);
  t.check('Every heartbeat of the others was answered', others.unanswered.length === 0, others.unanswered[0]);
  t.check('Every heartbeat of a member that does not flood was answered', inside.unanswered.length === 0, inside.unanswered[0]);
  t.check('All of the others are active', (await crowd.activeByStatus()) === kClients);
  judge(t, { machine, goesFirst }, [
    ['heartbeat of other rooms answered, p99.9', others.times.percentile(99.9), kHeartbeatBoundMs],
  ]);
}, { timeLimitMs: kTimeLimitMs });
