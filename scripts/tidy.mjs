#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// clang-tidy over every source of a build folder, several at a time. A source that passed is not checked again
// until it, a header of it, its flags, .clang-tidy or the tool changes. What passed is remembered for the user, not for
// the clone: a clean checkout takes seconds, and the first check ever, a quarter of an hour.
//
// Usage: node scripts/tidy.mjs BUILD_FOLDER

import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const kRepository = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const kCache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'baton/tidy');
// A mark that was of no use for so long is removed.
const kKeepDays = 30;
const kCommands = join(kRepository, 'build/tidy-commands');
// What operators run. Tests are compiled with the same warnings, but not checked here yet.
const kFolders = ['core', 'framework', 'transports', 'plugin', 'examples'];
// The compile commands are GCC's, and some of its warnings are unknown to Clang.
const kExtraArguments = ['--extra-arg=-Wno-unknown-warning-option'];
const kParallel = availableParallelism?.() ?? cpus().length;

/** Runs a program; resolves to {code, output} with both its streams in one. */
function run(program, args, directory) {
  return new Promise((fulfil, reject) => {
    const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => fulfil({ code, output: Buffer.concat(chunks).toString() }));
  });
}

/** The arguments of a compile command without launcher, compiler, output and source. CMake's need no unquoting here. */
function compilerFlags({ command }) {
  const words = command.split(/\s+/).filter((word) => word !== '');
  const compiler = words.findIndex((word) => /(\+\+|c\+\+|gcc|clang)(-\d+)?$/.test(word));
  const flags = [];
  for (let i = compiler + 1; i < words.length; ++i) {
    if (words[i] === '-o' || words[i] === '-c') i += 1;
    else flags.push(words[i].replaceAll('\\"', '"'));
  }
  return flags;
}

/** What the outcome depends on, as a hash; null when the preprocessor fails, and then the check will say why. */
async function fingerprint(entry, common) {
  // Comments stay in, because NOLINT is one.
  const flags = compilerFlags(entry).filter((flag) => !flag.startsWith('-W'));
  const { code, output } = await run('clang++', [...flags, '-w', '-E', '-CC', entry.file], entry.directory);
  if (code !== 0) return null;
  // Where the clone is makes no difference.
  const text = [common, ...flags, output].join('\0').replaceAll(kRepository, '.');
  return createHash('sha256').update(text).digest('hex');
}

/** Removes the marks that nobody asked for lately. */
function forgetOldMarks() {
  const oldest = Date.now() - kKeepDays * 86_400_000;
  for (const name of readdirSync(kCache)) {
    const mark = join(kCache, name);
    if (statSync(mark).mtimeMs < oldest) rmSync(mark, { force: true });
  }
}

async function check(entry, common) {
  const key = await fingerprint(entry, common);
  const mark = key && join(kCache, key);
  if (mark && existsSync(mark)) {
    utimesSync(mark, new Date(), new Date());
    return { known: true, passed: true };
  }
  const { code, output } = await run('clang-tidy', ['--quiet', ...kExtraArguments, '-p', kCommands, entry.file], entry.directory);
  const passed = code === 0;
  if (passed && mark) writeFileSync(mark, `${relative(kRepository, entry.file)}\n`);
  return { known: false, passed, output };
}

async function main() {
  const buildFolder = resolve(process.argv[2] ?? '');
  const entries = JSON.parse(readFileSync(join(buildFolder, 'compile_commands.json'), 'utf8'))
    .filter(({ file }) => kFolders.some((folder) => file.startsWith(join(kRepository, folder, '/'))));
  // A source that several targets compile is checked once, as the first of them does: clang-tidy would go through it
  // for each, and the simulators compile all of core ten times.
  const queue = [...new Map(entries.reverse().map((entry) => [entry.file, entry])).values()].reverse();
  if (queue.length === 0) {
    console.error('  There is no source to check.');
    return 1;
  }
  const total = queue.length;
  const common = execFileSync('clang-tidy', ['--version'], { encoding: 'utf8' }) + readFileSync(join(kRepository, '.clang-tidy'), 'utf8');
  mkdirSync(kCache, { recursive: true });
  forgetOldMarks();
  mkdirSync(kCommands, { recursive: true });
  writeFileSync(join(kCommands, 'compile_commands.json'), JSON.stringify(queue));

  let known = 0;
  const failed = [];
  const worker = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      const name = relative(kRepository, entry.file);
      const began = performance.now();
      const result = await check(entry, common);
      if (result.known) known += 1;
      else console.log(`  ${result.passed ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      if (!result.passed) {
        failed.push(name);
        console.log(result.output.replace(/^\d+ warnings? (generated|treated).*\n/gm, '').replace(/^/gm, '    '));
      }
    }
  };
  await Promise.all(Array.from({ length: kParallel }, worker));
  console.log(`  ${total} sources: ${known} unchanged since they passed, ${total - known} checked, ${failed.length} with findings.`);
  return failed.length === 0 ? 0 : 1;
}

process.exit(await main());
