// SPDX-License-Identifier: GPL-3.0-or-later
// ./run, from where it has built: what it says, that its pages work, and that it takes everything along at the end.

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, portIsFree } from '../../scripts/lib/gateway.mjs';
import { serveFolders } from '../../scripts/lib/web_server.mjs';
import { isAlive, processTree } from './harness/processes.mjs';
import { wallClock } from './harness/picture.mjs';
import { test } from './harness/test.mjs';
import { kRepository } from './harness/web.mjs';

const kPatienceMs = 10_000;

/** Starts the second half of ./run. Resolves once it is ready or has ended: {child, pages, output(), ended}. */
async function startRun(t, options) {
  const { address } = await t.network();
  const args = Object.entries({ address, ...options }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [join(kRepository, 'scripts/run.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise((fulfil) => child.once('close', (code) => fulfil(code)));
  t.atEnd(async () => {
    child.kill('SIGINT');
    await ended;
    rmSync(join(kRepository, '.run', String(options['janus-port'])), { recursive: true, force: true });
  });
  const ready = new Promise((fulfil) => {
    const read = (chunk) => {
      output += chunk;
      if (output.includes('Ctrl-C ends it.')) fulfil();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  await Promise.race([ready, ended]);
  const pages = Object.fromEntries([...output.matchAll(/^ {2}(\w+) +(http\S+)$/gm)].map(([, name, url]) => [name, url]));
  return { child, pages, ended, output: () => output };
}

test('The pages that ./run serves show the host to the viewer, and Ctrl-C ends all that it started', async (t) => {
  const ports = { 'web-port': await freePort(), 'janus-port': await freePort(), 'media-port': await freePort() };
  const { child, pages, ended } = await startRun(t, ports);
  const browser = await t.browser({ name: 'local' });
  const host = await browser.newPage({ name: 'host' });
  await host.goto(`${pages.host}&user=ada&source=clock&autostart=1`);
  const viewer = await browser.newPage({ name: 'viewer' });
  await viewer.goto(`${pages.viewer}&user=vera&autostart=1`);
  await viewer.waitForFunction(() => {
    const video = document.querySelector('video');
    return video && video.readyState >= 2 && video.currentTime > 0.5;
  }, null, { timeout: kPatienceMs });
  t.check('The viewer\'s video plays', true);
  t.check('It says that media goes directly', await viewer.getByText('Direct', { exact: false }).first().isVisible());
  const start = await browser.newPage({ name: 'start' });
  await start.goto(pages.start);
  t.check('The start page has a title', (await start.title()).length > 0);
  await browser.close();

  const tree = processTree(child.pid);
  t.check('./run started Janus', tree.length >= 2);
  const interruptedAt = wallClock();
  child.kill('SIGINT');
  const code = await ended;
  t.figure('ended after Ctrl-C', wallClock() - interruptedAt, { atMost: 5_000 });
  t.check('It ended with exit code 0', code === 0, `exit code ${code}`);
  t.check('None of its processes is left', !tree.some(isAlive));
  const free = await Promise.all(Object.values(ports).map((port) => portIsFree(port, '127.0.0.1')));
  t.check('Its ports are free again', free.every((one) => one));
});

/** Some program's UDP port on this address. */
async function occupyDatagrams(t, address) {
  const socket = createSocket('udp4');
  await new Promise((fulfil) => socket.bind(0, address, fulfil));
  t.atEnd(() => socket.close());
  return socket.address().port;
}

test('A media-port in use gets a sentence that names it and the way out', async (t) => {
  const { address } = await t.network();
  const port = await occupyDatagrams(t, address);
  const { output, ended } = await startRun(t, { 'web-port': await freePort(), 'janus-port': await freePort(), 'media-port': port });
  t.check('It refuses to start', (await ended) === 1);
  t.check('The sentence names the port and the option', output().includes(`Port ${port}`) && output().includes('--media-port PORT'), output().trim());
});

for (const option of ['web-port', 'janus-port']) {
  test(`A ${option} in use gets a sentence that names it and the way out`, async (t) => {
    const other = option === 'web-port' ? 'janus-port' : 'web-port';
    const occupant = await serveFolders([]);
    t.atEnd(() => occupant.close());
    const { output, ended } = await startRun(t, { [option]: occupant.port, [other]: await freePort() });
    t.check('It refuses to start', (await ended) === 1);
    const sentence = output().trim();
    t.check('The sentence names the port', sentence.includes(`Port ${occupant.port}`), sentence);
    t.check('The sentence names the option', sentence.includes(`--${option} PORT`));
    t.check('It is one line', !sentence.includes('\n'));
  });
}
