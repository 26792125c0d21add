// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/stream_demultiplexer.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/transports/direct/publisher_stage.hpp"

namespace baton::transport::direct::test {
namespace {

using media::Ssrc;
using Start = PlacedStream::Start;

constexpr StreamPlace kAudio{MediaKind::audio, StreamRole::original};
constexpr StreamPlace kVideo{MediaKind::video, StreamRole::original};
constexpr StreamPlace kVideoRtx{MediaKind::video, StreamRole::repetitions};

struct Demultiplexer {
  explicit Demultiplexer(const PublisherSettings& settings = publisher_settings()) : streams(settings) {}

  auto place(Ssrc ssrc, media::PayloadType payload_type, const char* mid = nullptr, std::int64_t ms = 0) {
    const Bytes bytes =
        media::test::make_rtp({.ssrc = ssrc.value, .payload_type = payload_type.value, .payload = {1}});
    Bytes data;
    if (mid != nullptr) {
      const std::string text(mid);
      data.assign(text.begin(), text.end());
    }
    return streams.place(media::test::view_of(bytes),
                         mid != nullptr ? std::optional<media::ByteView>(data) : std::nullopt, at_ms(ms));
  }
  StreamDemultiplexer streams;
};

TEST_CASE("A stream is learned by its payload type or its MID, and then known by its SSRC") {
  struct Row {
    const char* what;
    media::PayloadType payload_type;
    const char* mid;
    StreamPlace place;
  };
  const auto row = GENERATE(values<Row>({
      {"audio by payload type", kOpus, nullptr, kAudio},
      {"audio by both", kOpus, "0", kAudio},
      {"video by payload type", kVp8, nullptr, kVideo},
      {"video by both", kVp8, "1", kVideo},
      {"retransmissions", kVp8Rtx, "1", kVideoRtx},
  }));
  INFO(row.what);
  Demultiplexer demultiplexer;
  CHECK_FALSE(demultiplexer.streams.ssrc_of(row.place).has_value());
  const auto first = demultiplexer.place(Ssrc{7}, row.payload_type, row.mid);
  REQUIRE(first.ok());
  CHECK(first->place == row.place);
  CHECK(first->start == Start::begins);
  CHECK(demultiplexer.streams.ssrc_of(row.place) == Ssrc{7});
  CHECK(demultiplexer.streams.place_of(Ssrc{7}) == row.place);
  const auto second = demultiplexer.place(Ssrc{7}, row.payload_type);
  REQUIRE(second.ok());
  CHECK(second->place == row.place);
  CHECK(second->start == Start::goes_on);
}

TEST_CASE("What belongs nowhere is refused by name, and nothing is learned of it") {
  struct Row {
    const char* what;
    Ssrc ssrc;
    media::PayloadType payload_type;
    const char* mid;
    StreamRefusal refusal;
  };
  const auto row = GENERATE(values<Row>({
      {"a MID that there is not", Ssrc{9}, kVp8, "2", StreamRefusal::unknown_mid},
      {"an empty MID", Ssrc{9}, kVp8, "", StreamRefusal::unknown_mid},
      {"a payload type that there is not", Ssrc{9}, media::PayloadType{99}, nullptr,
       StreamRefusal::unknown_payload_type},
      {"a payload type of another medium", Ssrc{9}, kVp8, "0", StreamRefusal::unknown_payload_type},
      {"a known stream that names another medium", Ssrc{7}, kVp8, "0", StreamRefusal::wrong_medium},
      {"a known stream with another payload type", Ssrc{7}, kOpus, nullptr,
       StreamRefusal::unknown_payload_type},
      {"a second source of a medium", Ssrc{9}, kVp8, "1", StreamRefusal::too_many_sources},
  }));
  INFO(row.what);
  Demultiplexer demultiplexer;
  REQUIRE(demultiplexer.place(Ssrc{7}, kVp8, "1").ok());
  const auto refused = demultiplexer.place(row.ssrc, row.payload_type, row.mid);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() == row.refusal);
  CHECK_FALSE(demultiplexer.streams.place_of(Ssrc{9}).has_value());
  CHECK(demultiplexer.streams.ssrc_of(kVideo) == Ssrc{7});
  CHECK(to_string(row.refusal) != std::string("unknown"));
}

TEST_CASE("A medium that was not negotiated takes nothing") {
  PublisherSettings settings = publisher_settings();
  settings.audio.reset();
  settings.video->rtx_payload_type.reset();
  settings.video->rtx_ssrc = Ssrc{8};
  Demultiplexer demultiplexer(settings);
  CHECK(demultiplexer.place(Ssrc{7}, kOpus).error() == StreamRefusal::unknown_payload_type);
  CHECK(demultiplexer.place(Ssrc{7}, kOpus, "0").error() == StreamRefusal::unknown_mid);
  CHECK(demultiplexer.place(Ssrc{8}, kVp8Rtx, "1").error() == StreamRefusal::unknown_payload_type);
}

TEST_CASE("A signalled SSRC has its place from the beginning, and gives it to another if it never comes") {
  PublisherSettings settings = publisher_settings();
  settings.video->ssrc = Ssrc{70};
  settings.video->rtx_ssrc = Ssrc{71};
  Demultiplexer demultiplexer(settings);
  CHECK(demultiplexer.streams.ssrc_of(kVideo) == Ssrc{70});
  const auto rtx = demultiplexer.place(Ssrc{71}, kVp8Rtx);
  REQUIRE(rtx.ok());
  CHECK(rtx->place == kVideoRtx);
  CHECK(rtx->start == Start::begins);
  const auto other = demultiplexer.place(Ssrc{7}, kVp8);
  REQUIRE(other.ok());
  CHECK(other->start == Start::begins);
  CHECK(demultiplexer.place(Ssrc{70}, kVp8).error() == StreamRefusal::too_many_sources);
}

TEST_CASE("A stream gives way when it is silent for long, or has said goodbye") {
  Demultiplexer demultiplexer;
  REQUIRE(demultiplexer.place(Ssrc{7}, kVp8, nullptr, 0).ok());
  REQUIRE(demultiplexer.place(Ssrc{7}, kVp8, nullptr, 1000).ok());
  CHECK(demultiplexer.place(Ssrc{9}, kVp8, nullptr, 2999).error() == StreamRefusal::too_many_sources);
  SECTION("silence") {
    const auto next = demultiplexer.place(Ssrc{9}, kVp8, nullptr, 3000);
    REQUIRE(next.ok());
    CHECK(next->start == Start::begins);
    CHECK(demultiplexer.place(Ssrc{7}, kVp8, nullptr, 3001).error() == StreamRefusal::too_many_sources);
  }
  SECTION("goodbye") {
    demultiplexer.streams.leave(Ssrc{7});
    CHECK_FALSE(demultiplexer.streams.place_of(Ssrc{7}).has_value());
    CHECK(demultiplexer.place(Ssrc{9}, kVp8, nullptr, 1001).ok());
  }
}

TEST_CASE("A peer has four streams at most, however many it tries") {
  PublisherSettings settings = publisher_settings();
  settings.audio->rtx_payload_type = media::PayloadType{64};
  Demultiplexer demultiplexer(settings);
  const std::array<media::PayloadType, 4> types{kOpus, media::PayloadType{64}, kVp8, kVp8Rtx};
  std::size_t taken = 0;
  for (std::uint32_t ssrc = 1; ssrc <= 1000; ++ssrc) {
    taken += demultiplexer.place(Ssrc{ssrc}, types[ssrc % 4]).ok() ? 1 : 0;
  }
  CHECK(taken == kStreamPlaces);
}

}  // namespace
}  // namespace baton::transport::direct::test
