// SPDX-License-Identifier: GPL-3.0-or-later
// The real Janus for one test, on the test's own network, with only the plugins that the test names.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startGateway } from '../../../scripts/lib/gateway.mjs';
import { kRepository } from './web.mjs';

export { stockPlugin, endedWell, describeExit } from '../../../scripts/lib/gateway.mjs';

/** Where the built plugin is. BATON_PLUGIN names another build, such as one with a sanitizer. */
export function batonPlugin() {
  return process.env.BATON_PLUGIN ?? join(kRepository, 'build/release/plugin/libjanus_baton.so');
}

/**
 * Starts Janus for tests: see startGateway for the options; the address, the port and the folder are chosen here.
 * @param {string} address  of the test's network
 * @param {string} folder   for configuration and log
 */
export async function startJanus(address, folder, options = {}) {
  mkdirSync(folder, { recursive: true });
  return startGateway({
    folder,
    mediaAddress: address,
    listenAddress: address,
    port: await freePort(address),
    adminPort: await freePort(address),
    adminSecret: 'secret of the tests',
    plugins: [batonPlugin()],
    ...options,
  });
}
