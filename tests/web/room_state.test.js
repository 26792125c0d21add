// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyEvent,
  fromSnapshot,
  graceRemainingMs,
  participantOf,
  promotionRemainingMs,
} from '../../examples/web/client/room_state.js';

const person = (user, role = 'viewer', rest = {}) => ({
  user,
  display_name: user.toUpperCase(),
  role,
  presence: 'active',
  publishing: false,
  ...rest,
});

const snapshot = (rest = {}) => ({
  room: 'demo',
  room_version: 10,
  description: '',
  state: 'live',
  settings: { mode: 'sfu' },
  host: { user: 'ada', lease_version: 1 },
  grace: null,
  promotion: null,
  backup: null,
  program: { state: 'on_air', user: 'ada' },
  participants: [person('ada', 'host', { publishing: true }), person('bob', 'controller'), person('cyd')],
  ...rest,
});

const me = { user: 'bob', role: 'controller' };
const start = (rest) => fromSnapshot(snapshot(rest), me, 1000);

/** The state after these events, whose versions follow each other unless they say otherwise. */
function after(state, ...events) {
  let version = state.version;
  let current = state;
  for (const event of events) current = applyEvent(current, { room: 'demo', room_version: ++version, ...event }, 2000);
  return current;
}

const kOffline = { baton: 'host_offline', user: 'ada', grace: { reason: 'connection_lost', remaining_ms: 5000 } };
const kAsked = { baton: 'promotion_started', promotion: { promotion: 3, candidate: 'bob', remaining_ms: 800 } };

const kCases = [
  [
    'somebody who joins is added',
    [{ baton: 'participant_joined', participant: person('dan') }],
    (s) => assert.equal(participantOf(s, 'dan').displayName, 'DAN'),
  ],
  [
    'somebody who joins again is not there twice',
    [{ baton: 'participant_joined', participant: person('cyd', 'viewer') }],
    (s) => assert.equal(s.participants.filter((one) => one.user === 'cyd').length, 1),
  ],
  [
    'somebody who left is gone',
    [{ baton: 'participant_left', user: 'cyd', reason: 'left' }],
    (s) => assert.equal(participantOf(s, 'cyd'), undefined),
  ],
  [
    'presence changes',
    [{ baton: 'presence_changed', user: 'cyd', presence: 'offline' }],
    (s) => assert.equal(participantOf(s, 'cyd').presence, 'offline'),
  ],
  [
    'my own role changes with the list',
    [{ baton: 'role_changed', user: 'bob', role: 'host' }],
    (s) => assert.deepEqual([s.me.role, participantOf(s, 'bob').role], ['host', 'host']),
  ],
  [
    "somebody else's role is not mine",
    [{ baton: 'role_changed', user: 'cyd', role: 'controller' }],
    (s) => assert.deepEqual([s.me.role, participantOf(s, 'cyd').role], ['controller', 'controller']),
  ],
  [
    'publishing changes',
    [{ baton: 'publishing_changed', user: 'ada', publishing: false }],
    (s) => assert.equal(participantOf(s, 'ada').publishing, false),
  ],
  [
    "grace counts from its arrival by this machine's clock",
    [kOffline],
    (s) =>
      assert.deepEqual(
        [s.state, graceRemainingMs(s, 2000), graceRemainingMs(s, 6000), graceRemainingMs(s, 9e9)],
        ['host_offline', 5000, 1000, 0],
      ),
  ],
  [
    "the host's return ends grace",
    [kOffline, { baton: 'host_returned', user: 'ada' }],
    (s) => assert.deepEqual([s.state, s.grace, graceRemainingMs(s, 2000)], ['live', null, null]),
  ],
  [
    'a question replaces grace',
    [kOffline, kAsked],
    (s) =>
      assert.deepEqual(
        [s.state, s.grace, s.promotion.candidate, promotionRemainingMs(s, 2000)],
        ['promoting', null, 'bob', 800],
      ),
  ],
  [
    'a host who returns while another is asked ends the question',
    [kOffline, kAsked, { baton: 'host_returned', user: 'ada' }],
    (s) => assert.deepEqual([s.state, s.promotion], ['live', null]),
  ],
  [
    'the end of another question leaves this one',
    [kAsked, { baton: 'promotion_ended', promotion: 2 }],
    (s) => assert.equal(s.promotion.promotion, 3),
  ],
  [
    'a new host ends everything that waited',
    [kOffline, { baton: 'host_changed', host: { user: 'bob', lease_version: 2 }, previous: 'ada', change: 'backup' }],
    (s) => assert.deepEqual([s.state, s.host, s.grace], ['live', { user: 'bob', leaseVersion: 2 }, null]),
  ],
  [
    'a pause has no host',
    [kOffline, { baton: 'paused' }],
    (s) => assert.deepEqual([s.state, s.host, s.grace], ['paused', null, null]),
  ],
  [
    'the backup is named and taken back',
    [
      { baton: 'backup_changed', user: 'cyd' },
      { baton: 'backup_changed', user: null },
    ],
    (s) => assert.equal(s.backup, null),
  ],
  [
    'edited settings replace the old ones',
    [{ baton: 'room_edited', settings: { mode: 'sfu', grace_ms: 7 } }],
    (s) => assert.equal(s.settings.grace_ms, 7),
  ],
  [
    'a closed room keeps its reason',
    [{ baton: 'room_closed', reason: 'time_to_live' }],
    (s) => assert.deepEqual([s.state, s.closeReason], ['closed', 'time_to_live']),
  ],
  [
    'a former host is remembered until there is a new one',
    [{ baton: 'former_host_returned', user: 'dan' }],
    (s) => assert.equal(s.formerHost, 'dan'),
  ],
];

