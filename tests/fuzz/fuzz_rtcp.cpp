// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <vector>

#include "core/media/rtcp_view.hpp"
#include "core/media/rtcp_writer.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace media = baton::media;

namespace {

template <typename Reader>
auto all_of(Reader reader) {
  std::vector<typename decltype(reader.next())::value_type> records;
  while (const auto record = reader.next()) {
    records.push_back(*record);
  }
  return records;
}

// Every list ends, within what its bytes can hold; and what was read can be written and read again.
void check_lists(const media::RtcpPacketView& packet) {
  const auto blocks = all_of(packet.report_blocks());
  const auto lost = all_of(packet.lost_packets());
  const auto requests = all_of(packet.full_intra_requests());
  expect(blocks.size() * media::rtcp::kReportBlockSize <= packet.body.size());
  expect(lost.size() <= packet.body.size() / 4 * 17);
  expect(requests.size() * media::rtcp::kFirEntrySize <= packet.body.size());
  expect(all_of(packet.leaving_sources()).size() <= 31);
  expect(all_of(packet.estimated_sources()).size() <= 255);
  if (packet.is_transport_wide_feedback()) {
    if (const auto feedback = packet.transport_wide_feedback()) {
      expect(all_of(feedback->packets()).size() == feedback->packet_count());
    }
  }
  std::vector<std::uint8_t> buffer(std::size_t{256} * 1024);
  media::RtcpWriter writer(buffer, media::RtcpForm::reduced_size);
  if (const auto report = packet.sender_report()) {
    expect(!writer.sender_report(*report, blocks));
  } else if (!blocks.empty()) {
    expect(!writer.receiver_report(*packet.sender(), blocks));
  } else if (!requests.empty()) {
    expect(requests.size() > 0xFFFF || !writer.full_intra_request(*packet.sender(), requests));
  } else if (const auto estimate = packet.bitrate_estimate()) {
    expect(!writer.bitrate_estimate(*packet.sender(), *estimate, all_of(packet.estimated_sources())));
  } else {
    return;
  }
  const auto again = media::RtcpView::parse(*writer.finish());
  expect(again.ok());
  const auto copy = again->packets().next();
  expect(all_of(copy->report_blocks()) == blocks);
  expect(all_of(copy->full_intra_requests()) == requests);
  if (const auto estimate = packet.bitrate_estimate()) {
    // An estimate beyond 64 bits means no limit, and is written as the most that has a number.
    expect(estimate->bits_per_second == UINT64_MAX || copy->bitrate_estimate() == estimate);
  }
}

}  // namespace

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
  std::size_t padding_allowed = 256;  // Of the last packet, and of each that is padded by the byte.
  bool asks = false;
  bool has_report = false;
  bool has_estimate = false;
  auto reader = view->packets();
  while (const auto packet = reader.next()) {
    expect(packet->body.size() + 4 <= size - walked);
    walked += packet->body.size() + 4;
    padding_allowed += packet->is_transport_wide_feedback() ? 256 : 0;
    asks |= packet->is_picture_loss_indication() || packet->is_full_intra_request();
    has_report |= packet->sender_report().has_value();
    has_estimate |= packet->bitrate_estimate().has_value();
    check_lists(*packet);
  }
  expect(walked <= size && walked + padding_allowed > size);  // Padding is all that the walk leaves out.
  expect(asks == summary.asks_for_keyframe());
  expect(has_report == summary.sender_report.has_value());
  expect(has_estimate == summary.bitrate_estimate.has_value());
  return 0;
}
