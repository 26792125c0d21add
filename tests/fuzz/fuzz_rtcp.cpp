// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtcp_view.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace media = baton::media;

// Whatever parses can be walked to its end, and the summary holds what the walk meets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const media::ByteView bytes(data, size);
  const auto view = media::RtcpView::parse(bytes);
  if (!view) {
    return 0;
  }
  const auto summary = view->summary();
  const bool known_type = data[1] >= 192 && data[1] <= 223;
  expect(media::classify_packet(bytes) == (known_type ? media::PacketKind::rtcp : media::PacketKind::rtp));
  std::size_t walked = 0;
  bool asks = false;
  bool has_report = false;
  bool has_estimate = false;
  auto reader = view->packets();
  while (const auto packet = reader.next()) {
    expect(packet->body.size() + 4 <= size - walked);
    walked += packet->body.size() + 4;
    asks |= packet->is_picture_loss_indication() || packet->is_full_intra_request();
    has_report |= packet->sender_report().has_value();
    has_estimate |= packet->bitrate_estimate().has_value();
  }
  expect(walked <= size && walked + 256 > size);  // Padding is all that the walk leaves out.
  expect(asks == summary.asks_for_keyframe());
  expect(has_report == summary.sender_report.has_value());
  expect(has_estimate == summary.bitrate_estimate.has_value());
  return 0;
}
