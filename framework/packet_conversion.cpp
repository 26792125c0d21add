// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/packet_conversion.hpp"

#include <algorithm>
#include <limits>

namespace baton::framework {
namespace {

std::span<const std::uint8_t> bytes_of(const char* buffer, std::uint16_t length) {
  return {reinterpret_cast<const std::uint8_t*>(buffer), length};
}

char* buffer_of(std::span<const std::uint8_t> bytes) {
  return const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
}

bool fits(std::span<const std::uint8_t> bytes) {
  return !bytes.empty() && bytes.size() <= std::numeric_limits<std::uint16_t>::max();
}

MediaKind kind_of(gboolean video) {
  return video != FALSE ? MediaKind::video : MediaKind::audio;
}
gboolean is_video(MediaKind kind) {
  return kind == MediaKind::video ? TRUE : FALSE;
}
std::string_view text_of(const char* text) {
  return text != nullptr ? std::string_view(text) : std::string_view();
}

RtpExtensions from_janus(const janus_plugin_rtp_extensions& from) {
  RtpExtensions to;
  if (from.audio_level >= 0)
    to.audio_level = AudioLevel{.level = static_cast<std::uint8_t>(from.audio_level),
                                .voice = from.audio_level_vad != FALSE};
  if (from.video_rotation >= 0)
    to.video_orientation = VideoOrientation{.rotation_degrees = from.video_rotation,
                                            .back_camera = from.video_back_camera != FALSE,
                                            .flipped = from.video_flipped != FALSE};
  if (from.min_delay >= 0 && from.max_delay >= 0)
    to.playout_delay = PlayoutDelay{.min = from.min_delay, .max = from.max_delay};
  to.dependency_descriptor = {from.dd_content, from.dd_len};
  return to;
}

template <class Extensions>
void mark_newer_extensions_absent(Extensions& to) {
  if constexpr (requires { to.spatial_layers; }) {
    to.spatial_layers = -1;
    to.temporal_layers = -1;
  }
}

void to_janus(const RtpExtensions& from, janus_plugin_rtp_extensions& to) {
  to.audio_level = -1;
  to.video_rotation = -1;
  to.min_delay = -1;
  to.max_delay = -1;
  mark_newer_extensions_absent(to);
  if (from.audio_level) {
    to.audio_level = static_cast<std::int8_t>(std::min<int>(from.audio_level->level, 127));
    to.audio_level_vad = from.audio_level->voice ? TRUE : FALSE;
  }
  if (from.video_orientation) {
    to.video_rotation = from.video_orientation->rotation_degrees;
    to.video_back_camera = from.video_orientation->back_camera ? TRUE : FALSE;
    to.video_flipped = from.video_orientation->flipped ? TRUE : FALSE;
  }
  if (from.playout_delay) {
    to.min_delay = from.playout_delay->min;
    to.max_delay = from.playout_delay->max;
  }
  // A descriptor that does not fit cannot be cut short and keep its meaning.
  if (from.dependency_descriptor.size() <= std::numeric_limits<std::uint8_t>::max()) {
    to.dd_len = static_cast<std::uint8_t>(from.dependency_descriptor.size());
    std::copy(from.dependency_descriptor.begin(), from.dependency_descriptor.end(), to.dd_content);
  }
}

}  // namespace

RtpPacket from_janus(const janus_plugin_rtp& packet) {
  return {.media_index = MediaIndex(packet.mindex),
          .kind = kind_of(packet.video),
          .bytes = bytes_of(packet.buffer, packet.length),
          .extensions = from_janus(packet.extensions)};
}

RtcpPacket from_janus(const janus_plugin_rtcp& packet) {
  return {.media_index = MediaIndex(packet.mindex),
          .kind = kind_of(packet.video),
          .bytes = bytes_of(packet.buffer, packet.length)};
}

DataMessage from_janus(const janus_plugin_data& message) {
  return {.label = text_of(message.label),
          .protocol = text_of(message.protocol),
          .format = message.binary != FALSE ? DataMessage::Format::binary : DataMessage::Format::text,
          .bytes = bytes_of(message.buffer, message.length)};
}

std::optional<janus_plugin_rtp> to_janus(const RtpPacket& packet) {
  if (!fits(packet.bytes))
    return std::nullopt;
  std::optional<janus_plugin_rtp> to(std::in_place);
  to->mindex = packet.media_index.value();
  to->video = is_video(packet.kind);
  to->buffer = buffer_of(packet.bytes);
  to->length = static_cast<std::uint16_t>(packet.bytes.size());
  to_janus(packet.extensions, to->extensions);
  return to;
}

std::optional<janus_plugin_rtcp> to_janus(const RtcpPacket& packet) {
  if (!fits(packet.bytes))
    return std::nullopt;
  return janus_plugin_rtcp{.mindex = packet.media_index.value(),
                           .video = is_video(packet.kind),
                           .buffer = buffer_of(packet.bytes),
                           .length = static_cast<std::uint16_t>(packet.bytes.size())};
}

}  // namespace baton::framework
