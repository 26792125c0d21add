// SPDX-License-Identifier: GPL-3.0-or-later
// The start page: the ways into one room.

import { pageUrl } from './page_parameters.js';

const room = document.querySelector('#room');
const links = {
  '#open-host': (name) => pageUrl('host.html', { room: name }, location),
  '#open-viewer': (name) => pageUrl('viewer.html', { room: name }, location),
  '#open-controller': (name) => pageUrl('viewer.html', { room: name, role: 'controller' }, location),
  '#open-poker': (name) => pageUrl('poker.html', { room: name }, location),
};

function update() {
  const name = room.value.trim() || 'demo';
  for (const [selector, url] of Object.entries(links)) document.querySelector(selector).href = url(name);
}

room.value = new URLSearchParams(location.search).get('room') ?? room.value;
room.addEventListener('input', update);
update();
