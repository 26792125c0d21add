// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// One packet as the program numbers it: what the rewriter decided, what the cache stores beside the bytes,
/// and what each viewer's SinkRewriter reads. A plain value.
struct ProgramPacket {
  ExtendedSequence sequence;  ///< The same for all viewers; each viewer's own number is made from it.
  RtpTimestamp timestamp;
  Ssrc ssrc;
  PayloadType payload_type;

  /// The first packet of a key frame; at most one packet of a frame says so. Always false for audio.
  bool starts_keyframe = false;
  /// The last packet of a picture (marker bit). For audio every packet ends its frame.
  bool ends_frame = false;
  /// A packet without payload, part of no frame.
  bool padding_only = false;

  /// To be written: the fields as parsed, with the program's values.
  CodecCounters counters;
};

/// Writes the decision into the packet (a private copy of the very packet that was decided on) and into the
/// data of its dependency descriptor, which may live inside the packet or beside it; empty when there is
/// none.
void apply(const ProgramPacket& decided, MutableRtpPacket& packet, ByteSpan descriptor = {});

/// Writes only the codec counters, shifted for one viewer, into that packet and descriptor.
void write_counters(const CodecCounters& counters, const CounterShift& shift, MutableRtpPacket& packet,
                    ByteSpan descriptor);

}  // namespace baton::media
