// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { JoinForm } from '../../examples/web/join_form.js';
import { FakeStorage } from './fake/fake_storage.js';

/** A window that shows a page with this query; what it keeps outlives its pages. */
function openWindow() {
  globalThis.localStorage = new FakeStorage();
  globalThis.sessionStorage = new FakeStorage();
  globalThis.history = {
    replaceState(state, title, url) {
      globalThis.location = new URL(url);
    },
  };
}

afterEach(() => {
  for (const name of ['localStorage', 'sessionStorage', 'history', 'location']) delete globalThis[name];
});

/** Loads a page with this query, or as its address stands, whose form has these fields beside name, room and pin. */
function load({ query, fields = {}, role = 'viewer' } = {}) {
  if (query !== undefined) globalThis.location = new URL(`https://rooms.example/viewer.html${query}`);
  const listeners = {};
  const values = { name: 'Guest', room: 'demo', pin: '', ...fields };
  const element = {
    elements: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])),
    addEventListener: (type, listener) => (listeners[type] = listener),
  };
  return { form: new JoinForm(element, role), elements: element.elements, listeners };
}

test('The form is filled in by the address, and keeps its own words where that says nothing', () => {
  openWindow();
  const { elements } = load({ query: '?room=lobby&name=Ada&role=controller&codec=av1', fields: { role: 'viewer', codec: '' } });
  const filled = Object.fromEntries(Object.entries(elements).map(([name, { value }]) => [name, value]));
  assert.deepEqual(filled, { name: 'Ada', room: 'lobby', pin: '', role: 'controller', codec: 'av1' });
  assert.equal(load({ query: '' }).elements.room.value, 'demo');
});

test('Who wants to join does not leave the page', () => {
  openWindow();
  const { form, listeners } = load({ query: '' });
  const seen = [];
  form.onsubmit = () => seen.push('submit');
  listeners.submit({ preventDefault: () => seen.push('prevented') });
  assert.deepEqual(seen, ['prevented', 'submit']);
});

test('A host creates the room as the form and the address say; others wait for it', () => {
  openWindow();
  const { form } = load({ query: '?room=lobby&secret=s3cret&grace_ms=5000', fields: { codec: 'vp9' }, role: 'host' });
  const host = form.joinOptions(form.read());
  assert.deepEqual([host.role, host.subscribe, host.waitForRoom], ['host', false, false]);
  assert.deepEqual(host.create, { video_codec: 'vp9', secret: 's3cret', grace_ms: 5000 });
  const viewer = form.joinOptions({ ...form.read(), role: 'viewer' });
  assert.deepEqual([viewer.role, viewer.subscribe, viewer.waitForRoom, viewer.create], ['viewer', true, true, null]);
});

test('A page that is loaded anew says who it was, and what opens the door is not in its address', () => {
  openWindow();
  const first = load({ query: '?room=lobby&name=Vera&pin=482913' });
  const identity = first.form.read();
  first.form.rememberInAddress(identity);
  assert.equal(location.search.includes('482913'), false);
  const again = load();
  assert.deepEqual(again.form.read(), identity);
  assert.equal(again.form.joinOptions(identity).pin, '482913');
});

for (const { role, same } of [
  { role: 'viewer', same: false },
  { role: 'host', same: true },
]) {
  test(`Two windows of one ${role} are ${same ? 'the same person' : 'two people'}`, () => {
    openWindow();
    const users = [1, 2].map(() => load({ query: '?room=lobby&name=Ada', role }).form.read().user);
    assert.equal(users[0] === users[1], same, users.join(' '));
  });
}

test('Another name is another person', () => {
  openWindow();
  const { form, elements } = load({ query: '?room=lobby&name=Ada&user=ada' });
  assert.equal(form.read().user, 'ada');
  elements.name.value = 'Bob';
  assert.match(form.read().user, /^bob-/);
});

test('A browser that keeps nothing lets people join all the same', () => {
  openWindow();
  delete globalThis.localStorage;
  delete globalThis.sessionStorage;
  const { form } = load({ query: '?room=lobby&name=Ada', role: 'host' });
  const identity = form.read();
  assert.match(identity.user, /^ada-/);
  assert.equal(form.joinOptions(identity).resumption, null);
});
