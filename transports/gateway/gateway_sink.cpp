// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/gateway/gateway_sink.hpp"

#include <utility>

namespace baton::transport {

GatewaySink::GatewaySink(framework::Handle handle, GatewayMediaIndices indices)
    : handle_(std::move(handle)), indices_(indices) {}

void GatewaySink::send(const OutgoingPacket& packet) {
  const bool audio = packet.kind == MediaKind::audio;
  framework::RtpExtensions extensions;
  if (const auto& level = packet.extensions.audio_level) {
    extensions.audio_level = framework::AudioLevel{level->level, level->voice == AudioLevel::Voice::yes};
  }
  if (const auto& orientation = packet.extensions.video_orientation) {
    extensions.video_orientation = framework::VideoOrientation{
        orientation->rotation_degrees, orientation->camera == VideoOrientation::Camera::back,
        orientation->flip == VideoOrientation::Flip::horizontal};
  }
  extensions.dependency_descriptor = packet.extensions.dependency_descriptor;
  // A handle that is gone is noticed by the control path; here there is nothing to be done about it.
  handle_.relay_rtp({audio ? indices_.audio : indices_.video,
                     audio ? framework::MediaKind::audio : framework::MediaKind::video, packet.bytes,
                     extensions});
}

PacketExtensions from_gateway(const framework::RtpExtensions& extensions) {
  PacketExtensions result;
  if (extensions.audio_level) {
    result.audio_level =
        AudioLevel{extensions.audio_level->level,
                   extensions.audio_level->voice ? AudioLevel::Voice::yes : AudioLevel::Voice::no};
  }
  if (extensions.video_orientation) {
    const framework::VideoOrientation& orientation = *extensions.video_orientation;
    result.video_orientation = VideoOrientation{
        orientation.rotation_degrees,
        orientation.back_camera ? VideoOrientation::Camera::back : VideoOrientation::Camera::front,
        orientation.flipped ? VideoOrientation::Flip::horizontal : VideoOrientation::Flip::none};
  }
  result.dependency_descriptor = extensions.dependency_descriptor;
  return result;
}

}  // namespace baton::transport
