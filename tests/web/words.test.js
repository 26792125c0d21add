// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages say, and what their addresses mean.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultJanusUrl,
  idFrom,
  pageUrl,
  personalId,
  readParameters,
  withoutOpeners,
} from '../../examples/web/page_parameters.js';
import { duration, farewell, mediaPath, notice, whatComesNext } from '../../examples/web/view/words.js';

const person = (user, role, presence = 'active', publishing = false) => ({
  user,
  displayName: user.toUpperCase(),
  role,
  presence,
  publishing,
});

const base = {
  state: 'host_offline',
  me: { user: 'dan', role: 'viewer' },
  settings: { mode: 'sfu', grace_ms: 300_000, on_host_timeout: 'pause' },
  host: { user: 'ada' },
  grace: { reason: 'connection_lost', deadline: 5000 },
  promotion: null,
  backup: null,
  program: { state: 'held', user: 'ada' },
  participants: [person('ada', 'host', 'offline'), person('dan', 'viewer')],
};
const joined = { state: 'joined', error: null };
const withPeople = (people, rest = {}) => ({ ...base, ...rest, participants: [...base.participants, ...people] });

for (const [what, state, sentence] of [
  ['a present backup', withPeople([person('bob', 'controller')], { backup: 'bob' }), 'Then BOB takes over.'],
  ['a viewer as backup', withPeople([person('bob', 'viewer')], { backup: 'bob' }), 'Then BOB takes over.'],
  ['me as backup', { ...base, backup: 'dan' }, 'Then you take over.'],
  [
    'a backup who is away too',
    withPeople([person('bob', 'controller', 'offline')], { backup: 'bob' }),
    'BOB is the backup, but is away too. Then the room pauses until there is a host.',
  ],
  [
    'a backup who left',
    { ...base, backup: 'bob' },
    'bob is the backup, but is away too. Then the room pauses until there is a host.',
  ],
  ['one controller', withPeople([person('cyd', 'controller')]), 'Then CYD is asked to take over.'],
  [
    'me as the only controller',
    withPeople([person('cyd', 'controller')], { me: { user: 'cyd', role: 'controller' } }),
    'Then you are asked to take over.',
  ],
  [
    'two controllers',
    withPeople([person('cyd', 'controller'), person('eve', 'controller')]),
    'Then the 2 controllers are asked, one after the other, to take over.',
  ],
  ['nobody', base, 'Then the room pauses until there is a host.'],
  ['nobody in a room that closes', { ...base, settings: { on_host_timeout: 'close' } }, 'Then the room closes.'],
]) {
  test(`What comes after grace with ${what}: ${sentence}`, () => assert.equal(whatComesNext(state), sentence));
}

test('A host who is away is announced with the reason and what remains', () => {
  const { title, text, remainingMs, totalMs } = notice(base, joined, 2000);
  assert.deepEqual(
    [title, text],
    ['Host disconnected, waiting', 'ADA’s connection was lost. You see the last picture.'],
  );
  assert.deepEqual([remainingMs, totalMs], [3000, 300_000]);
});

test('The host whose own media do not arrive is told so', () => {
  const mine = { ...base, me: { user: 'ada', role: 'host' }, grace: { reason: 'media_silence', deadline: 5000 } };
  assert.equal(notice(mine, joined, 0).title, 'Your stream does not arrive');
});

test('A live picture has nothing over it; a host who shares nothing has', () => {
  const live = { ...base, state: 'live', grace: null, participants: [person('ada', 'host', 'active', true)] };
  assert.equal(notice(live, joined, 0), null);
  assert.equal(notice({ ...live, participants: [person('ada', 'host')] }, joined, 0).kind, 'held');
  const empty = { ...live, program: { state: 'empty', user: null }, participants: [person('ada', 'host')] };
  assert.equal(notice(empty, joined, 0).kind, 'not_sharing');
});

test('A host who shares nothing is told what to do', () => {
  const live = { ...base, state: 'live', grace: null, me: { user: 'ada', role: 'host' } };
  assert.equal(notice({ ...live, participants: [person('ada', 'host')] }, joined, 0).title, 'You are host');
  assert.equal(notice({ ...live, participants: [person('ada', 'host', 'active', true)] }, joined, 0), null);
});

test("One's own lost connection comes before whatever the room last said", () => {
  assert.equal(notice(base, { state: 'reconnecting', error: null }, 0).kind, 'reconnecting');
});

