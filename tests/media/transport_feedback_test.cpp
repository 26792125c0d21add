// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/transport_feedback.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

constexpr auto kLost = std::optional<int>();

/// Control information: base 10, `count` packets, reference time 2, message 9, then what is given.
Bytes control(std::uint16_t count, const Bytes& rest) {
  Bytes bytes(8 + rest.size());
  store_u16(bytes, 0, 10);
  store_u16(bytes, 2, count);
  bytes[6] = 2;
  bytes[7] = 9;
  std::ranges::copy(rest, bytes.begin() + 8);
  return bytes;
}

/// Arrival of each packet in units of 250 µs behind the reference time.
std::vector<std::optional<int>> arrivals_of(const Bytes& bytes) {
  const auto feedback = TransportFeedback::parse(bytes);
  REQUIRE(feedback.ok());
  std::vector<std::optional<int>> arrivals;
  auto reader = feedback->packets();
  TransportSequence expected = feedback->base();
  while (const auto packet = reader.next()) {
    CHECK(packet->sequence == expected);
    expected = expected.next();
    arrivals.push_back(packet->arrived ? std::optional(static_cast<int>(*packet->arrived / kDeltaUnit) - 512)
                                       : std::nullopt);
  }
  CHECK_FALSE(reader.next().has_value());
  CHECK(arrivals.size() == feedback->packet_count());
  return arrivals;
}

TEST_CASE("Feedback tells which packets arrived and when") {
  struct Row {
    const char* what;
    Bytes bytes;
    std::vector<std::optional<int>> arrivals;
  };
  const auto row = GENERATE(values<Row>({
      {"a run of small deltas", control(3, {0x20, 3, 1, 2, 3}), {1, 3, 6}},
      {"a run of losses and one arrival", control(4, {0x00, 3, 0x20, 1, 255}), {kLost, kLost, kLost, 255}},
      {"large deltas, forward and back", control(2, {0x40, 2, 0x01, 0x00, 0xFF, 0x00}), {256, 0}},
      {"the largest deltas", control(2, {0x40, 2, 0x7F, 0xFF, 0x80, 0x00}), {32767, -1}},
      {"a vector of fourteen, five used", control(5, {0xAA, 0x00, 7, 8, 9}), {7, kLost, 15, kLost, 24}},
      // 01 at the first place, 10 at the fourth, 01 at the last.
      {"a vector of seven", control(7, {0xD0, 0x81, 1, 0, 2, 3}), {1, kLost, kLost, 3, kLost, kLost, 6}},
      {"two chunks",
       control(16, {0x80, 0x00, 0x20, 2, 5, 6}),
       {kLost, kLost, kLost, kLost, kLost, kLost, kLost, kLost, kLost, kLost, kLost, kLost, kLost, kLost, 5,
        11}},
      {"a run longer than the packets", control(1, {0x3F, 0xFF, 4}), {4}},
      {"an empty run in between", control(1, {0x20, 0, 0x20, 1, 4}), {4}},
      {"zeros up to the next word", control(1, {0x20, 1, 4, 0}), {4}},
  }));
  INFO(row.what);
  CHECK(arrivals_of(row.bytes) == row.arrivals);
}

TEST_CASE("The fixed fields are read") {
  const Bytes bytes{0xFF, 0xFF, 0, 2, 0xFF, 0xFF, 0xFE, 255, 0x20, 2, 0, 0};
  const auto feedback = TransportFeedback::parse(bytes);
  REQUIRE(feedback.ok());
  CHECK(feedback->base() == TransportSequence(65535));
  CHECK(feedback->reference_time() == ReferenceTime(0xFFFFFE));
  CHECK(feedback->feedback_count() == FeedbackCount(255));
  auto reader = feedback->packets();
  reader.next();
  CHECK(reader.next()->sequence == TransportSequence(0));
  CHECK(TransportFeedback::kReferenceCircle == core::Duration(std::chrono::milliseconds(64)) * (1 << 24));
}

TEST_CASE("The most packets that the count can say are walked to the end, and no further") {
  Bytes bytes = control(65535, {});
  for (int chunk = 0; chunk < 8; ++chunk) {
    bytes.insert(bytes.end(), {0x1F, 0xFF});
  }
  bytes.insert(bytes.end(), {0x00, 0x07});  // Eight runs of 8191 and these.
  CHECK(arrivals_of(bytes).size() == 65535);
  bytes.back() = 6;
  CHECK(TransportFeedback::parse(bytes).error() == TransportFeedbackError::chunks_beyond_end);
}

TEST_CASE("Malformed feedback is refused with the reason") {
  struct Row {
    const char* what;
    Bytes bytes;
    TransportFeedbackError error;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", {}, TransportFeedbackError::too_short},
      {"seven bytes", {0, 0, 0, 1, 0, 0, 0}, TransportFeedbackError::too_short},
      {"no packets", control(0, {0x20, 1, 4, 0}), TransportFeedbackError::no_packets},
      {"no chunk", control(1, {}), TransportFeedbackError::chunks_beyond_end},
      {"half a chunk", control(1, {0x20}), TransportFeedbackError::chunks_beyond_end},
      {"a chunk too few", control(15, {0x80, 0x00}), TransportFeedbackError::chunks_beyond_end},
      {"only empty runs", control(1, {0x20, 0, 0x20, 0}), TransportFeedbackError::chunks_beyond_end},
      {"a run of what is reserved", control(1, {0x60, 1}), TransportFeedbackError::reserved_status},
      {"a vector with what is reserved", control(2, {0xCC, 0x00}), TransportFeedbackError::reserved_status},
      {"a small delta missing", control(2, {0x20, 2, 4}), TransportFeedbackError::deltas_beyond_end},
      {"half of a large delta", control(1, {0x40, 1, 4}), TransportFeedbackError::deltas_beyond_end},
  }));
  INFO(row.what);
  const auto feedback = TransportFeedback::parse(row.bytes);
  REQUIRE_FALSE(feedback.ok());
  CHECK(feedback.error() == row.error);
  CHECK(std::string(to_string(row.error)) != "unknown");
}

TEST_CASE("A reserved status behind the last packet is nobody's") {
  CHECK(arrivals_of(control(1, {0xC3, 0x00})) == std::vector<std::optional<int>>{kLost});
}

}  // namespace
}  // namespace baton::media
