// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtx_original.hpp"

#include <algorithm>

#include "core/media/rtx_stream.hpp"

namespace baton::media {

const char* to_string(RtxOriginalError error) {
  switch (error) {
    case RtxOriginalError::no_original:
      return "no_original";
  }
  return "unknown";
}

ParseResult<MutableRtpPacket, RtxOriginalError> restore_original(const MutableRtpPacket& retransmission,
                                                                 const RepeatedStream& stream) {
  const ByteSpan payload = retransmission.payload();
  if (payload.size() < kOriginalSequenceSize) {
    return RtxOriginalError::no_original;
  }
  const SequenceNumber number(load_u16(payload, 0));
  const ByteSpan bytes = retransmission.bytes();
  const auto header = bytes.first(static_cast<std::size_t>(payload.data() - bytes.data()));
  std::copy_backward(header.begin(), header.end(), payload.begin() + kOriginalSequenceSize);
  auto original = *MutableRtpPacket::parse(bytes.subspan(kOriginalSequenceSize));
  original.set_sequence_number(number);
  original.set_ssrc(stream.ssrc);
  original.set_payload_type(stream.payload_type);
  return original;
}

}  // namespace baton::media
