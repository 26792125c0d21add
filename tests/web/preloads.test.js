// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pages } from '../../scripts/write_preloads.mjs';

test('There are pages', () => {
  assert.deepEqual(pages().map(({ name }) => name), ['host.html', 'index.html', 'poker.html', 'viewer.html']);
});

for (const { name, text, wanted } of pages()) {
  test(`${name} names all modules that it needs, so that a browser asks for them at once`, () => {
    assert.equal(text, wanted, '`node scripts/write_preloads.mjs` puts that right');
    assert.match(text, /rel="modulepreload"/);
  });
}
