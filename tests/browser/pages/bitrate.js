// SPDX-License-Identifier: GPL-3.0-or-later

/** Video that this RTCPeerConnection sends takes no more bits a second than this. */
export async function limitBitrate(peer, maxBitrate) {
  const sender = peer.getSenders().find(({ track }) => track?.kind === 'video');
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.maxBitrate = maxBitrate;
  await sender.setParameters(parameters);
}
