// SPDX-License-Identifier: GPL-3.0-or-later
// Which codecs a sender offers: the room's one for video, Opus for audio, and the retransmission that belongs to them.

import { BatonError } from './baton_error.js';

const kMimeTypes = { vp8: 'video/vp8', vp9: 'video/vp9', h264: 'video/h264', av1: 'video/av1' };
const kOpus = 'audio/opus';

/** Other profiles of VP9 and AV1 are for more than 8 bits or full colour; not every viewer decodes them. */
function isMainProfile(codec) {
  const profile = /(?:^|;)\s*(?:profile-id|profile)=(\d+)/.exec(codec.sdpFmtpLine ?? '');
  const named = /vp9|av1/i.test(codec.mimeType);
  return !named || !profile || profile[1] === '0';
}

/**
 * Of what the browser can send, what the room takes: the codec itself first, then retransmission. Pure.
 * @param {RTCRtpCodec[]} capabilities
 * @param {string} mimeType   in lower case
 */
export function preferredCodecs(capabilities, mimeType) {
  const of = (type) => capabilities.filter((codec) => codec.mimeType.toLowerCase() === type);
  const wanted = of(mimeType).filter(isMainProfile);
  if (wanted.length === 0) return [];
  return [...wanted, ...of(`${mimeType.split('/')[0]}/rtx`)];
}

/**
 * Restricts a transceiver that sends to the codecs of the room.
 * @param {RTCRtpTransceiver} transceiver
 * @param {'audio'|'video'} kind
 * @param {string} roomCodec      `vp8`, `vp9`, `h264` or `av1`
 * @param {typeof RTCRtpSender} Sender
 */
export function preferRoomCodec(transceiver, kind, roomCodec, Sender) {
  const mimeType = kind === 'video' ? kMimeTypes[roomCodec] : kOpus;
  const codecs = preferredCodecs(Sender.getCapabilities(kind)?.codecs ?? [], mimeType ?? '');
  if (codecs.length === 0) {
    const name = kind === 'video' ? String(roomCodec).toUpperCase() : 'Opus';
    throw new BatonError('codec_unsupported', `This browser cannot send ${name}, which this room uses.`);
  }
  transceiver.setCodecPreferences(codecs);
}