for (const [name, list, check] of kCases) test(`State: ${name}`, () => check(after(start(), ...list)));

test('An event at or below the version of the snapshot is old news and changes nothing', () => {
  const state = start();
  for (const version of [1, 9, 10])
    assert.equal(applyEvent(state, { room: 'demo', room_version: version, baton: 'paused' }, 0), state);
  assert.notEqual(applyEvent(state, { room: 'demo', room_version: 11, baton: 'paused' }, 0), state);
});

test('An event that was overtaken by a later one is dropped', () => {
  const later = applyEvent(start(), { room: 'demo', room_version: 12, baton: 'host_returned', user: 'ada' }, 0);
  assert.equal(applyEvent(later, { room: 'demo', room_version: 11, ...kOffline }, 0), later);
});

test('Events of another room, of unknown kinds and without a version change nothing', () => {
  const state = start();
  const strange = [
    { room: 'other', room_version: 99, baton: 'paused' },
    { room: 'demo', room_version: 99, baton: 'constructor' },
    { room: 'demo', room_version: 99, baton: 'something_new' },
    { room: 'demo', baton: 'paused' },
    {},
  ];
  for (const event of strange) assert.equal(applyEvent(state, event, 0), state);
});

test('What is addressed to one participant counts whatever its version', () => {
  const asked = after(start(), kAsked);
  const ended = applyEvent(asked, { room: 'demo', room_version: 1, baton: 'promotion_ended', promotion: 3 }, 0);
  assert.equal(ended.promotion, null);
  assert.equal(ended.version, asked.version, 'and does not count as news of the room');
});

test('Program events run beside the room and need no version', () => {
  const state = applyEvent(start(), { room: 'demo', baton: 'program', program: { state: 'held', user: 'ada' } }, 0);
  assert.deepEqual(state.program, { state: 'held', user: 'ada' });
  assert.equal(state.version, 10);
});

test('A snapshot taken while grace runs counts from the moment of joining', () => {
  const state = start({ state: 'host_offline', grace: { reason: 'media_silence', remaining_ms: 300 } });
  assert.equal(graceRemainingMs(state, 1100), 200);
});

test('A state is never changed in place', () => {
  const state = start();
  const before = structuredClone(state);
  after(
    state,
    kOffline,
    kAsked,
    { baton: 'role_changed', user: 'bob', role: 'host' },
    { baton: 'room_closed', reason: 'x' },
  );
  assert.deepEqual(state, before);
});
