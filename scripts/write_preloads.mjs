#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Writes into each page of examples/web which modules it needs, as links of rel="modulepreload". Without them a browser learns
// of a module when it has read the one that imports it, and there are seven such steps, each a round trip.
//
// Usage: node scripts/write_preloads.mjs          writes the pages that are not as they should be

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const kPages = resolve(dirname(fileURLToPath(import.meta.url)), '../examples/web');
const kImport = /^(?:import|export)\b[^;]*?\bfrom '(\.[^']+)';|^import '(\.[^']+)';/gm;
const kEntry = /^ *<script type="module" src="([^"]+)"><\/script>\n/m;
const kPreload = /^ *<link rel="modulepreload" href="[^"]+">\n/gm;

/** The modules that this one imports, and so on, each once and in the order in which they are found. */
function modulesBehind(entry) {
  const found = new Set();
  const queue = [entry];
  for (const file of queue) {
    for (const [, named, bare] of readFileSync(join(kPages, file), 'utf8').matchAll(kImport)) {
      const path = join(dirname(file), named ?? bare);
      if (found.has(path)) continue;
      found.add(path);
      queue.push(path);
    }
  }
  return [...found];
}

/** The pages, as {name, text, wanted: the text with the links that it should have}. */
export function pages() {
  return readdirSync(kPages)
    .filter((name) => name.endsWith('.html'))
    .map((name) => {
      const text = readFileSync(join(kPages, name), 'utf8');
      const links = (entry) => modulesBehind(entry).map((path) => `  <link rel="modulepreload" href="${path}">\n`).join('');
      const wanted = text.replace(kPreload, '').replace(kEntry, (line, entry) => line + links(entry));
      return { name, text, wanted };
    });
}

function write() {
  for (const { name, text, wanted } of pages()) {
    if (text === wanted) continue;
    writeFileSync(join(kPages, name), wanted);
    console.log(`${name} is written anew.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write();
