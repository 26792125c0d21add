// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/media/bytes.hpp"
#include "core/media/ntp_time.hpp"

namespace baton::media {

/// The header extensions that are understood.
enum class ExtensionKind : std::uint8_t {
  audio_level,             ///< RFC 6464.
  absolute_send_time,      ///< Of libwebrtc: 24 bits of seconds.
  absolute_capture_time,   ///< Of libwebrtc: NTP time of the capture.
  transport_sequence,      ///< draft-holmer-rmcat-transport-wide-cc-extensions-01.
  video_orientation,       ///< 3GPP TS 26.114 §7.4.5.
  playout_delay,           ///< Of libwebrtc: bounds for the jitter buffer.
  dependency_descriptor,   ///< AV1 RTP specification, appendix A.
  mid,                     ///< RFC 8843 §15: which medium the stream belongs to.
  rtp_stream_id,           ///< RFC 8852: which layer, by name.
  repaired_rtp_stream_id,  ///< RFC 8852: whose retransmissions.
};
inline constexpr std::size_t kExtensionKindCount = 10;

/// Whether an extension speaks of the media and goes to every viewer, or of one connection and is written
/// anew for each.
enum class ExtensionReach : std::uint8_t { media, connection };
[[nodiscard]] ExtensionReach reach_of(ExtensionKind kind);

/// The URI that names it in `a=extmap` (RFC 8285 §5).
[[nodiscard]] std::string_view uri_of(ExtensionKind kind);
/// Nothing for one that is not understood.
[[nodiscard]] std::optional<ExtensionKind> extension_of(std::string_view uri);

/// Bytes of an absolute send time.
inline constexpr std::size_t kAbsoluteSendTimeSize = 3;
/// Seconds in 24 bits, 18 of them a fraction; they wrap after 64 s. `data` has that size.
void write_absolute_send_time(ByteSpan data, NtpTime when);

}  // namespace baton::media
