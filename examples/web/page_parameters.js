// SPDX-License-Identifier: GPL-3.0-or-later
// What the address of a page says. Pure but for the random part of a name.
//
//   room, user, name, role   who joins where; `name` is what people read
//   janus                    the WebSocket of Janus; ws://<host of this page>:8188 unless said otherwise
//   autostart=1              join at once
//   source                   screen, camera or clock: share it at once on becoming host
//   pin, token               what opens the room's door
//   secret                   what administers the room. A room that the host's page creates has this pin and secret. Once
//                            read, the three are to be taken out of the address, see withoutOpeners()
//   relay=1                  send and receive by TURN servers only
//   transport                direct or gateway: by which media go; without it, direct where that works
//   save=1                   as host, send few pictures while nobody watches
//   codec, mode, size, on_host_timeout, and the numbers of kNumbers
//                            settings of a room that the host's page creates

const kDefaultPort = 8188;
const kNumbers = [
  'grace_ms',
  'promotion_timeout_ms',
  'media_silence_ms',
  'heartbeat_interval_ms',
  'presence_timeout_ms',
  'host_presence_timeout_ms',
  'controller_presence_timeout_ms',
  'max_controllers',
  'max_viewers',
  'warn_viewers',
  'suggest_sfu_viewers',
];
const kWords = {
  codec: 'video_codec',
  mode: 'mode',
  size: 'size',
  on_host_timeout: 'on_host_timeout',
};
/** What is nobody else's to read. */
const kOpeners = ['pin', 'token', 'secret'];
const kMaxIdLength = 64;

/** An id as the server takes it, made of a name as people write it. */
export function idFrom(name) {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._~@+:=-]+/g, '-');
  return plain
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, kMaxIdLength);
}

/** An id that two people of the same name do not share. */
export function personalId(name, random = Math.random) {
  const suffix = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  const base = idFrom(name).slice(0, kMaxIdLength - suffix.length - 1);
  return base ? `${base}-${suffix}` : `guest-${suffix}`;
}

/** Where Janus listens, as far as the page's own address tells. */
export function defaultJanusUrl(location) {
  const secure = location.protocol === 'https:';
  return `${secure ? 'wss' : 'ws'}://${location.hostname || 'localhost'}:${kDefaultPort}`;
}

/** @param {URL|Location} location */
export function readParameters(location) {
  const query = new URLSearchParams(location.search);
  const create = {};
  for (const name of kNumbers) if (/^\d+$/.test(query.get(name) ?? '')) create[name] = Number(query.get(name));
  for (const [name, setting] of Object.entries(kWords)) if (query.get(name)) create[setting] = query.get(name);
  return {
    room: query.get('room') ?? '',
    user: query.get('user') ?? '',
    name: query.get('name') ?? query.get('user') ?? '',
    role: query.get('role') ?? '',
    janus: query.get('janus') || defaultJanusUrl(location),
    autostart: query.get('autostart') === '1',
    pin: query.get('pin'),
    token: query.get('token'),
    secret: query.get('secret'),
    relay: query.get('relay') === '1',
    transport: ['direct', 'gateway'].includes(query.get('transport')) ? query.get('transport') : 'auto',
    saveWhenUnwatched: query.get('save') === '1',
    source: ['screen', 'camera', 'clock'].includes(query.get('source')) ? query.get('source') : null,
    create,
  };
}

/** This page's address without what opens or administers the room, which is not for the history. @param {URL|Location} location */
export function withoutOpeners(location) {
  const url = new URL(location.href);
  // Whatever is set or deleted is written anew, the rest of the query with it.
  for (const name of kOpeners) if (url.searchParams.has(name)) url.searchParams.delete(name);
  return url.href;
}

/** The address of another page of this folder with these parameters, and `janus` only where it is not the default. */
export function pageUrl(page, parameters, location) {
  const url = new URL(page, location.href);
  url.search = '';
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value);
  const janus = new URLSearchParams(location.search).get('janus');
  if (janus) url.searchParams.set('janus', janus);
  return url.href;
}
