// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/baton/media_client.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <utility>

#include "core/media/rtp_packet.hpp"
#include "core/media/vp8_payload.hpp"
#include "tests/plugin/baton/baton_stage.hpp"

namespace baton::testing {

using framework::JsonView;
using framework::MediaIndex;
using framework::MediaKind;
using media::test::Frame;
using media::test::Piece;

namespace {

/// Another payload type than the program's, so that a forgotten rewrite shows.
constexpr std::uint8_t kSourcePayloadType = 120;
constexpr std::uint32_t kFrameTicks = 2970;
const MediaIndex kVideoIndex(1);

}  // namespace

void go_on_air(Client& client) {
  const Answer answer = client.say("publish", publish_offer());
  INFO(answer.body.dump());
  REQUIRE(answer.kind() == "published");
  REQUIRE(answer.jsep);
  client.handle().setup_media();
  client.settle();
}

void watch(Client& client) {
  const Answer offered = client.say("subscribe");
  INFO(offered.body.dump());
  REQUIRE(offered.kind() == "subscribed");
  REQUIRE(offered.jsep);
  REQUIRE(client.say("start", subscribe_answer()).kind() == "started");
  client.handle().setup_media();
  client.settle();
}

void VideoSource::send(Frame frame) {
  for (const Piece piece : {Piece::first, Piece::middle}) {
    media::test::PacketSpec spec;
    spec.sequence = sequence_++;
    spec.timestamp = timestamp_;
    spec.ssrc = ssrc_;
    spec.payload_type = kSourcePayloadType;
    spec.marker = piece == Piece::middle ? media::Marker::set : media::Marker::clear;
    spec.payload = media::test::make_vp8(frame, piece, picture_id_, base_layer_index_);
    send_raw(client_, media::test::make_rtp(spec));
    ++packets_;
  }
  picture_id_ = static_cast<std::uint16_t>((picture_id_ + 1U) & 0x7FFFU);
  ++base_layer_index_;
  timestamp_ += kFrameTicks;
  client_.handle().sync();
}

void VideoSource::deltas(int count) {
  for (int i = 0; i < count; ++i) {
    send(Frame::delta);
  }
}

void send_raw(Client& client, std::vector<std::uint8_t> bytes) {
  client.handle().incoming_rtp(MediaKind::video, kVideoIndex, std::move(bytes));
}

std::vector<std::uint8_t> picture_loss_indication() {
  return {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
}

namespace {

std::vector<RelayedPacket> only_video(std::vector<RelayedPacket> packets) {
  std::erase_if(packets, [](const RelayedPacket& packet) { return packet.kind != MediaKind::video; });
  return packets;
}

}  // namespace

std::vector<RelayedPacket> video_of(Client& viewer) {
  return only_video(viewer.handle().rtp());
}

std::vector<RelayedPacket> wait_video(Client& viewer, std::size_t count) {
  static_cast<void>(comes_true([&] { return video_of(viewer).size() >= count; }));
  return video_of(viewer);
}

std::vector<std::string> breaks_in(const std::vector<RelayedPacket>& video) {
  std::vector<std::string> breaks;
  const auto broken = [&](std::size_t at, const std::string& what) {
    breaks.push_back("packet " + std::to_string(at) + ": " + what);
  };
  std::optional<media::RtpPacketView> before;
  std::optional<media::Vp8Payload> frame_before;
  for (std::size_t at = 0; at < video.size(); ++at) {
    const auto packet = media::RtpPacketView::parse(video[at].bytes);
    if (!packet) {
      broken(at, "is no RTP");
      continue;
    }
    const auto payload = media::parse_vp8_payload(packet->payload());
    if (!payload) {
      broken(at, "is no VP8");
      continue;
    }
    if (video[at].media_index != MediaIndex(1)) {
      broken(at, "is on another m-line");
    }
    if (packet->payload_type().value != 96) {
      broken(at, "has payload type " + std::to_string(packet->payload_type().value));
    }
    if (!before && !(payload->begins_frame() && payload->keyframe)) {
      broken(at, "begins the stream and no key frame");
    }
    if (before) {
      if (packet->ssrc() != before->ssrc()) {
        broken(at, "has another SSRC");
      }
      if (before->sequence_number().distance_to(packet->sequence_number()) != 1) {
        broken(at, "does not follow in sequence");
      }
      if (before->timestamp().is_newer_than(packet->timestamp())) {
        broken(at, "goes back in time");
      }
      const bool same_frame = packet->timestamp() == before->timestamp();
      const int step = (payload->picture_id->value - frame_before->picture_id->value) & 0x7FFF;
      if (step != (same_frame ? 0 : 1)) {
        broken(at, "has a picture id that steps by " + std::to_string(step));
      }
    }
    before = *packet;
    frame_before = *payload;
  }
  return breaks;
}

std::int64_t figure(Baton& baton, const std::vector<const char*>& path, const std::string& room) {
  const framework::SharedJson status = baton.status(room);
  JsonView at = status.get("media");
  for (const char* name : path) {
    at = at.get(name);
  }
  INFO(status.dump());
  REQUIRE(at.as_integer());
  return *at.as_integer();
}

}  // namespace baton::testing
