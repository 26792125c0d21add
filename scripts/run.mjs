// SPDX-License-Identifier: GPL-3.0-or-later
// The second half of ./run: Janus with Baton, and the pages, until Ctrl-C. Node's own modules only.

import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineAddress } from './lib/address.mjs';
import { datagramPortIsFree, describeExit, portIsFree, startGateway } from './lib/gateway.mjs';
import { serveFolders } from './lib/web_server.mjs';

const kRepository = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const kPlugin = join(kRepository, 'build/release/plugin/libjanus_baton.so');
const kConfigName = 'janus.plugin.baton.jcfg';
// Both servers are for browsers on this machine only.
const kListenAddress = '127.0.0.1';

/** A mistake of the caller's: told in one sentence, without a stack. */
class Refusal extends Error {}

function port(text, option) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) throw new Refusal(`${option} must be a port, 1 to 65535, not "${text}".`);
  return value;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'web-port': { type: 'string', default: '8080' },
        'janus-port': { type: 'string', default: '8288' },
        'media-port': { type: 'string', default: '20000' },
        address: { type: 'string' },
        check: { type: 'boolean', default: false },
      },
    });
    return {
      webPort: port(values['web-port'], '--web-port'),
      janusPort: port(values['janus-port'], '--janus-port'),
      mediaPort: port(values['media-port'], '--media-port'),
      address: values.address ?? machineAddress(),
      checkOnly: values.check,
    };
  } catch (error) {
    if (error.code?.startsWith('ERR_PARSE_ARGS')) throw new Refusal(`${error.message.split('. ')[0]}. See ./run --help.`);
    throw error;
  }
}

async function checkPort(number, what, option, isFree = () => portIsFree(number, kListenAddress)) {
  let free;
  try {
    free = await isFree();
  } catch (error) {
    throw new Refusal(`Port ${number} cannot be used for ${what}: ${error.message}. Choose another with ${option} PORT.`);
  }
  if (!free) throw new Refusal(`Port ${number}, for ${what}, is in use by another program. Choose another with ${option} PORT.`);
}

async function checkOptions({ webPort, janusPort, mediaPort, address }) {
  if (!address) {
    throw new Refusal(
      'This machine has no address but loopback, and Janus needs another for media. Connect it to a network, or try ./run --demo.',
    );
  }
  if (webPort === janusPort) throw new Refusal('--web-port and --janus-port must differ.');
  await checkPort(webPort, 'the pages', '--web-port');
  await checkPort(janusPort, 'Janus', '--janus-port');
  await checkPort(mediaPort, 'media', '--media-port', () => datagramPortIsFree(mediaPort, address));
}

/** The sample, with the direct transport. */
function configuration({ mediaPort, address }) {
  const sample = readFileSync(join(kRepository, 'conf', `${kConfigName}.sample`), 'utf8');
  const settings = { direct_port: mediaPort, direct_addresses: `["${address}"]` };
  return Object.entries(settings).reduce((text, [key, value]) => {
    const line = new RegExp(`^(\\s*)#${key} = .*$`, 'm');
    if (!line.test(text)) throw new Error(`The sample of the configuration does not show ${key}.`);
    return text.replace(line, `$1${key} = ${value}`);
  }, sample);
}

async function start(options) {
  const { webPort, janusPort, address } = options;
  const folder = join(kRepository, '.run', String(janusPort));
  rmSync(folder, { recursive: true, force: true });
  const janus = await startGateway({
    folder,
    mediaAddress: address,
    listenAddress: kListenAddress,
    port: janusPort,
    plugins: [kPlugin],
    configs: { [kConfigName]: configuration(options) },
  });
  const web = await serveFolders([join(kRepository, 'examples/web')], { address: kListenAddress, port: webPort });
  return { janus, web };
}

function announce({ webPort, janusPort, mediaPort, address }, janus) {
  const page = (name, query = '') =>
    `http://localhost:${webPort}/${name}?janus=${encodeURIComponent(`ws://localhost:${janusPort}`)}${query}`;
  console.log(`
Baton is running. Open in a browser on this machine:
  start   ${page('')}
  host    ${page('host.html', '&room=demo')}
  viewer  ${page('viewer.html', '&room=demo')}
  poker   ${page('poker.html', '&room=demo')}

Janus answers at ws://localhost:${janusPort}, media goes to UDP port ${mediaPort} of ${address} (add &transport=gateway to an
address for Janus's own way), the log is ${janus.logFile}
Ctrl-C ends it.`);
}

async function main() {
  const options = readOptions();
  await checkOptions(options);
  if (options.checkOnly) return 0;

  const interrupted = new Promise((fulfil) => {
    process.once('SIGINT', () => fulfil('interrupted'));
    process.once('SIGTERM', () => fulfil('interrupted'));
    process.once('SIGHUP', () => fulfil('interrupted'));
  });
  const { janus, web } = await start(options);
  announce(options, janus);
  const end = await Promise.race([interrupted, janus.exited]);
  await web.close();
  if (end !== 'interrupted') {
    console.error(`Janus ended by itself (${describeExit(end)}). The end of its log:\n${janus.logTail()}`);
    return 1;
  }
  console.log('\nEnding Janus and the pages.');
  await janus.stop();
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error.stack);
  process.exitCode = 1;
}
