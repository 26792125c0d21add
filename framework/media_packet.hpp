// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// Media as it passes between the gateway and a plugin. These are views: they own nothing, and what they show
/// is valid only during the call. Copy what is needed longer; never write into it.
namespace baton::framework {

enum class MediaKind : std::uint8_t { audio, video };

/// Index of an m-line in the SDP, from 0.
class MediaIndex {
public:
  constexpr explicit MediaIndex(int value) : value_(value) {}
  /// On sending only: the first m-line of the packet's kind.
  [[nodiscard]] static constexpr MediaIndex first_of_kind() { return MediaIndex(-1); }
  [[nodiscard]] constexpr int value() const { return value_; }
  friend constexpr auto operator<=>(MediaIndex, MediaIndex) = default;

private:
  int value_;
};

/// RFC 6464.
struct AudioLevel {
  std::uint8_t level = 127;  ///< in -dBov: 0 is loudest, 127 is silence
  bool voice = false;
};

/// 3GPP TS 26.114, section 7.4.5 (coordination of video orientation).
struct VideoOrientation {
  std::int16_t rotation_degrees = 0;  ///< 0, 90, 180 or 270
  bool back_camera = false;
  bool flipped = false;
};

/// The playout-delay extension, in units of 10 ms.
struct PlayoutDelay {
  std::int16_t min = 0;
  std::int16_t max = 0;
};

/// Header extensions that the gateway understands. It strips every extension from the bytes that a plugin
/// sends, and writes only those that are given here and that the receiver negotiated.
struct RtpExtensions {
  std::optional<AudioLevel> audio_level;
  std::optional<VideoOrientation> video_orientation;
  std::optional<PlayoutDelay> playout_delay;
  /// AV1 RTP specification, appendix A; at most 255 bytes, uninterpreted; empty when absent.
  std::span<const std::uint8_t> dependency_descriptor;
};

/// One RTP packet (RFC 3550, section 5.1), header included.
struct RtpPacket {
  MediaIndex media_index;
  MediaKind kind;
  std::span<const std::uint8_t> bytes;  ///< at most 65,535
  RtpExtensions extensions;
};

/// One compound RTCP packet (RFC 3550, section 6.1).
struct RtcpPacket {
  MediaIndex media_index;
  MediaKind kind;
  std::span<const std::uint8_t> bytes;  ///< at most 65,535
};

/// One message of a data channel.
struct DataMessage {
  enum class Format : std::uint8_t { text, binary };
  std::string_view label;
  std::string_view protocol;
  Format format;
  std::span<const std::uint8_t> bytes;  ///< at most 65,535
};

/// The gateway lost, or was told of, many packets within a second.
struct SlowLink {
  enum class Direction : std::uint8_t { from_peer, to_peer };
  MediaIndex media_index;
  MediaKind kind;
  Direction direction;
};

}  // namespace baton::framework
