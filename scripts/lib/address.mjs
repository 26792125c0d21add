// SPDX-License-Identifier: GPL-3.0-or-later

import { networkInterfaces } from 'node:os';

/** The first IPv4 address of an interface of this machine that is up and not loopback, or null. */
export function machineAddress() {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses.find((entry) => entry.family === 'IPv4' && !entry.internal && !entry.address.startsWith('169.254.'));
    if (found) return found.address;
  }
  return null;
}
