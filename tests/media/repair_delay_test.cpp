// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/repair_delay.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <vector>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using namespace std::chrono_literals;
using test::at_ms;
using Delay = std::optional<core::Duration>;

/// One packet was repeated for a viewer.
struct Loss {
  std::int64_t ms;
  std::optional<core::Duration> round_trip;
  /// Of the packet; by default another one each time, as many as a stream of 300 packets a second has.
  std::optional<std::uint16_t> number = std::nullopt;
};

SequenceNumber number_at(std::int64_t ms) {
  return SequenceNumber::wrap(65'000 + ms * 3 / 10);
}

RepairDelay after(const std::vector<Loss>& losses) {
  RepairDelay delay;
  for (const Loss& loss : losses) {
    delay.repeated(loss.number ? SequenceNumber(*loss.number) : number_at(loss.ms), loss.round_trip,
                   at_ms(loss.ms));
  }
  return delay;
}

TEST_CASE("A playout delay is written as twelve bits of each bound, in units of 10 ms") {
  struct Row {
    PlayoutDelay delay;
    std::array<std::uint8_t, kPlayoutDelaySize> bytes;
  };
  const std::vector<Row> rows{
      {{0ms, 0ms}, {0x00, 0x00, 0x00}},   {{10ms, 10s}, {0x00, 0x13, 0xE8}},
      {{550ms, 10s}, {0x03, 0x73, 0xE8}}, {{40'950ms, 40'950ms}, {0xFF, 0xFF, 0xFF}},
      {{19ms, 29ms}, {0x00, 0x10, 0x02}},
  };
  for (const Row& row : rows) {
    std::array<std::uint8_t, kPlayoutDelaySize> bytes{};
    write_playout_delay(bytes, row.delay);
    CHECK(bytes == row.bytes);
  }
}

TEST_CASE("Whether a delay is asked for depends on how far a viewer is and how often it loses something") {
  struct Row {
    const char* what;
    std::vector<Loss> losses;
    Delay asked_for;
  };
  const std::vector<Row> rows{
      {"nothing was lost", {}, std::nullopt},
      {"one loss", {{0, 400ms}}, std::nullopt},
      {"one loss, asked for over and over", {{0, 398ms, 7}, {400, 398ms, 7}, {800, 398ms, 7}}, std::nullopt},
      {"two at once, asked for over and over",
       {{0, 398ms, 7}, {1, 398ms, 8}, {400, 398ms, 7}, {401, 398ms, 8}, {900, 398ms, 8}},
       std::nullopt},
      {"one that is asked for again, and a further one",
       {{0, 400ms, 7}, {410, 400ms, 7}, {900, 400ms, 9}},
       500ms},
      {"a further one, long after numbers came round",
       {{0, 400ms, 7}, {150'000, 400ms, 6}, {151'000, 400ms, 9}},
       500ms},
      {"several within one round trip are one stand-still",
       {{0, 400ms}, {1, 400ms}, {399, 400ms}},
       std::nullopt},
      {"a second one, a round trip later", {{0, 400ms}, {400, 400ms}}, 500ms},
      {"a second one, long afterwards", {{0, 400ms}, {10'001, 400ms}}, std::nullopt},
      {"just soon enough", {{0, 400ms}, {10'000, 400ms}}, 500ms},
      {"many, of somebody near", {{0, 99ms}, {200, 99ms}, {400, 99ms}}, std::nullopt},
      {"the nearest who is far", {{0, 100ms}, {200, 100ms}}, 200ms},
      {"no round trip is known", {{0, std::nullopt}, {500, std::nullopt}, {900, std::nullopt}}, std::nullopt},
      {"what counts is the round trip of the second", {{0, 50ms}, {500, 300ms}}, 400ms},
      {"rounded up to a step", {{0, 401ms}, {500, 401ms}}, 550ms},
      {"no more than a second", {{0, 900'001us}, {1'000, 900'001us}}, 1s},
      {"however far", {{0, 3s}, {3'000, 3s}}, 1s},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    RepairDelay delay = after(row.losses);
    CHECK(delay.asked_for() == row.asked_for);
    const auto told = delay.tell(at_ms(row.losses.empty() ? 0 : row.losses.back().ms));
    CHECK(told.has_value() == row.asked_for.has_value());
    if (told) {
      CHECK(told->min == row.asked_for);
      CHECK(told->max == RepairDelay::kNoMaximum);
    }
  }
}

TEST_CASE("A delay is raised at once, and less is asked for only when no more was needed for long") {
  RepairDelay delay = after({{0, 200ms}, {1'000, 200ms}});
  CHECK(delay.tell(at_ms(1'000))->min == 300ms);
  delay.repeated(number_at(2'000), 400ms, at_ms(2'000));
  CHECK(delay.tell(at_ms(2'000))->min == 500ms);
  delay.repeated(number_at(2'500), 310ms, at_ms(2'500));
  delay.repeated(number_at(3'000), 400ms,
                 at_ms(3'000));  // Needed again: what was less does not count any more.
  // The way gets shorter: of what is needed from now on the most counts.
  delay.repeated(number_at(10'000), 210ms, at_ms(10'000));
  delay.repeated(number_at(20'000), 260ms, at_ms(20'000));
  delay.repeated(number_at(30'000), 210ms, at_ms(30'000));
  CHECK(delay.tell(at_ms(32'999))->min == 500ms);
  CHECK(delay.tell(at_ms(33'000))->min == 400ms);
  CHECK(delay.asked_for() == 400ms);
  // What that needed was forgotten with it.
  delay.repeated(number_at(40'000), 210ms, at_ms(40'000));
  CHECK(delay.tell(at_ms(62'999))->min == 400ms);
  CHECK(delay.tell(at_ms(63'000))->min == 350ms);
}

TEST_CASE("A delay stays as long as something is lost now and then, and for 30 s after that") {
  RepairDelay delay = after({{0, 400ms}, {500, 400ms}});
  std::int64_t ms = 500;
  for (int i = 0; i < 10; ++i) {
    CHECK(delay.tell(at_ms(ms + 29'999))->min == 500ms);
    ms += 29'999;
    delay.repeated(number_at(ms), 400ms, at_ms(ms));
  }
  CHECK(delay.tell(at_ms(ms + 29'999))->min == 500ms);
  CHECK(delay.asked_for() == 500ms);
  CHECK(delay.tell(at_ms(ms + 30'000)) == RepairDelay::kRetracted);
  CHECK(delay.asked_for() == std::nullopt);
}

TEST_CASE("That there is no delay any more is told for a while, and then nothing") {
  const auto losing = GENERATE(false, true);  // Near by now.
  CAPTURE(losing);
  RepairDelay delay = after({{0, 400ms}, {500, 400ms}});
  for (std::int64_t ms = 600; losing && ms < 30'000; ms += 100) {
    delay.repeated(number_at(ms), 50ms, at_ms(ms));
  }
  CHECK(delay.tell(at_ms(30'500)) == RepairDelay::kRetracted);
  if (losing) {
    delay.repeated(number_at(31'000), 50ms, at_ms(31'000));
  }
  CHECK(delay.tell(at_ms(35'499)) == RepairDelay::kRetracted);
  CHECK(delay.tell(at_ms(35'500)) == RepairDelay::kRetracted);
  CHECK(delay.tell(at_ms(35'501)) == std::nullopt);
}

TEST_CASE("A delay that is needed again while it is taken back is asked for again") {
  RepairDelay delay = after({{0, 400ms}, {500, 400ms}});
  REQUIRE(delay.tell(at_ms(30'500)) == RepairDelay::kRetracted);
  delay.repeated(number_at(31'000), 400ms, at_ms(31'000));
  CHECK(delay.tell(at_ms(31'000)) == RepairDelay::kRetracted);
  delay.repeated(number_at(32'000), 400ms, at_ms(32'000));
  CHECK(delay.tell(at_ms(32'000))->min == 500ms);
  CHECK(delay.tell(at_ms(61'999))->min == 500ms);
}

TEST_CASE("What takes a delay back neither delays nor has each frame shown as soon as it can be") {
  // UseLowLatencyRendering, of libwebrtc: a minimum of 0.
  CHECK(RepairDelay::kRetracted.min > 0ms);
  CHECK(RepairDelay::kRetracted.min <= 10ms);
  CHECK(RepairDelay::kRetracted.max == RepairDelay::kNoMaximum);
  CHECK(RepairDelay::kMost <= RepairDelay::kNoMaximum);
}

}  // namespace
}  // namespace baton::media
