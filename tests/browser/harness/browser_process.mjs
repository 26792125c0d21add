// SPDX-License-Identifier: GPL-3.0-or-later
// A browser as a tree of processes that can be killed, stopped and ended; the same for every browser.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, processTree, signalAll, waitUntilGone } from './processes.mjs';
import { WatchedPage } from './watched_page.mjs';

const kGoneTimeoutMs = 10_000;

/** Runs in every page before anything else; see there. */
export const kPeersScript = join(dirname(fileURLToPath(import.meta.url)), 'peers_in_page.js');

export class BrowserProcess {
  #endInOrder;
  #stopped = [];
  #ended = false;

  /**
   * @param {string} name   for messages and files
   * @param {number} pid    of the browser's first process
   * @param {() => Promise<any>} endInOrder
   */
  constructor(name, pid, endInOrder) {
    this.name = name;
    this.pid = pid;
    this.pages = [];
    this.#endInOrder = endInOrder;
  }

  /** From now on what the page says is remembered. */
  watch(name, page) {
    this.pages.push(new WatchedPage(`${this.name}/${name}`, page));
  }

  /** SIGKILL to every process of this browser at once, as when a laptop dies. Resolves when all are gone. */
  async kill() {
    this.#ended = true;
    const tree = processTree(this.pid);
    const at = performance.timeOrigin + performance.now();
    signalAll(tree, 'SIGKILL');
    if (!(await waitUntilGone(tree, kGoneTimeoutMs))) throw new Error(`The browser ${this.name} survived SIGKILL.`);
    return at;
  }

  /** SIGSTOP to every process: sockets stay open, nothing is sent. Returns the wall-clock time in ms. */
  stop() {
    this.#stopped = processTree(this.pid);
    const at = performance.timeOrigin + performance.now();
    signalAll(this.#stopped, 'SIGSTOP');
    return at;
  }

  /** Undoes stop(). */
  continue() {
    signalAll(this.#stopped, 'SIGCONT');
    this.#stopped = [];
  }

  /** Ends the browser in order, by force after a while. */
  async close() {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#stopped.length > 0) this.continue();
    const tree = processTree(this.pid);
    await Promise.race([this.#endInOrder(), waitUntilGone([this.pid], kGoneTimeoutMs)]).catch(() => {});
    if (tree.some(isAlive)) {
      signalAll(tree.filter(isAlive), 'SIGKILL');
      await waitUntilGone(tree, kGoneTimeoutMs);
    }
  }

  get ended() {
    return this.#ended;
  }
}
