// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/sent_numbers.hpp"
#include "transports/media_kind.hpp"

namespace baton::transport {

/// RFC 6464, as it came from the source.
struct AudioLevel {
  std::uint8_t level = 127;  ///< in -dBov: 0 is loudest, 127 is silence
  enum class Voice : std::uint8_t { no, yes } voice = Voice::no;
};

/// 3GPP TS 26.114 §7.4.5, as it came from the source.
struct VideoOrientation {
  std::int16_t rotation_degrees = 0;
  enum class Camera : std::uint8_t { front, back } camera = Camera::front;
  enum class Flip : std::uint8_t { none, horizontal } flip = Flip::none;
};

/// Header extensions that travel beside a packet, because a transport writes them under its own ids.
struct PacketExtensions {
  std::optional<AudioLevel> audio_level;
  std::optional<VideoOrientation> video_orientation;
  /// Data of the dependency descriptor (AV1 RTP specification, appendix A); empty when there is none.
  media::ByteView dependency_descriptor;
};

/// One packet on its way to one viewer: numbered for that viewer, with the program's SSRC and payload type.
/// Everything is borrowed for the length of the call.
struct OutgoingPacket {
  MediaKind kind;
  media::ByteView bytes;
  PacketExtensions extensions;
  media::SentAs sent;  ///< What it is in the program: what to look for when the viewer calls it lost.
};

/// A way to one viewer. Called on media threads, by one thread at a time. It must not block and must not keep
/// the bytes.
class MediaSink {
public:
  MediaSink() = default;
  MediaSink(const MediaSink&) = delete;
  MediaSink& operator=(const MediaSink&) = delete;
  virtual ~MediaSink() = default;

  virtual void send(const OutgoingPacket& packet) = 0;
};

/// The far end of a feed, of which a key frame can be asked. Any thread.
class KeyframeSource {
public:
  KeyframeSource() = default;
  KeyframeSource(const KeyframeSource&) = delete;
  KeyframeSource& operator=(const KeyframeSource&) = delete;
  virtual ~KeyframeSource() = default;

  virtual void request_keyframe() = 0;
};

}  // namespace baton::transport
