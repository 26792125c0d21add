// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/program_packet.hpp"

#include "core/media/dependency_descriptor.hpp"

namespace baton::media {

void apply(const ProgramPacket& decided, MutableRtpPacket& packet, ByteSpan descriptor) {
  packet.set_ssrc(decided.ssrc);
  packet.set_payload_type(decided.payload_type);
  packet.set_sequence_number(decided.sequence.wire());
  packet.set_timestamp(decided.timestamp);
  if (decided.picture_id) {
    write_picture_id(packet.payload(), *decided.picture_id, decided.picture_id->value);
  }
  if (decided.tl0_pic_idx) {
    write_tl0_pic_idx(packet.payload(), *decided.tl0_pic_idx, decided.tl0_pic_idx->value);
  }
  if (decided.frame_number) {
    write_frame_number(descriptor, *decided.frame_number);
  }
}

}  // namespace baton::media
