// SPDX-License-Identifier: GPL-3.0-or-later
// Shows the room view in any state without a server: preview.html?scene=host_offline

import { movingClock } from '/capture/moving_clock.js';
import { RoomView } from '/view/room_view.js';

const person = (user, displayName, role, rest = {}) => ({
  user,
  displayName,
  role,
  furtherRole: null,
  presence: 'active',
  publishing: false,
  muted: false,
  controlRequest: null,
  ...rest,
});

const ada = person('ada', 'Ada Lovelace', 'host', { publishing: true });
const bob = person('bob', 'Bob', 'controller', { publishing: true });
const cyd = person('cyd', 'Cyd', 'controller');
const dan = person('dan', 'Dan', 'viewer');
const eve = person('eve', 'Eve with a rather long name that does not fit into one line of the list', 'viewer', {
  presence: 'offline',
});

const said = (number, one, text, at) => ({ number, user: one.user, displayName: one.displayName, text, at });
const chat = [
  said(1, ada, 'Good morning! We begin with the plan for the week.', -600_000),
  said(2, bob, 'Good morning', -580_000),
  said(3, bob, 'The slides are in the usual place: https://example.org/slides/a-rather-long-address-of-slides', -570_000),
  said(4, dan, 'Could you make the text a little larger?', -60_000),
  said(5, ada, 'Better so?', -20_000),
];

const live = {
  room: 'demo',
  version: 1,
  description: '',
  state: 'live',
  me: { user: 'dan', role: 'viewer' },
  settings: {
    mode: 'sfu',
    video_codec: 'vp8',
    grace_ms: 300_000,
    promotion_timeout_ms: 15_000,
    on_host_timeout: 'pause',
    max_viewers: 25,
  },
  host: { user: 'ada', leaseVersion: 1 },
  grace: null,
  promotion: null,
  backup: 'bob',
  locked: false,
  program: { state: 'on_air', user: 'ada' },
  participants: [ada, bob, cyd, dan, eve],
  chat,
  audience: null,
  formerHost: null,
  closeReason: null,
};
const held = { program: { state: 'held', user: 'ada' } };
const away = { participants: [{ ...ada, presence: 'offline', publishing: false }, bob, cyd, dan, eve], ...held };
const as = (user, role) => ({ me: { user, role } });
const joined = { state: 'joined', reason: null, error: null };

const kScenes = {
  live: { state: live },
  host: { state: { ...live, ...as('ada', 'host'), formerHost: 'cyd' }, source: 'clock' },
  requests: {
    state: {
      ...live,
      ...as('ada', 'host'),
      locked: true,
      settings: { ...live.settings, mode: 'p2p' },
      audience: { present: 14, viewers: 12, level: 'suggest_sfu' },
      participants: [
        ada,
        bob,
        { ...cyd, muted: true },
        { ...dan, controlRequest: 2 },
        { ...eve, presence: 'active', controlRequest: 1 },
        ...Array.from({ length: 10 }, (_, i) => person(`guest-${i}`, `Guest ${i + 1}`, 'viewer')),
      ],
    },
    source: 'clock',
  },
  asking: {
    state: { ...live, locked: true, participants: [ada, bob, cyd, { ...dan, controlRequest: 2 }, { ...eve, controlRequest: 1 }] },
  },
  muted: { state: { ...live, chat: [], participants: [ada, bob, cyd, { ...dan, muted: true }] } },
  host_idle: {
    state: {
      ...live,
      ...as('ada', 'host'),
      backup: null,
      program: { state: 'empty', user: null },
      participants: [{ ...ada, publishing: false }, dan],
    },
  },
  host_offline: {
    state: { ...live, ...away, state: 'host_offline', grace: { reason: 'connection_lost', deadline: 271_000 } },
  },
  host_offline_last_seconds: {
    state: {
      ...live,
      ...away,
      backup: null,
      state: 'host_offline',
      grace: { reason: 'media_silence', deadline: 9_200 },
    },
  },
  waiting: {
    state: {
      ...live,
      state: 'waiting',
      host: null,
      backup: null,
      program: { state: 'empty', user: null },
      participants: [dan],
    },
    noPicture: true,
  },
  paused: {
    state: {
      ...live,
      ...held,
      ...as('cyd', 'controller'),
      state: 'paused',
      host: null,
      backup: null,
      participants: [cyd, dan],
    },
  },
  promoting: {
    state: { ...live, ...away, state: 'promoting', promotion: { promotion: 1, candidate: 'cyd', deadline: 11_400 } },
  },
  asked: {
    state: {
      ...live,
      ...away,
      ...as('cyd', 'controller'),
      state: 'promoting',
      promotion: { promotion: 1, candidate: 'cyd', deadline: 11_400 },
    },
    question: { promotion: 1, deadline: 11_400 },
  },
  held: { state: { ...live, ...held, participants: [{ ...ada, publishing: false }, bob, dan] } },
  reconnecting: { state: live, connection: { ...joined, state: 'reconnecting' } },
  connecting: {
    state: null,
    connection: {
      ...joined,
      state: 'connecting',
      error: { reason: 'connection_lost', message: 'No connection to ws://localhost:8188.' },
    },
    noPicture: true,
  },
  problem: {
    state: { ...live, ...as('cyd', 'controller') },
    problem: 'That participant is not present now.',
    soundOff: true,
  },
  replaced: { state: live, connection: { ...joined, state: 'ended', reason: 'replaced' } },
  closed: {
    state: { ...live, state: 'closed', closeReason: 'ended_by_host' },
    connection: { ...joined, state: 'ended', reason: 'room_closed' },
  },
};

const scene = kScenes[new URLSearchParams(location.search).get('scene')] ?? kScenes.live;
const actions = new Proxy({}, { get: () => () => {} });
const view = new RoomView(document.querySelector('#app'), actions);
if (!scene.noPicture) {
  const stream = movingClock('Ada Lovelace');
  view.stage.video.srcObject = stream;
  view.stage.preview.srcObject = stream;
  view.stage.video.muted = true;
}
view.render({
  connection: joined,
  now: 0,
  source: null,
  question: null,
  problem: null,
  soundOff: false,
  inviteUrl: 'http://localhost:8000/viewer.html?room=demo',
  ...scene,
});
document.documentElement.dataset.ready = 'yes';
window.scenes = Object.keys(kScenes);
