// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/repeated_packet.hpp"

#include "core/media/program_packet.hpp"

namespace baton::media {

void apply(const Resend& resend, SequenceNumber number, MutableRtpPacket& packet, ByteSpan descriptor) {
  packet.set_sequence_number(number);
  if (resend.sent.timestamp) {
    packet.set_timestamp(*resend.sent.timestamp);
  }
  write_counters(resend.packet.counters, resend.sent.shift, packet, descriptor);
}

}  // namespace baton::media
