// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/media/rtp_types.hpp"
#include "plugin/sdp_text.hpp"

/// A session description as values, read and written line by line (RFC 8866 §9).
///
/// Why this is not a library's work: see docs/adr/0006. In short, what comes from a
/// browser is hostile until shown otherwise, and the parser at hand, that of libsofia-sip-ua, loops for ever
/// and takes memory on one odd byte in an m-line in the version of Debian 12, keeps WebRTC's m-lines in other
/// places from one version to the next, and leaves all that matters here (rtpmap, fmtp, extmap) as text
/// anyway.
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// The largest description that is looked at.
inline constexpr std::size_t kMaxSdpBytes = std::size_t{64} * 1024;
/// The longest line of one.
inline constexpr std::size_t kMaxSdpLineBytes = 2048;
/// The most lines of one; Chromium's largest offers have about 300.
inline constexpr std::size_t kMaxSdpLines = 2000;
/// The most m-lines of one.
inline constexpr std::size_t kMaxSdpMediaLines = 16;
/// The most formats of one m-line: as many as there are payload types (RFC 3550 §5.1).
inline constexpr std::size_t kMaxSdpFormats = 128;

/// RFC 8866 §6.7, as seen by who wrote the description.
enum class MediaDirection : std::uint8_t { sendrecv, sendonly, recvonly, inactive };

[[nodiscard]] constexpr bool sends(MediaDirection direction) {
  return direction == MediaDirection::sendrecv || direction == MediaDirection::sendonly;
}
[[nodiscard]] constexpr bool receives(MediaDirection direction) {
  return direction == MediaDirection::sendrecv || direction == MediaDirection::recvonly;
}

/// One `a=` line.
struct SdpAttribute {
  std::string name;
  std::string value;  ///< empty for none
};
using SdpAttributes = std::vector<SdpAttribute>;

/// The value of the first attribute of this name; nothing if there is none. Borrowed.
[[nodiscard]] std::optional<std::string_view> find_attribute(const SdpAttributes& attributes,
                                                             std::string_view name);
/// The values of all attributes of this name. Borrowed.
[[nodiscard]] std::vector<std::string_view> values_of(const SdpAttributes& attributes, std::string_view name);

/// One m-line and what follows it.
struct SdpMediaLine {
  std::string media;     ///< `audio`, `video`, `application` ...
  std::string protocol;  ///< `UDP/TLS/RTP/SAVPF` ...
  std::uint16_t port = 9;
  std::string connection = "IN IP4 127.0.0.1";  ///< `c=`: written, not read.
  MediaDirection direction = MediaDirection::sendrecv;
  std::vector<std::string> formats;
  SdpAttributes attributes;  ///< without the direction

  /// The value of the first attribute of this name; nothing if there is none.
  [[nodiscard]] std::optional<std::string_view> attribute(std::string_view name) const {
    return find_attribute(attributes, name);
  }
  /// The value of `a=<name>:<format> ...` without the format; nothing if there is none.
  [[nodiscard]] std::optional<std::string_view> attribute_of_format(std::string_view name,
                                                                    std::string_view format) const;
};

/// A whole description.
struct SdpDescription {
  std::uint64_t session_id = 0;
  std::uint64_t version = 0;
  SdpAttributes attributes{};  ///< of the session, without the direction
  std::vector<SdpMediaLine> media{};
};

/// Parses a description within these limits; nothing for one that is malformed or exceeds them.
[[nodiscard]] std::optional<SdpDescription> parse_description(std::string_view sdp);

/// Writes a description. The address of `o=` is a placeholder.
[[nodiscard]] std::string print_description(const SdpDescription& description);

/// `a=rtpmap` (RFC 8866 §6.6).
struct RtpMap {
  std::string_view encoding;
  std::uint32_t clock_rate = 0;
  std::string_view parameters;  ///< for audio the number of channels; may be empty
};
/// Parses `VP8/90000`; nothing when it is malformed.
[[nodiscard]] std::optional<RtpMap> parse_rtpmap(std::string_view value);

/// A payload type of RTP, 0 to 127; nothing for another text.
[[nodiscard]] std::optional<media::PayloadType> parse_payload_type(std::string_view format);

/// The value of one parameter in `a=fmtp` text such as `a=1;b=2`, names compared without case; nothing if it
/// is absent.
[[nodiscard]] std::optional<std::string_view> format_parameter(std::string_view parameters,
                                                               std::string_view name);

}  // namespace baton::plugin
