// SPDX-License-Identifier: GPL-3.0-or-later
// The configuration of a Janus whose Baton has the direct transport.

import { createSocket } from 'node:dgram';

/** A UDP port that nobody has at this moment. */
async function freeUdpPort(address) {
  const socket = createSocket('udp4');
  await new Promise((fulfil) => socket.bind(0, address, fulfil));
  const { port } = socket.address();
  await new Promise((fulfil) => socket.close(fulfil));
  return port;
}

/**
 * Options for Janus in which Baton has the direct transport.
 * @param {object} [how]
 * @param {string} [how.told]    the address that browsers are told, instead of the one at which they find it
 * @param {string} [how.rooms]   further text of the configuration
 */
export async function withDirect(t, { told, rooms = '' } = {}) {
  const { address } = await t.network();
  const elsewhere = told ? ` direct_public_addresses = ["${told}"];` : '';
  const general = `direct_port = ${await freeUdpPort(address)}; direct_addresses = ["${address}"];${elsewhere}`;
  return { configs: { 'janus.plugin.baton.jcfg': `general: { ${general} }\n${rooms}` } };
}
