// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serveFolders } from '../../scripts/lib/web_server.mjs';

let folder;
let server;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-web-server-'));
  for (const name of ['first', 'second']) mkdirSync(join(folder, name));
  server = await serveFolders([join(folder, 'first'), join(folder, 'second')]);
  write('secret.txt', 'not for the web');
  write('first/index.html', '<p>first</p>');
  write('second/index.html', '<p>second</p>');
  write('second/module.js', 'export const kOne = 1;');
});

after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function write(name, text) {
  writeFileSync(join(folder, name), text);
}

/** Asks with the path as it is, which fetch() would tidy up. */
function ask(path, { method = 'GET', headers = {} } = {}) {
  return new Promise((fulfil, reject) => {
    const asked = request({ port: server.port, host: '127.0.0.1', path, method, headers }, async (response) => {
      let text = '';
      for await (const piece of response) text += piece;
      fulfil({ status: response.statusCode, headers: response.headers, text });
    });
    asked.once('error', reject).end();
  });
}

test('A folder is served by its index, and the first folder that has a file wins', async () => {
  const page = await ask('/?room=lobby');
  assert.deepEqual([page.status, page.headers['content-type'], page.text], [200, 'text/html; charset=utf-8', '<p>first</p>']);
  const script = await ask('/module.js');
  assert.deepEqual([script.status, script.headers['content-type']], [200, 'text/javascript; charset=utf-8']);
});

for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/module.js/../../../secret.txt', '/%00', '/%']) {
  test(`${path} is no page`, async () => {
    const { status, text } = await ask(path);
    assert.deepEqual([status, text], [404, 'There is no such page.\n']);
  });
}

test('A browser that has a file is not sent it again until it has changed', async () => {
  const first = await ask('/module.js');
  assert.equal(first.headers['cache-control'], 'no-cache');
  const asked = { headers: { 'If-None-Match': first.headers.etag } };
  const same = await ask('/module.js', asked);
  assert.deepEqual([same.status, same.text, same.headers.etag], [304, '', first.headers.etag]);
  write('second/module.js', 'export const kOne = "another";');
  const changed = await ask('/module.js', asked);
  assert.deepEqual([changed.status, changed.text], [200, 'export const kOne = "another";']);
});

test('HEAD is answered without the file, other methods are refused', async () => {
  const head = await ask('/', { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '12', '']);
  const post = await ask('/', { method: 'POST' });
  assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
});

test('A file that is gone is no page any more, and the icon that browsers ask for on their own is nothing', async () => {
  write('second/short.txt', 'lived');
  assert.equal((await ask('/short.txt')).text, 'lived');
  unlinkSync(join(folder, 'second/short.txt'));
  assert.equal((await ask('/short.txt')).status, 404);
  assert.equal((await ask('/favicon.ico')).status, 204);
});
