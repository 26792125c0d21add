// SPDX-License-Identifier: GPL-3.0-or-later
// The network of one test. Janus, the pages and browsers without a link live on one side of a router, and each
// browser that asks for one gets a link of its own on the other side, on which packets can be dropped:
//
//     10.213.0.1 (Janus) ── router ─┬─ 10.213.1.2 (link 1)
//                                   └─ 10.213.2.2 (link 2) ...
//
// A link is a cable that drops what it is told to, or an emulated one (emulator.mjs), which also has delay, loss by
// chance and a rate.
//
// All of it lives in the network that isolate.mjs made and goes away with the processes that hold it. The router is
// there because libnice answers by the interface that it gathered, whatever the routes to a browser say.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineAddress } from '../../../scripts/lib/address.mjs';
import { startEmulator } from './emulator.mjs';
import { networkKind } from './isolate.mjs';
import { NotPossibleHere } from './not_possible_here.mjs';

export { NotPossibleHere };

const kGatewayAddress = '10.213.0.1';
const kRouterAddress = '10.213.0.2';
const kGatewayDevice = 'baton0';
const kGoneTimeoutMs = 5_000;
const kRunningTimeoutMs = 5_000;
const kMaxLinks = 250;

function run(command, input) {
  try {
    return execFileSync(command[0], command.slice(1), { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(`${command.join(' ')} failed: ${(error.stderr || error.message).trim()}`);
  }
}

/** One browser's cable. */
class Link {
  #space;
  #folder;

  /** @param emulator  null for a cable */
  constructor(name, address, space, folder, emulator) {
    this.name = name;
    this.address = address;
    this.emulator = emulator;
    this.#space = space;
    this.#folder = folder;
  }

  /** An executable that runs `program` on this link; its process id is the program's. */
  wrap(program) {
    const wrapper = join(this.#folder, `${this.name}-${basename(program)}.sh`);
    writeFileSync(wrapper, `#!/bin/sh\nexec ${this.#space.enter.join(' ')} ${program} "$@"\n`);
    chmodSync(wrapper, 0o755);
    return wrapper;
  }

  #drop(outgoing, incoming = outgoing) {
    this.restore();
    const rules = [
      `chain input { type filter hook input priority 0; iifname != "lo" ${incoming} drop; }`,
      `chain output { type filter hook output priority 0; oifname != "lo" ${outgoing} drop; }`,
    ];
    this.#space.run(['nft', '-f', '-'], `table inet baton {\n${rules.join('\n')}\n}\n`);
  }

  /** Drops every UDP packet in both directions; TCP, and with it the WebSocket, goes on. */
  dropUdp() {
    this.#drop('meta l4proto udp');
  }

  /** Drops what goes over this UDP port of the browser, as a NAT or a firewall that has forgotten it would. */
  dropUdpPort(port) {
    this.#drop(`udp sport ${port}`, `udp dport ${port}`);
  }

  /** Drops every packet in both directions, silently: nobody is told that the connection ended. */
  dropEverything() {
    this.#drop('');
  }

  /** Drops every RTP packet that comes in, or one of so many; handshakes, RTCP and everything that goes out pass. */
  dropIncomingRtp(oneOf = 1) {
    this.restore();
    // RFC 7983 tells RTP and RTCP by the first two bits behind the UDP header, RFC 5761 one from the other by the
    // payload type.
    const match = `iifname != "lo" meta l4proto udp @th,64,2 2 @th,73,7 != 64-95 numgen inc mod ${oneOf} 0`;
    this.#space.run(['nft', '-f', '-'], `table inet baton {
chain input { type filter hook input priority 0; ${match} counter drop; }
}
`);
  }

  /** Takes the rules away again. */
  restore() {
    this.#space.run(['nft', '-f', '-'], 'add table inet baton\ndelete table inet baton\n');
  }

  async close() {
    await this.emulator?.close();
    this.#space.close();
  }
}

/** A network namespace, held by a process that ends with this one even if this one is killed. */
class Namespace {
  #holder;

  static async open(purpose) {
    const hold = ['unshare', '--net', 'sh', '-c', 'echo ready; exec sleep infinity'];
    const holder = spawn('setpriv', ['--pdeathsig', 'KILL', ...hold], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((fulfil, reject) => {
      holder.stdout.once('data', fulfil);
      holder.once('error', reject);
      holder.once('exit', (code) => reject(new Error(`No namespace for the ${purpose} (exit code ${code}).`)));
    });
    return new Namespace(holder);
  }

  constructor(holder) {
    this.#holder = holder;
    this.pid = String(holder.pid);
    this.file = `/proc/${holder.pid}/ns/net`;
    this.enter = ['nsenter', `--net=${this.file}`];
  }

  run(command, input) {
    return run([...this.enter, ...command], input);
  }

  close() {
    this.#holder.kill('SIGKILL');
  }
}

/** Gives a device its address and starts it. `inside` undefined: the network of this process. */
function bringUp(device, address, inside) {
  const ip = (...args) => (inside ? inside.run(['ip', ...args]) : run(['ip', ...args]));
  ip('link', 'set', 'lo', 'up');
  ip('link', 'set', device, 'addrgenmode', 'none');
  ip('address', 'add', `${address}/30`, 'dev', device);
  ip('link', 'set', device, 'up');
}

/**
 * Resolves once the kernel has noticed that the other end of the device is up, which it does in its own time: until then
 * ICE does not see the device, and a Janus that is asked at once gathers nothing.
 */
async function untilRunning(device) {
  const deadline = Date.now() + kRunningTimeoutMs;
  while (JSON.parse(run(['ip', '-json', 'link', 'show', 'dev', device]))[0].operstate !== 'UP') {
    if (Date.now() > deadline) throw new Error(`The device ${device} does not run.`);
    await sleep(10);
  }
}

class OwnNetwork {
  #folder;
  #router;
  #links = [];
  #numbers = 0;
  canFail = true;
  address = kGatewayAddress;

  static async open(folder) {
    const router = await Namespace.open('router');
    run(['ip', 'link', 'add', kGatewayDevice, 'type', 'veth', 'peer', 'name', 'inner', 'netns', router.pid]);
    bringUp('inner', kRouterAddress, router);
    bringUp(kGatewayDevice, kGatewayAddress);
    await untilRunning(kGatewayDevice);
    run(['ip', 'route', 'add', 'default', 'via', kRouterAddress]);
    router.run(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    return new OwnNetwork(folder, router);
  }

  constructor(folder, router) {
    this.#folder = folder;
    this.#router = router;
  }

  /** A new link for a browser. The name appears in files only. With a seed it is emulated: see LinkEmulator. */
  async link(name, { seed } = {}) {
    const number = ++this.#numbers;
    if (number > kMaxLinks) throw new Error(`More than ${kMaxLinks} links in one test.`);
    const space = await Namespace.open(`link ${name}`);
    const [near, far] = [`10.213.${number}.1`, `10.213.${number}.2`];
    const device = `link${number}`;
    let emulator = null;
    if (seed === undefined) {
      this.#router.run(['ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space.pid]);
    } else {
      emulator = await startEmulator({ near: this.#router.file, nearDevice: device, far: space.file, farDevice: 'eth0', seed });
    }
    bringUp(device, near, this.#router);
    bringUp('eth0', far, space);
    space.run(['ip', 'route', 'add', 'default', 'via', near]);
    const link = new Link(`${name}-${number}`, far, space, this.#folder, emulator);
    this.#links.push(link);
    return link;
  }

  async close() {
    await Promise.all(this.#links.map((link) => link.close()));
    this.#router.close();
    // The devices go away with the namespaces, a moment later; the next test uses the same names.
    const deadline = Date.now() + kGoneTimeoutMs;
    while (run(['ip', '-o', 'link']).includes(` ${kGatewayDevice}`)) {
      if (Date.now() > deadline) throw new Error(`The network of this test did not go away within ${kGoneTimeoutMs} ms.`);
      await sleep(10);
    }
  }
}

class MachineNetwork {
  constructor() {
    this.address = machineAddress();
    this.canFail = false;
    if (!this.address) {
      throw new NotPossibleHere(
        'This machine allows no network namespaces and has no address but loopback, and Janus needs another.',
      );
    }
  }

  async link() {
    throw new NotPossibleHere('This machine allows no network namespaces, so packets cannot be dropped.');
  }

  async close() {}
}

/**
 * The network for one test: {address, canFail, link(name), close()}.
 * @param {string} folder  where wrappers are written
 */
export async function openNetwork(folder) {
  return networkKind() === 'own' ? OwnNetwork.open(folder) : new MachineNetwork();
}
