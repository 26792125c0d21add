// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <memory>
#include <optional>

#include "core/media/packet_arrivals.hpp"
#include "core/media/sent_packet_table.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace core = baton::core;
namespace media = baton::media;

namespace {

// Whatever parses can be walked to its end, with the numbers in order.
void walk(media::ByteView bytes) {
  const auto feedback = media::TransportFeedback::parse(bytes);
  if (!feedback) {
    return;
  }
  std::size_t walked = 0;
  auto reader = feedback->packets();
  while (const auto packet = reader.next()) {
    expect(packet->sequence == feedback->base().plus(static_cast<std::int64_t>(walked)));
    ++walked;
  }
  expect(walked == feedback->packet_count());

  // And a sender believes no more of it than it has sent, however often it comes.
  constexpr std::uint64_t kSent = 300;
  const auto table = std::make_unique<media::SentPacketTable>(feedback->base().plus(-100));
  for (std::uint64_t number = 0; number < kSent; ++number) {
    table->sent(1200, core::Instant(core::Duration(static_cast<std::int64_t>(number) * 1000)));
  }
  std::uint64_t arrived = 0;
  for (int time = 0; time < 2; ++time) {
    table->acknowledge(*feedback, core::Instant(core::Duration(1'000'000)),
                       [&](const media::PacketOutcome& outcome) { arrived += outcome.arrived ? 1 : 0; });
  }
  const auto& statistics = table->statistics();
  expect(statistics.acknowledged == arrived && arrived <= kSent && statistics.lost <= kSent);
}

// What arrives in any order and at any time can be written, and what is written can be read back.
void write_and_read(media::ByteView bytes) {
  const auto arrivals = std::make_unique<media::PacketArrivals>();
  core::Instant now;
  std::uint16_t sequence = 0;
  while (bytes.size() >= 4) {
    sequence =
        static_cast<std::uint16_t>(sequence + static_cast<std::int8_t>(bytes[0]) * (1 + bytes[1] % 40));
    now += core::Duration(std::int64_t{bytes[2]} * (bytes[1] >= 250 ? 1'000'000 : 100)) -
           core::Duration(bytes[3] == 255 ? 90'000 : 0);
    arrivals->arrived(media::TransportSequence(sequence), now);
    if (bytes[3] % 32 == 0) {
      std::array<std::uint8_t, 1200> buffer;
      const std::size_t room = bytes[3] == 0 ? buffer.size() : bytes[3];
      media::RtcpWriter writer(media::ByteSpan(buffer).first(room), media::RtcpForm::reduced_size);
      const bool had_news = arrivals->has_news();
      const auto refused = arrivals->write(writer, media::Ssrc{1}, media::Ssrc{2});
      expect(had_news || refused == media::RtcpWriteError::nothing_to_say);
      if (!refused) {
        const auto view = media::RtcpView::parse(*writer.finish());
        expect(view.ok());
        const auto packet = view->packets().next();
        const auto feedback = packet->transport_wide_feedback();
        expect(feedback.ok());
        std::optional<core::Duration> last;
        auto reader = feedback->packets();
        while (const auto status = reader.next()) {
          last = status->arrived;
        }
        expect(last.has_value());
      } else {
        expect(!had_news || refused == media::RtcpWriteError::buffer_too_small);
      }
    }
    bytes = bytes.subspan(4);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const media::ByteView bytes(data, size);
  walk(bytes);
  write_and_read(bytes);
  return 0;
}
