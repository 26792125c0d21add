// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <vector>

#include "core/media/packet_writer.hpp"
#include "core/media/rtx_original.hpp"
#include "core/media/rtx_stream.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace media = baton::media;

namespace {

bool same(media::ByteView left, media::ByteView right) {
  return std::ranges::equal(left, right);
}

// One byte of the input for each kind.
media::ExtensionMap take_map(media::ByteView& input) {
  media::ExtensionMap map;
  for (std::size_t kind = 0; kind < media::kExtensionKindCount; ++kind) {
    map.set(static_cast<media::ExtensionKind>(kind), media::ExtensionId{input[kind]});
  }
  input = input.subspan(media::kExtensionKindCount);
  return map;
}

// A retransmission differs from the packet in its names and its first two bytes of payload, and leads back to
// it.
void repeat(const media::RtpPacketView& packet) {
  media::RtxStream stream({media::Ssrc{1}, media::PayloadType{97}, media::SequenceNumber(3)});
  std::vector<std::uint8_t> out(packet.bytes().size() + media::kOriginalSequenceSize);
  const auto written = stream.write(packet, out);
  expect(written.ok() != packet.payload().empty());
  if (written) {
    const auto view = media::RtpPacketView::parse(*written);
    expect(view.ok());
    expect(same(view->payload().subspan(media::kOriginalSequenceSize), packet.payload()));
    expect(media::load_u16(view->payload(), 0) == packet.sequence_number().value());
    const auto restored = media::restore_original(*media::MutableRtpPacket::parse(*written),
                                                  {packet.ssrc(), packet.payload_type()});
    expect(restored.ok());
    expect(same(restored->view().payload(), packet.payload()));
    expect(restored->view().sequence_number() == packet.sequence_number());
  }
}

}  // namespace

// Whatever a packet and two sides' ids are, what one viewer gets holds the media's elements and the payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  media::ByteView input(data, size);
  if (size < 2 * media::kExtensionKindCount + 1) {
    return 0;
  }
  const auto senders = take_map(input);
  const auto viewers = take_map(input);
  const auto forms =
      (input[0] & 1U) != 0 ? media::ExtensionForms::both : media::ExtensionForms::one_byte_only;
  const auto packet = media::RtpPacketView::parse(input.subspan(1));
  if (!packet) {
    return 0;
  }
  // Whatever comes as a retransmission is an original or none.
  std::vector<std::uint8_t> repeated(input.begin() + 1, input.end());
  const auto original = media::restore_original(*media::MutableRtpPacket::parse(repeated), {});
  expect(original.ok() == (packet->payload().size() >= media::kOriginalSequenceSize));
  repeat(*packet);
  const media::MediaExtensions gathered(*packet, senders);
  media::ExtensionSet set(viewers, forms);
  set.add(gathered);
  std::vector<std::uint8_t> out(input.size() - 1 + 4096);
  const auto written = media::write_packet(*packet, set, out);
  expect(written.ok());
  const auto view = media::RtpPacketView::parse(written->view().bytes());
  expect(view.ok());
  expect(same(view->payload(), packet->payload()));
  expect(view->sequence_number() == packet->sequence_number() && view->csrc_count() == packet->csrc_count());
  for (std::size_t index = 0; index < media::kExtensionKindCount; ++index) {
    const auto kind = static_cast<media::ExtensionKind>(index);
    media::ExtensionSet alone(viewers, forms);
    const auto& said = gathered.find(kind);
    if (said && !alone.add(kind, *said)) {
      // Two kinds by one id, which no negotiation allows, hide each other.
      std::size_t namesakes = 0;
      for (std::size_t other = 0; other < media::kExtensionKindCount; ++other) {
        const auto id = viewers.id_of(static_cast<media::ExtensionKind>(other));
        namesakes += id && id->value == viewers.id_of(kind)->value ? 1 : 0;
      }
      const auto found = view->extension(*viewers.id_of(kind));
      expect(found.has_value() && (namesakes > 1 || same(*found, *said)));
    }
  }
  return 0;
}
