#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the browser tests, one after another, each in a process of its own. Nothing is tried twice but what was measured while
// the machine was not all there.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { enterOwnNetwork, temporaryFolder } from './harness/isolate.mjs';
import { processTree, signalAll } from './harness/processes.mjs';
import { kReports } from './harness/report.mjs';
import { isSpoilt, StolenTime } from './harness/stolen_time.mjs';
import { registeredTests } from './harness/test.mjs';

const kHere = dirname(fileURLToPath(import.meta.url));
const kSuffix = '.test.mjs';
// The test itself notices its time limit and keeps evidence; this is for one that cannot even do that.
const kExtraTimeMs = 45_000;
// Of each failure, when it is told again at the end.
const kReasonLinesShown = 4;
// A test whose machine was given to others is measured so often at most; the last time counts.
const kMostMeasured = 3;
const kUsage = `Usage: node run.mjs [--all] [--list] [--help] [NAME...]

Runs tests/browser/*${kSuffix} against the real Janus and real browsers. A NAME selects the tests whose file name or
sentence contains it, such as "in firefox". Without one all are run but those that repeat others with another
transport or browser and are not among the few that every run has; --all runs these too. Figures go to build/reports/browser.json, evidence of failures beside it.

Environment: BATON_PLUGIN    the plugin to load instead of build/release/plugin/libjanus_baton.so
             BATON_CHROMIUM  the browser to start instead of the installed Chromium
             BATON_FIREFOX   likewise, instead of the installed Firefox
             BATON_DIRECT_SDP  the tool to run instead of build/release/tests/plugin/pure/baton_direct_sdp
             BATON_LINK_EMULATOR  the tool to run instead of build/release/tests/network/baton_link_emulator
             BATON_REPORTS   the folder for reports instead of build/reports
             BATON_LOAD      long: the load tests take the time for figures worth writing down
             BATON_LINK      long: viewers behind bad links by every way, and by VideoRoom
`;

/** All tests: [{file, index, name, timeLimitMs, long}], or a file that cannot be read as {file, error}. */
async function discover() {
  const found = [];
  for (const name of readdirSync(kHere).filter((entry) => entry.endsWith(kSuffix)).sort()) {
    const file = join(kHere, name);
    registeredTests.length = 0;
    try {
      await import(pathToFileURL(file).href);
      if (registeredTests.length === 0) throw new Error('The file has no test.');
      registeredTests.forEach(({ name: told, timeLimitMs, long }, index) => found.push({ file, index, name: told, timeLimitMs, long }));
    } catch (error) {
      found.push({ file, name: `${name} can be loaded`, error });
    }
  }
  return found;
}

function runInChild({ file, index, name, timeLimitMs }) {
  const resultFile = join(temporaryFolder(), 'result.json');
  writeFileSync(resultFile, '');
  const child = spawn(process.execPath, [join(kHere, 'harness/run_one.mjs'), file, String(index), resultFile], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const stopTree = () => signalAll(processTree(child.pid), 'SIGKILL');
  const timer = setTimeout(stopTree, timeLimitMs + kExtraTimeMs);
  return new Promise((fulfil) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      try {
        fulfil(JSON.parse(readFileSync(resultFile, 'utf8')));
      } catch {
        const end = signal ?? `exit code ${code}`;
        fulfil({ name, outcome: 'failed', seconds: 0, figures: [], failures: [`The test's process ended without a result (${end}).`] });
      }
    });
  });
}

const percent = (part) => `${(100 * part).toFixed(0)} %`;
const told = ({ part, worst }) => `${percent(part)} (${percent(worst)} for a second)`;

/** The result of a test, with `spoilt`: what failed before, while others had the machine. */
async function runSoundly(test, interrupted) {
  const spoilt = [];
  for (;;) {
    const watch = new StolenTime();
    const result = await runInChild(test);
    const stolen = watch.stop();
    if (spoilt.length + 1 === kMostMeasured || interrupted() || !isSpoilt(result, stolen)) return { ...result, stolen, spoilt };
    spoilt.push({ stolen, failures: result.failures });
    console.log(`  failed after ${result.seconds.toFixed(1)} s, while this machine's host gave ${told(stolen)} of it to others: measured again`);
  }
}

async function runAll(tests) {
  const results = [];
  let interrupted = false;
  // The test under way gets the signal too, closes what it opened and fails.
  process.on('SIGINT', () => { interrupted = true; });
  process.on('SIGTERM', () => { interrupted = true; });
  for (const test of tests) {
    if (interrupted) break;
    console.log(`\n${basename(test.file, kSuffix)}: ${test.name}`);
    const result = test.error
      ? { name: test.name, outcome: 'failed', seconds: 0, figures: [], failures: [test.error.stack] }
      : await runSoundly(test, () => interrupted);
    if (test.error) console.log(test.error.stack.replace(/^/gm, '    ! '));
    results.push({ file: basename(test.file), ...result });
    const reason = result.skipped ? `: ${result.skipped}` : '';
    console.log(`  ${result.outcome} after ${result.seconds.toFixed(1)} s${reason}`);
  }
  return results;
}

/** A test that did not pass, why, and how its connections were, for the end of the output: often only that is kept of a long run. */
function remembered({ outcome, name, skipped, failures = [], states = [] }) {
  const lines = [...failures.flatMap((failure) => failure.split('\n').slice(0, kReasonLinesShown)), ...states];
  const reason = skipped ? ` (${skipped})` : '';
  return [`${outcome}: ${name}${reason}`, ...lines.map((line) => `    ! ${line}`)].join('\n');
}

async function main() {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(kUsage);
    return 0;
  }
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--list' && arg !== '--all');
  if (unknown) {
    process.stderr.write(`Unknown option ${unknown}.\n\n${kUsage}`);
    return 2;
  }
  const names = args.filter((arg) => !arg.startsWith('-')).map((name) => name.toLowerCase());
  const all = args.includes('--all');
  const wanted = ({ file, name, long }) =>
    names.length === 0 ? all || !long : names.some((part) => basename(file, kSuffix).includes(part) || name.toLowerCase().includes(part));
  if (args.includes('--list')) {
    for (const { file, name } of (await discover()).filter(wanted)) console.log(`${basename(file, kSuffix)}: ${name}`);
    return 0;
  }
  await enterOwnNetwork();
  const tests = (await discover()).filter(wanted);
  const results = await runAll(tests);
  mkdirSync(kReports, { recursive: true });
  writeFileSync(join(kReports, 'browser.json'), `${JSON.stringify(results, null, 2)}\n`);

  const count = (outcome) => results.filter((result) => result.outcome === outcome).length;
  console.log('');
  for (const { name, spoilt = [] } of results) {
    for (const { stolen, failures } of spoilt) console.log(`measured again, as ${told(stolen)} of the machine was gone: ${name}\n    ! ${failures.join('\n    ! ')}`);
  }
  for (const result of results.filter(({ outcome }) => outcome !== 'passed')) console.log(remembered(result));
  if (results.length === 0) console.log('No test has such a name.');
  console.log(`${count('passed')} passed, ${count('failed')} failed${count('skipped') > 0 ? `, ${count('skipped')} skipped` : ''}`);
  return results.length > 0 && count('failed') === 0 ? 0 : 1;
}

process.exit(await main());
