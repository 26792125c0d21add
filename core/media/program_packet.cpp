// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/program_packet.hpp"

#include "core/media/dependency_descriptor.hpp"

namespace baton::media {

void apply(const ProgramPacket& decided, MutableRtpPacket& packet, ByteSpan descriptor) {
  packet.set_ssrc(decided.ssrc);
  packet.set_payload_type(decided.payload_type);
  packet.set_sequence_number(decided.sequence.wire());
  packet.set_timestamp(decided.timestamp);
  write_counters(decided.counters, {}, packet, descriptor);
}

void write_counters(const CodecCounters& counters, const CounterShift& shift, MutableRtpPacket& packet,
                    ByteSpan descriptor) {
  if (const auto& field = counters.picture_id) {
    write_picture_id(packet.payload(), *field, std::uint64_t{field->value} + shift.picture_id);
  }
  if (const auto& field = counters.tl0_pic_idx) {
    write_tl0_pic_idx(packet.payload(), *field, std::uint64_t{field->value} + shift.tl0_pic_idx);
  }
  if (const auto& number = counters.frame_number) {
    write_frame_number(descriptor, std::uint64_t{*number} + shift.frame_number);
  }
}

}  // namespace baton::media
