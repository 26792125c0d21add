// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages say of people, control and audience.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audienceHint, detailsOf, ownControl, timeOfDay } from '../../examples/web/view/people_words.js';

const person = (user, role, rest = {}) => ({
  user,
  displayName: user.toUpperCase(),
  role,
  furtherRole: null,
  presence: 'active',
  publishing: false,
  muted: false,
  controlRequest: null,
  ...rest,
});

const base = {
  me: { user: 'ada', role: 'host', furtherRole: null },
  host: { user: 'ada' },
  backup: null,
  settings: { mode: 'p2p', max_viewers: 25 },
  audience: null,
  participants: [person('ada', 'host'), person('bob', 'viewer')],
};
const as = (user, role, rest = {}) => ({ ...base, me: { user, role, furtherRole: null }, ...rest });

for (const [what, who, state, words] of [
  ['a host who shares', person('ada', 'host', { publishing: true }), base, 'Host · sharing'],
  ['a controller in standby', person('bob', 'controller', { publishing: true }), base, 'Controller · in standby'],
  ['the backup', person('bob', 'viewer'), { ...base, backup: 'bob' }, 'Viewer · backup'],
  [
    'one who is muted and away',
    person('bob', 'viewer', { muted: true, presence: 'offline' }),
    base,
    'Viewer · muted · away',
  ],
  ['one who asks', person('bob', 'viewer', { controlRequest: 1 }), base, 'Viewer · asks for control'],
  ['a further role', person('bob', 'viewer', { furtherRole: 'scrum_master' }), base, 'scrum master'],
  ['a further role in control', person('bob', 'controller', { furtherRole: 'dev' }), base, 'Controller'],
]) {
  test(`Beside the name of ${what} stands: ${words}`, () => assert.equal(detailsOf(who, state), words));
}

for (const [what, state, level, sentence] of [
  ['a warning', { ...base, audience: { level: 'warn' } }, 'warn', /^1 viewer in a room for 25\.$/],
  ['a suggestion', { ...base, audience: { level: 'suggest_sfu' } }, 'suggest_sfu', /Consider an SFU room/],
  ['a full room', { ...base, audience: { level: 'full' } }, 'full', /full.*SFU room/],
  [
    'a full room with a server',
    { ...base, settings: { mode: 'sfu', max_viewers: 1 }, audience: { level: 'full' } },
    'full',
    /more get in\.$/,
  ],
  [
    'nobody',
    { ...base, participants: [person('ada', 'host'), person('bob', 'viewer', { presence: 'offline' })] },
    'nobody',
    /Nobody else/,
  ],
]) {
  test(`A host is told of ${what}`, () => {
    const hint = audienceHint(state);
    assert.equal(hint.level, level);
    assert.match(hint.text, sentence);
  });
}

test('Of a usual audience there is nothing to say, and to nobody but the host', () => {
  assert.equal(audienceHint(base), null);
  assert.equal(audienceHint(as('bob', 'viewer', { audience: { level: 'full' } })), null);
});

test('A viewer may ask for control, sees its place in the queue, and may take the request back', () => {
  const asking = [person('bob', 'viewer', { controlRequest: 9 }), person('cyd', 'viewer', { controlRequest: 4 })];
  assert.equal(ownControl(as('bob', 'viewer')).action, 'request');
  const second = ownControl(as('bob', 'viewer', { participants: asking }));
  assert.deepEqual([second.action, second.text], ['withdraw', 'You asked for control. You are number 2.']);
  assert.match(ownControl(as('cyd', 'viewer', { participants: asking })).text, /next/);
});

test('A controller may give control back; a role without that right is not shown what it cannot do', () => {
  assert.equal(ownControl(as('bob', 'controller')).action, 'release');
  const settings = { roles: [{ name: 'spectator', rights: ['chat'] }, { name: 'dev', rights: ['control'] }] };
  const further = (furtherRole) => ({ ...base, settings, me: { user: 'bob', role: 'viewer', furtherRole } });
  assert.equal(ownControl(further('spectator')), null);
  assert.equal(ownControl(further('dev')).action, 'request');
});

test('A line of chat shows the time of day at which it was said', () => {
  const wallClock = new Date(2026, 0, 1, 12, 30).getTime();
  const time = timeOfDay(1_000, 601_000, wallClock);
  assert.match(time, /12.20/);
});
