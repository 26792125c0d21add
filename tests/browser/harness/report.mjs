// SPDX-License-Identifier: GPL-3.0-or-later
// What a test found: figures against their bounds, printed as they come, and the evidence kept upon failure.

import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kRepository } from './web.mjs';

/** The folder of all reports. */
export const kReports = process.env.BATON_REPORTS ?? join(kRepository, 'build/reports');

const kScreenshotTimeoutMs = 3_000;

function rounded(value) {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}

/** A sentence as a file name. */
export function slug(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 80);
}

export class Report {
  constructor(test) {
    this.test = test;
    this.folder = join(kReports, slug(test));
    this.figures = [];
    this.readings = [];
    this.failures = [];
    this.states = [];
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * One measured figure. At least one bound is needed; a value that is no finite number fails.
   * @param {string} what
   * @param {number} value
   * @param {{atMost?: number, atLeast?: number, unit?: string, note?: string}} bound
   */
  figure(what, value, { atMost, atLeast, unit = 'ms', note = '' } = {}) {
    if (atMost === undefined && atLeast === undefined) throw new Error(`The figure "${what}" has no bound.`);
    const passed =
      Number.isFinite(value) && (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
    const bounds = [];
    if (atLeast !== undefined) bounds.push(`≥ ${atLeast}`);
    if (atMost !== undefined) bounds.push(`≤ ${atMost}`);
    const shown = Number.isFinite(value) ? rounded(value) : 'never';
    const line = `${what} ${shown} ${unit} (must ${bounds.join(' and ')} ${unit})${note ? `, ${note}` : ''}`;
    console.log(`    ${passed ? 'PASS' : 'FAIL'} ${line}`);
    this.figures.push({ what, value: Number.isFinite(value) ? value : null, unit, atMost, atLeast, note, passed });
    if (!passed) this.failures.push(line);
  }

  /** A measured figure that decides nothing, for comparison with other runs. */
  reading(what, value, { unit = 'ms' } = {}) {
    const shown = Number.isFinite(value) ? rounded(value) : 'never';
    console.log(`         ${what} ${shown} ${unit}`);
    this.readings.push({ what, value: Number.isFinite(value) ? value : null, unit });
  }

  /** A claim that holds or does not. */
  check(what, holds, detail = '') {
    const passed = holds === true;
    const line = detail === '' ? what : `${what} (${detail})`;
    console.log(`    ${passed ? 'PASS' : 'FAIL'} ${line}`);
    this.figures.push({ what, value: passed, detail, passed });
    if (!passed) this.failures.push(line);
  }

  /** A line for people that decides nothing. */
  note(text) {
    console.log(`    ${text}`);
  }

  /** Writes down how the pages' connections are and what the server says, while they still are there. */
  async describe(browsers) {
    for (const browser of browsers.filter(({ ended }) => !ended)) {
      for (const watched of browser.pages) {
        for (const line of await watched.describe()) this.states.push(`${watched.name}: ${line}`);
      }
    }
  }

  /** Keeps screenshots, consoles and Janus's logs in this test's folder. */
  async saveEvidence(browsers, gateways) {
    mkdirSync(this.folder, { recursive: true });
    for (const browser of browsers) {
      for (const { name, page, console: lines } of browser.pages) {
        const file = join(this.folder, slug(name));
        writeFileSync(`${file}.console.txt`, lines.map((line) => `${line}\n`).join(''));
        if (browser.ended) continue;
        await page.screenshot({ path: `${file}.png`, timeout: kScreenshotTimeoutMs }).catch(() => {});
      }
    }
    gateways.forEach((gateway, i) => {
      if (existsSync(gateway.logFile)) copyFileSync(gateway.logFile, join(this.folder, `janus-${i + 1}.log`));
    });
    writeFileSync(join(this.folder, 'failures.txt'), [...this.failures, ...this.states].map((line) => `${line}\n`).join(''));
  }
}
