// SPDX-License-Identifier: GPL-3.0-or-later
// A link that loses, delays and slows down packets: the program of tests/network between two namespaces.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NotPossibleHere } from './not_possible_here.mjs';
import { kRepository } from './web.mjs';

/** BATON_LINK_EMULATOR names another build. */
function emulatorProgram() {
  return process.env.BATON_LINK_EMULATOR ?? join(kRepository, 'build/release/tests/network/baton_link_emulator');
}

/** 'loss=2 delay=100' of {loss: 2, delay: 100}; the words are those of `baton_link_emulator --help`. */
function inWords(settings) {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(' ');
}

class LinkEmulator {
  #child;
  #exited;
  #answers = [];
  #complaint = '';

  constructor(child) {
    this.#child = child;
    child.stderr.on('data', (text) => { this.#complaint += text; });
    // What is written to one that has ended is told by #exited.
    child.stdin.on('error', () => {});
    this.#exited = new Promise((fulfil) => child.once('close', fulfil));
    this.#exited.then(() => {
      const reason = new Error(`The link emulator ended: ${this.#complaint.trim()}`);
      for (const { reject } of this.#answers.splice(0)) reject(reason);
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#answers.shift()?.fulfil(line));
  }

  answer() {
    return new Promise((fulfil, reject) => this.#answers.push({ fulfil, reject }));
  }

  #order(text) {
    const answered = this.answer();
    this.#child.stdin.write(`${text}\n`);
    return answered.then(JSON.parse);
  }

  /**
   * How the link is from now on; a direction that is not named, and a setting that is not named, change nothing.
   * @param {{down?: object, up?: object}} directions  `down` is towards the browser
   */
  async be({ down = {}, up = {} } = {}) {
    await this.#order(`down ${inWords(down)}`);
    await this.#order(`up ${inWords(up)}`);
  }

  /** {down, up}, as the program prints them. */
  counters() {
    return this.#order('counters');
  }

  async close() {
    this.#child.stdin.end();
    await this.#exited;
  }
}

/**
 * Starts an emulator; its devices are in the two namespaces, without addresses and down.
 * @param {{near: string, far: string, nearDevice: string, farDevice: string, seed: number}} options  namespaces as files
 */
export async function startEmulator({ near, far, nearDevice, farDevice, seed }) {
  const program = emulatorProgram();
  if (!existsSync(program)) throw new Error(`The program ${program} does not exist: build it first.`);
  if (!existsSync('/dev/net/tun')) throw new NotPossibleHere('This machine has no TUN devices, so no link can be emulated.');
  const args = ['--near-namespace', near, '--near-device', nearDevice, '--far-namespace', far, '--far-device', farDevice];
  // Its standard input ends with this process, and so does it.
  const emulator = new LinkEmulator(spawn(program, [...args, '--seed', String(seed)], { stdio: ['pipe', 'pipe', 'pipe'] }));
  await emulator.answer();
  return emulator;
}
