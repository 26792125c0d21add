// SPDX-License-Identifier: GPL-3.0-or-later
// Serves the product's pages (examples/web) and the pages that exist for tests only (/tests/...).

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveFolders } from '../../../scripts/lib/web_server.mjs';

const kHere = dirname(fileURLToPath(import.meta.url));
export const kRepository = join(kHere, '../../..');

/**
 * Listens on the address, on a free port. The product's pages shadow the tests' own of the same name; what else there is
 * in the repository is found by its full path.
 */
export function serveTestPages(address) {
  return serveFolders([join(kRepository, 'examples/web'), join(kHere, '../pages'), kRepository], { address });
}
