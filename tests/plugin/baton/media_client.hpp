// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/media/media_builders.hpp"
#include "tests/plugin/baton/baton_client.hpp"

/// Clients that send and receive media: what a browser would do beside the messages.
namespace baton::testing {

/// Publishes with a browser's offer and brings the PeerConnection up. Fails the test if it is refused.
void go_on_air(Client& client);
/// Subscribes, answers the offer and brings the PeerConnection up.
void watch(Client& client);

/// A made-up VP8 encoder behind a publishing client. Each frame is two packets.
class VideoSource {
public:
  explicit VideoSource(Client& client, std::uint32_t ssrc = 0x11111111, std::uint16_t sequence = 65'530,
                       std::uint16_t picture_id = 32'760)
      : client_(client), ssrc_(ssrc), sequence_(sequence), picture_id_(picture_id) {}

  void send(media::test::Frame frame);
  void key() { send(media::test::Frame::key); }
  void deltas(int count);
  [[nodiscard]] std::size_t packets() const { return packets_; }

private:
  Client& client_;
  std::uint32_t ssrc_;
  std::uint16_t sequence_;
  std::uint16_t picture_id_;
  std::uint8_t base_layer_index_ = 0;
  std::uint32_t timestamp_ = 1'000'000;
  std::size_t packets_ = 0;
};

/// Sends bytes as they are, as video.
void send_raw(Client& client, std::vector<std::uint8_t> bytes);
/// A picture loss indication from a viewer (RFC 4585 §6.3.1).
[[nodiscard]] std::vector<std::uint8_t> picture_loss_indication();

/// The video packets that a viewer was sent so far.
[[nodiscard]] std::vector<RelayedPacket> video_of(Client& viewer);
/// The same, once there are `count` of them; fewer when they do not come.
[[nodiscard]] std::vector<RelayedPacket> wait_video(Client& viewer, std::size_t count);
/// What breaks the promise that a program is one stream: one SSRC and payload type, sequence numbers without
/// a gap, timestamps and picture ids that go on, a key frame first. Nothing is good.
[[nodiscard]] std::vector<std::string> breaks_in(const std::vector<RelayedPacket>& video);

/// A number among the media figures of `status`, by the names of its path: `{"drops", "duplicate"}`.
[[nodiscard]] std::int64_t figure(Baton& baton, const std::vector<const char*>& path,
                                  const std::string& room = "stage");

}  // namespace baton::testing
