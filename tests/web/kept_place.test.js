// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepOpeners, keepPlace, keptOpeners, openersFrom, takePlace } from '../../examples/web/kept_place.js';
import { FakeStorage } from './fake/fake_storage.js';

const kPlace = { token: 'abc', attempt: 3 };

test('A place is kept for one room and user, and taken once', () => {
  const storage = new FakeStorage();
  keepPlace('demo', 'bob', kPlace, storage);
  assert.equal(takePlace('demo', 'cyd', storage), null);
  assert.equal(takePlace('other', 'bob', storage), null);
  assert.deepEqual(takePlace('demo', 'bob', storage), kPlace);
  assert.equal(takePlace('demo', 'bob', storage), null);
});

test('A place that is gone is not kept', () => {
  const storage = new FakeStorage();
  keepPlace('demo', 'bob', kPlace, storage);
  keepPlace('demo', 'bob', null, storage);
  assert.equal(takePlace('demo', 'bob', storage), null);
});

for (const text of ['', 'null', '7', '{"token":1,"attempt":1}', '{"token":"a","attempt":"1"}', '{"token":"a"}']) {
  test(`What makes no sense was not kept: ${text}`, () => {
    const storage = new FakeStorage();
    keepPlace('demo', 'bob', kPlace, storage);
    storage.spoil(text);
    assert.equal(takePlace('demo', 'bob', storage), null);
  });
}

test('A browser without storage keeps nothing, and complains not', () => {
  const broken = new Proxy(
    {},
    {
      get() {
        throw new Error('denied');
      },
    },
  );
  keepPlace('demo', 'bob', kPlace, broken);
  assert.equal(takePlace('demo', 'bob', broken), null);
  keepOpeners('demo', { pin: '482913', token: null, secret: 's' }, broken);
  assert.deepEqual(keptOpeners('demo', broken), { pin: null, token: null, secret: null });
});

test('What opened a door is kept for that room, as often as the page is loaded', () => {
  const storage = new FakeStorage();
  const none = { pin: null, token: null, secret: null };
  const all = { pin: '482913', token: 'a.b.c', secret: 's3cret' };
  keepOpeners('demo', all, storage);
  assert.deepEqual(keptOpeners('other', storage), none);
  for (let i = 0; i < 2; i += 1) assert.deepEqual(keptOpeners('demo', storage), all);
  keepOpeners('demo', { ...none, pin: '1' }, storage);
  assert.deepEqual(keptOpeners('demo', storage), { ...none, pin: '1' });
  keepOpeners('demo', none, storage);
  assert.deepEqual(keptOpeners('demo', storage), none);
  for (const text of ['', 'null', '7', '{"pin":1,"token":[],"secret":{}}']) {
    keepOpeners('demo', all, storage);
    storage.spoil(text);
    assert.deepEqual(keptOpeners('demo', storage), none, text);
  }
});

test('What the address says opens a room, and what it does not say as it was kept', () => {
  const storage = new FakeStorage();
  const none = { pin: null, token: null, secret: null };
  const open = (room, inAddress) => openersFrom(room, { ...none, ...inAddress }, storage);
  assert.deepEqual(open('demo', {}), none);
  assert.deepEqual(open('demo', { secret: 's3cret' }), { ...none, secret: 's3cret' });
  assert.deepEqual(open('demo', { pin: '1' }), { ...none, pin: '1', secret: 's3cret' }, 'a link without the secret');
  assert.deepEqual(open('demo', { pin: '2' }), { ...none, pin: '2', secret: 's3cret' }, 'a later pin');
  assert.deepEqual(open('demo', { pin: '' }), { ...none, pin: '2', secret: 's3cret' }, 'nothing is said by nothing');
  assert.deepEqual(open('demo', { token: 'a.b.c' }), { pin: '2', token: 'a.b.c', secret: 's3cret' });
  assert.deepEqual(open('other', { pin: '3' }), { ...none, pin: '3' }, 'of another room');
  assert.deepEqual(open('demo', {}), { pin: '2', token: 'a.b.c', secret: 's3cret' }, 'loaded anew');
});