for (const [mode, transport, text, why] of [
  ['sfu', { name: null, reason: null }, 'Through the server', /^$/],
  ['sfu', { name: 'direct', reason: null }, 'Direct', /^$/],
  ['sfu', { name: 'gateway', reason: null }, 'Through the gateway', /^$/],
  ['sfu', { name: 'gateway', reason: 'timeout' }, 'Through the gateway', /in time/],
  ['sfu', { name: 'gateway', reason: 'something_new' }, 'Through the gateway', /does not work/],
  ['p2p', { name: null, reason: null }, 'Peer to peer', /^$/],
]) {
  const how = `${transport.name ?? 'nothing yet'}${transport.reason ? ` because of ${transport.reason}` : ''}`;
  test(`In a ${mode} room with ${how} the page says: ${text}`, () => {
    const path = mediaPath({ settings: { mode } }, transport);
    assert.equal(path.text, text);
    assert.match(path.why, why);
  });
}

test('Every state of a room and every end has a sentence', () => {
  for (const state of ['waiting', 'host_offline', 'promoting', 'paused'])
    assert.ok(notice({ ...base, state }, joined, 0).text.length > 10, state);
  for (const reason of ['left', 'replaced', 'kicked', 'room_closed', 'room_unknown', 'refused']) {
    assert.ok(farewell(reason, null, null).text.length > 10, reason);
  }
});

test('Durations are read as clocks show them', () => {
  const cases = [
    [0, '0 s'],
    [1, '1 s'],
    [59_001, '1:00'],
    [59_000, '59 s'],
    [271_000, '4:31'],
    [3_600_000, '1:00:00'],
    [3_725_000, '1:02:05'],
  ];
  for (const [ms, text] of cases) assert.equal(duration(ms), text);
});

test('Ids are made of what the server takes, whatever the name', () => {
  assert.equal(idFrom('Ada Lovelace'), 'ada-lovelace');
  assert.equal(idFrom('Zoë  Ångström!'), 'zoe-angstrom');
  assert.equal(
    personalId('明', () => 0),
    'guest-0000',
  );
  for (const name of ['a'.repeat(200), '---', '🦊 fox', 'x'.repeat(63)])
    assert.match(personalId(name), /^[A-Za-z0-9._~@+:=-]{1,64}$/);
});

const at = (address) => new URL(address);

test('Parameters of the address are read, and strange ones are left out', () => {
  const read = readParameters(
    at(
      'http://h:8000/host.html?room=r&user=u&janus=ws://x:1&autostart=1&source=clock&codec=vp9&grace_ms=5000&media_silence_ms=soon',
    ),
  );
  assert.deepEqual(read, {
    room: 'r',
    user: 'u',
    name: 'u',
    role: '',
    janus: 'ws://x:1',
    autostart: true,
    pin: null,
    token: null,
    relay: false,
    transport: 'auto',
    saveWhenUnwatched: false,
    secret: null,
    source: 'clock',
    create: { video_codec: 'vp9', grace_ms: 5000 },
  });
  assert.equal(readParameters(at('http://h/?source=keyboard')).source, null);
  const transports = ['direct', 'gateway', 'auto', 'pigeon', ''];
  const wishes = transports.map((name) => readParameters(at(`http://h/?transport=${name}`)).transport);
  assert.deepEqual(wishes, ['direct', 'gateway', 'auto', 'auto', 'auto']);
  const guarded = readParameters(at('http://h/host.html?pin=482913&token=a.b.c&secret=s3cret&relay=1'));
  assert.deepEqual([guarded.pin, guarded.token, guarded.secret, guarded.relay], ['482913', 'a.b.c', 's3cret', true]);
  assert.deepEqual(guarded.create, {}, 'pin and secret go with whatever asks for the room');
});

test('Janus is looked for beside the page', () => {
  assert.equal(defaultJanusUrl(at('http://10.0.0.1:8000/host.html')), 'ws://10.0.0.1:8188');
  assert.equal(defaultJanusUrl(at('https://example.org/')), 'wss://example.org:8188');
});

test('Links to other pages take the address of Janus with them', () => {
  const url = pageUrl(
    'viewer.html',
    { room: 'r', role: '' },
    at('http://h:8000/host.html?room=r&user=secret&janus=ws://x:1'),
  );
  assert.equal(url, 'http://h:8000/viewer.html?room=r&janus=ws%3A%2F%2Fx%3A1');
});

test('What opens a door does not stay in the address', () => {
  const cases = [
    ['http://h/host.html?room=r&pin=482913&token=a.b.c&janus=ws://x:1#top', 'http://h/host.html?room=r&janus=ws%3A%2F%2Fx%3A1#top'],
    ['http://h/viewer.html?token=a.b.c', 'http://h/viewer.html'],
    ['http://h/host.html?room=r&secret=s3cret', 'http://h/host.html?room=r'],
    ['http://h/viewer.html?room=a%20b', 'http://h/viewer.html?room=a%20b'],
    ['http://h/viewer.html', 'http://h/viewer.html'],
  ];
  for (const [before, after] of cases) assert.equal(withoutOpeners(at(before)), after);
});
