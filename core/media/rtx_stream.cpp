// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtx_stream.hpp"

namespace baton::media {

const char* to_string(RtxError error) {
  switch (error) {
    case RtxError::buffer_too_small:
      return "buffer_too_small";
    case RtxError::nothing_to_repeat:
      return "nothing_to_repeat";
  }
  return "unknown";
}

ParseResult<ByteSpan, RtxError> RtxStream::write(const RtpPacketView& packet, ByteSpan out) {
  constexpr std::uint8_t kPaddingBit = 0x20;
  const ByteView payload = packet.payload();
  if (payload.empty()) {
    return RtxError::nothing_to_repeat;
  }
  const auto header_size = static_cast<std::size_t>(payload.data() - packet.bytes().data());
  const std::size_t size = header_size + kOriginalSequenceSize + payload.size();
  if (size > out.size()) {
    return RtxError::buffer_too_small;
  }
  const ByteSpan written = out.first(size);
  const ByteSpan behind_header = copy_bytes(packet.bytes().first(header_size), written);
  copy_bytes(payload, behind_header.subspan(kOriginalSequenceSize));
  written[0] = static_cast<std::uint8_t>(written[0] & ~kPaddingBit);
  written[1] = static_cast<std::uint8_t>((written[1] & 0x80U) | (payload_type_.value & 0x7FU));
  store_u16(written, 2, next_.value());
  store_u32(written, 8, ssrc_.value);
  store_u16(written, header_size, packet.sequence_number().value());
  next_ = next_.next();
  return written;
}

}  // namespace baton::media
