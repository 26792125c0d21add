// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/extension_format.hpp"
#include "core/media/extension_set.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_packet.hpp"

namespace baton::media {

/// Why a packet was not written.
enum class PacketWriteError : std::uint8_t {
  buffer_too_small,
};
[[nodiscard]] const char* to_string(PacketWriteError error);

/// What the largest header takes: all contributing sources, and every extension in its two-byte form.
inline constexpr std::size_t kMaxRtpHeaderSize =
    kRtpFixedHeaderSize + 15 * 4 + extension_format::kBlockHeaderSize +
    kExtensionKindCount * (extension_format::kTwoByteHeadSize + extension_format::kMaxTwoByteSize) + 3;

/// Writes the header of `packet` with another header extension (none for an empty set) into `out`, and
/// answers with what it has written: payload_and_padding() of the packet follows it on the wire, so that one
/// payload can be sent behind many headers without a copy.
[[nodiscard]] ParseResult<ByteSpan, PacketWriteError> write_header(const RtpPacketView& packet,
                                                                   const ExtensionSet& extensions,
                                                                   ByteSpan out);

/// Writes `packet` with another header extension (none for an empty set) into `out`, which must not overlap
/// it. Fixed header, contributing sources, payload and padding are the same; the rest is written over by the
/// setters of the result, which is the packet in `out`.
[[nodiscard]] ParseResult<MutableRtpPacket, PacketWriteError> write_packet(const RtpPacketView& packet,
                                                                           const ExtensionSet& extensions,
                                                                           ByteSpan out);

}  // namespace baton::media
