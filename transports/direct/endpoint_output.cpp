// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint_output.hpp"

#include <array>

#include "core/media/packet_writer.hpp"
#include "transports/packet_scratch.hpp"

namespace baton::transport::direct {
namespace {

Handover handover_of(SendResult result) {
  switch (result) {
    case SendResult::queued:
      return Handover::queued;
    case SendResult::unknown_peer:
    case SendResult::not_connected:
    case SendResult::no_address:
      return Handover::no_connection;
    case SendResult::too_large:
    case SendResult::not_protected:
      return Handover::refused;
  }
  return Handover::refused;
}

}  // namespace

Handover EndpointOutput::send_rtp(media::ByteView header, media::ByteView payload, core::Instant now) {
  std::array<std::uint8_t, kMaxPacketBytes + media::kMaxRtpHeaderSize> whole;
  const std::size_t size = header.size() + payload.size();
  if (size > whole.size()) {
    return Handover::refused;
  }
  media::copy_bytes(payload, media::copy_bytes(header, whole));
  return handover_of(endpoint_.send_rtp(peer_, media::ByteView(whole).first(size), now));
}

Handover EndpointOutput::send_rtcp(media::ByteView packet, core::Instant now) {
  return handover_of(endpoint_.send_rtcp(peer_, packet, now));
}

}  // namespace baton::transport::direct
