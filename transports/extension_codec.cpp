// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/extension_codec.hpp"

namespace baton::transport {
namespace {

using media::ExtensionKind;

// RFC 6464 §3: V, and seven bits of level.
constexpr std::uint8_t kVoiceBit = 0x80;
constexpr std::uint8_t kLevelMask = 0x7F;
// 3GPP TS 26.114 §7.4.5: 0 0 0 0 C F R1 R0, the rotation in quarters of a turn.
constexpr std::uint8_t kCameraBit = 0x08;
constexpr std::uint8_t kFlipBit = 0x04;
constexpr std::uint8_t kRotationMask = 0x03;
constexpr std::int16_t kQuarterTurn = 90;

AudioLevel read_audio_level(std::uint8_t byte) {
  return {static_cast<std::uint8_t>(byte & kLevelMask),
          (byte & kVoiceBit) != 0 ? AudioLevel::Voice::yes : AudioLevel::Voice::no};
}

std::uint8_t write_audio_level(const AudioLevel& level) {
  return static_cast<std::uint8_t>((level.voice == AudioLevel::Voice::yes ? kVoiceBit : 0U) |
                                   (level.level & kLevelMask));
}

VideoOrientation read_orientation(std::uint8_t byte) {
  return {static_cast<std::int16_t>((byte & kRotationMask) * kQuarterTurn),
          (byte & kCameraBit) != 0 ? VideoOrientation::Camera::back : VideoOrientation::Camera::front,
          (byte & kFlipBit) != 0 ? VideoOrientation::Flip::horizontal : VideoOrientation::Flip::none};
}

std::uint8_t write_orientation(const VideoOrientation& orientation) {
  const auto quarters = static_cast<unsigned>(orientation.rotation_degrees / kQuarterTurn);
  return static_cast<std::uint8_t>((orientation.camera == VideoOrientation::Camera::back ? kCameraBit : 0U) |
                                   (orientation.flip == VideoOrientation::Flip::horizontal ? kFlipBit : 0U) |
                                   (quarters & kRotationMask));
}

}  // namespace

PacketExtensions read_extensions(const media::MediaExtensions& found) {
  PacketExtensions extensions;
  if (const auto& level = found.find(ExtensionKind::audio_level); level && level->size() == 1) {
    extensions.audio_level = read_audio_level(level->front());
  }
  if (const auto& orientation = found.find(ExtensionKind::video_orientation);
      orientation && orientation->size() == 1) {
    extensions.video_orientation = read_orientation(orientation->front());
  }
  if (const auto& descriptor = found.find(ExtensionKind::dependency_descriptor)) {
    extensions.dependency_descriptor = *descriptor;
  }
  return extensions;
}

ExtensionBytes::ExtensionBytes(const PacketExtensions& extensions) : extensions_(extensions) {
  if (extensions.audio_level) {
    audio_level_[0] = write_audio_level(*extensions.audio_level);
  }
  if (extensions.video_orientation) {
    video_orientation_[0] = write_orientation(*extensions.video_orientation);
  }
}

std::optional<media::ExtensionRefusal> ExtensionBytes::add_to(media::ExtensionSet& set) const {
  if (extensions_.audio_level) {
    set.add(ExtensionKind::audio_level, audio_level_);
  }
  if (extensions_.video_orientation) {
    set.add(ExtensionKind::video_orientation, video_orientation_);
  }
  if (extensions_.dependency_descriptor.empty()) {
    return std::nullopt;
  }
  return set.add(ExtensionKind::dependency_descriptor, extensions_.dependency_descriptor);
}

}  // namespace baton::transport
