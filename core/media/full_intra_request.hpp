// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/record_reader.hpp"
#include "core/media/rtcp_format.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Counts the FIRs for one stream: the same number again is the same wish, sent again (RFC 5104 §4.3.1.2).
using CommandSequence = SerialNumber<struct CommandSequenceTag, 8>;

/// One entry of a FIR (RFC 5104 §4.3.1.1): whose key frame is wanted.
struct FullIntraRequest {
  Ssrc source;
  CommandSequence command;
  friend bool operator==(const FullIntraRequest&, const FullIntraRequest&) = default;
};

/// `bytes` are exactly one entry.
[[nodiscard]] inline FullIntraRequest read_full_intra_request(ByteView bytes) {
  return {Ssrc{load_u32(bytes, 0)}, CommandSequence(bytes[4])};
}

using FullIntraRequestReader = RecordReader<FullIntraRequest, rtcp::kFirEntrySize, read_full_intra_request>;

}  // namespace baton::media
