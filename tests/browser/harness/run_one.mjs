// SPDX-License-Identifier: GPL-3.0-or-later
// One test in a process of its own: node run_one.mjs FILE INDEX RESULT. Started by run.mjs.

import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { registeredTests, runTest } from './test.mjs';

const [file, index, resultFile] = process.argv.slice(2);
await import(pathToFileURL(file).href);
const result = await runTest(registeredTests[Number(index)]);
writeFileSync(resultFile, JSON.stringify(result));
// What a failed test left open must not keep this process.
process.exit(0);
