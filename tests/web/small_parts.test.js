// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../examples/web/client/backoff.js';
import { preferredCodecs, preferRoomCodec } from '../../examples/web/client/codecs.js';
import { letServerBegin } from '../../examples/web/client/gateway_link.js';
import { FakeSender } from './fake/fake_media.js';

test('The first wait is at most 250 ms, later ones double up to five seconds', () => {
  const longest = new Backoff({}, () => 0.999999);
  const waits = Array.from({ length: 7 }, () => Math.round(longest.next()));
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 5000, 5000]);
});

test('A wait is never less than half of its ceiling, and no number of tries breaks it', () => {
  const shortest = new Backoff({}, () => 0);
  assert.equal(shortest.next(), 125);
  for (let i = 0; i < 2000; ++i) shortest.next();
  assert.equal(shortest.next(), 2500);
});

test('After a reset the waits begin anew', () => {
  const backoff = new Backoff({}, () => 0);
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 125);
});

const { codecs } = FakeSender.getCapabilities('video');
const names = (list) => list.map((codec) => codec.mimeType);

test('Only the codec of the room and its retransmission are offered', () => {
  assert.deepEqual(names(preferredCodecs(codecs, 'video/vp8')), ['video/VP8', 'video/rtx']);
});

test('Of VP9 only the profile that everybody decodes is offered', () => {
  const vp9 = preferredCodecs(codecs, 'video/vp9').filter((codec) => codec.mimeType === 'video/VP9');
  assert.deepEqual(
    vp9.map((codec) => codec.sdpFmtpLine),
    ['profile-id=0'],
  );
});

test('AV1 with its profile spelled out is recognised', () => {
  assert.deepEqual(names(preferredCodecs(codecs, 'video/av1')), ['video/AV1', 'video/rtx']);
});

test('A codec that the browser cannot send is refused with its name', () => {
  assert.throws(() => preferRoomCodec({}, 'video', 'h264', FakeSender), {
    reason: 'codec_unsupported',
    message: /H264/,
  });
});

test('The server is made the side that begins DTLS, in every medium of its offer', () => {
  const sdp = 'v=0\r\na=setup:actpass\r\nm=video\r\na=setup:actpass\r\n';
  assert.deepEqual(letServerBegin({ type: 'offer', sdp }), {
    type: 'offer',
    sdp: 'v=0\r\na=setup:active\r\nm=video\r\na=setup:active\r\n',
  });
});
