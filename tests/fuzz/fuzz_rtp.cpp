// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "core/media/rtp_packet.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace media = baton::media;

// Whatever parses lies within its bytes, and setting every field to what it was changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  const std::vector<std::uint8_t> original = bytes;
  auto packet = media::MutableRtpPacket::parse(bytes);
  expect(packet.ok() == media::RtpPacketView::parse(original).ok());
  if (!packet) {
    expect(media::RtpPacketView::parse(original).error() == packet.error());
    return 0;
  }
  const auto& view = packet->view();
  const auto payload = view.payload();
  expect(payload.size() + media::kRtpFixedHeaderSize + 4 * view.csrc_count() <= bytes.size());
  expect(payload.empty() || (payload.data() >= bytes.data() && &payload.back() <= &bytes.back()));
  for (unsigned id = 0; id <= 255; ++id) {
    const auto element = packet->extension(media::ExtensionId{static_cast<std::uint8_t>(id)});
    if (element && !element->empty()) {
      expect(element->data() > bytes.data() &&
             element->data() + element->size() <= bytes.data() + bytes.size());
    }
  }
  packet->set_payload_type(view.payload_type());
  packet->set_sequence_number(view.sequence_number());
  packet->set_timestamp(view.timestamp());
  packet->set_ssrc(view.ssrc());
  expect(bytes == original);
  return 0;
}
