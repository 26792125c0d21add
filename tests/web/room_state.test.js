// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyEvent,
  controlRequests,
  fromSnapshot,
  graceRemainingMs,
  hasMissed,
  hasRight,
  isUnwatched,
  participantOf,
  promotionRemainingMs,
  roleToAskFor,
  synchronized,
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
    'presence changes of several people come in one event',
    [
      {
        baton: 'presence_changed',
        changes: [
          { user: 'cyd', presence: 'offline' },
          { user: 'bob', presence: 'offline' },
        ],
      },
      { baton: 'presence_changed', changes: [{ user: 'bob', presence: 'active' }] },
    ],
    (s) => assert.deepEqual(['cyd', 'bob'].map((user) => participantOf(s, user).presence), ['offline', 'active']),
  ],
  [
    'somebody who was away for too long is gone, also as former host',
    [
      { baton: 'former_host_returned', user: 'cyd' },
      { baton: 'presence_changed', changes: [{ user: 'cyd', presence: 'removed' }] },
    ],
    (s) => assert.deepEqual([participantOf(s, 'cyd'), s.formerHost], [undefined, null]),
  ],
  [
    'requests for control wait in the order of their numbers',
    [
      { baton: 'control_changed', user: 'cyd', change: 'requested', request: 8 },
      { baton: 'control_changed', user: 'bob', change: 'requested', request: 7 },
    ],
    (s) =>
      assert.deepEqual(
        controlRequests(s).map((one) => one.user),
        ['bob', 'cyd'],
      ),
  ],
  ...['withdrawn', 'granted', 'denied'].map((change) => [
    `a request that is ${change} waits no longer`,
    [
      { baton: 'control_changed', user: 'cyd', change: 'requested', request: 8 },
      { baton: 'control_changed', user: 'cyd', change, request: null },
    ],
    (s) => assert.deepEqual(controlRequests(s), []),
  ]),
  [
    'somebody is muted',
    [{ baton: 'mute_changed', user: 'cyd', muted: true }],
    (s) => assert.deepEqual([participantOf(s, 'cyd').muted, participantOf(s, 'bob').muted], [true, false]),
  ],
  ['the room is locked', [{ baton: 'lock_changed', locked: true }], (s) => assert.equal(s.locked, true)],
  [
    "a line of chat is as old as it says, by this machine's clock",
    [{ baton: 'chat', entry: { number: 1, user: 'cyd', display_name: 'C', text: 'hi', at_ms: 5, age_ms: 300 } }],
    (s) => assert.deepEqual(s.chat, [{ number: 1, user: 'cyd', displayName: 'C', text: 'hi', at: 1700 }]),
  ],
  [
    'the chat keeps the latest hundred lines',
    Array.from({ length: 120 }, (_, i) => ({ baton: 'chat', entry: { number: i + 1, user: 'cyd', text: 'x' } })),
    (s) => assert.deepEqual([s.chat.length, s.chat[0].number, s.chat.at(-1).number], [100, 21, 120]),
  ],
  [
    'the audience is what the host was told last',
    [{ baton: 'audience', room_version: 1, present: 3, viewers: 2, level: 'warn' }],
    (s) => assert.deepEqual(s.audience, { present: 3, viewers: 2, level: 'warn' }),
  ],
  [
    'the audience is the affair of hosts',
    [
      { baton: 'role_changed', user: 'bob', role: 'host' },
      { baton: 'audience', room_version: 11, present: 3, viewers: 2, level: 'normal' },
      { baton: 'role_changed', user: 'bob', role: 'controller', room_version: 12 },
    ],
    (s) => assert.equal(s.audience, null),
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

test('Events of another room and without a version change nothing', () => {
  const state = start();
  const strange = [{ room: 'other', room_version: 99, baton: 'paused' }, { room: 'demo', baton: 'paused' }, {}];
  for (const event of strange) assert.equal(applyEvent(state, event, 0), state);
});

test('An event of a kind that is not known is a step of the room like any other', () => {
  const state = start();
  for (const baton of ['something_new', 'constructor', undefined]) {
    const after = applyEvent(state, { room: 'demo', room_version: 11, baton }, 0);
    assert.deepEqual(after, { ...state, version: 11 });
  }
});

test('A step that is too long, or word of a room that is further on, shows that something was missed', () => {
  const state = start();
  const cases = [
    ['paused', 10, false],
    ['paused', 11, false],
    ['paused', 12, true],
    ['something_new', 12, true],
    // These are no steps.
    ['signal', 10, false],
    ['signal', 11, true],
    ['audience', 9, false],
  ];
  for (const [baton, room_version, missed] of cases)
    assert.equal(hasMissed(state, { room: 'demo', room_version, baton }), missed, `${baton} at ${room_version}`);
  assert.equal(hasMissed(state, { room: 'other', room_version: 99, baton: 'paused' }), false);
  assert.equal(hasMissed(state, { room: 'demo', baton: 'program' }), false);
});

test('A snapshot in the middle of a session keeps what only the host was told, while it is host', () => {
  const told = after(
    start({ participants: [person('bob', 'host')] }),
    { baton: 'audience', room_version: 1, present: 1, viewers: 1, level: 'normal' },
    { baton: 'former_host_returned', room_version: 1, user: 'dan' },
  );
  const asHost = synchronized(told, snapshot({ room_version: 30, participants: [person('bob', 'host')] }), 0);
  assert.deepEqual([asHost.version, asHost.audience.present, asHost.formerHost], [30, 1, 'dan']);
  const asViewer = synchronized(told, snapshot({ room_version: 30, participants: [person('bob')] }), 0);
  assert.deepEqual([asViewer.me.role, asViewer.audience, asViewer.formerHost], ['viewer', null, null]);
});

test('A snapshot has chat, lock, requests, mutes and further roles', () => {
  const state = start({
    locked: true,
    chat: [{ number: 4, user: 'gone', display_name: 'Gone', text: 'bye', at_ms: 1, age_ms: 400 }],
    participants: [person('bob', 'viewer', { further_role: 'dev', muted: true, control_request: 3 })],
  });
  assert.deepEqual([state.locked, state.chat[0].at, state.chat[0].displayName], [true, 600, 'Gone']);
  assert.deepEqual(state.me, { user: 'bob', role: 'viewer', furtherRole: 'dev' });
  assert.equal(roleToAskFor(state), 'dev');
  assert.deepEqual([participantOf(state, 'bob').muted, participantOf(state, 'bob').controlRequest], [true, 3]);
});

test('Rights are those of the role: of a viewer, of a further role, or all', () => {
  const roles = [
    { name: 'spectator', rights: ['chat'] },
    { name: 'dev', rights: ['publish', 'control'] },
  ];
  const cases = [
    [{ role: 'viewer', furtherRole: null }, 'control chat signal'],
    [{ role: 'viewer', furtherRole: 'spectator' }, 'chat'],
    [{ role: 'viewer', furtherRole: 'dev' }, 'publish control'],
    [{ role: 'controller', furtherRole: 'spectator' }, 'publish control chat signal'],
    [{ role: 'host', furtherRole: null }, 'publish control chat signal'],
  ];
  for (const [mine, rights] of cases) {
    const state = { me: mine, settings: { roles } };
    const has = ['publish', 'control', 'chat', 'signal'].filter((right) => hasRight(state, right));
    assert.equal(has.join(' '), rights);
  }
});

test('A host is unwatched only when neither the server nor the list knows of anybody', () => {
  const ada = { user: 'ada', role: 'host' };
  const seen = (participants, audience) => ({ ...fromSnapshot(snapshot({ participants }), ada, 0), audience });
  const alone = [person('ada', 'host')];
  const away = [...alone, person('cyd', 'viewer', { presence: 'offline' })];
  const watched = [...alone, person('cyd')];
  const cases = [
    [seen(alone, null), true],
    [seen(away, null), true],
    [seen(watched, null), false],
    [seen(watched, { present: 0 }), false],
    [seen(alone, { present: 1 }), false],
    [seen(away, { present: 0 }), true],
  ];
  for (const [state, unwatched] of cases) assert.equal(isUnwatched(state), unwatched);
  assert.equal(isUnwatched(start({ participants: [person('bob', 'controller')] })), false, 'who is no host has none');
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
