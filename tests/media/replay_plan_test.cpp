// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/replay_plan.hpp"

#include <catch2/catch.hpp>

#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

using test::append;
using test::append_frames;
using test::at_ms;

// One millisecond of video.
constexpr std::uint32_t kMillisecond = 90;
// Before the last frame of a still picture.
constexpr std::uint32_t kRest = 100 * kMillisecond;

KeyframeCache make_cache() {
  return {test::kVideoRate, {}};
}

/// A plan made at `ms` when the program's newest timestamp is `newest` and arrived at `newest_ms`.
ReplayPlan plan_at(const KeyframeCache& cache, std::int64_t ms, std::uint32_t newest, std::int64_t newest_ms,
                   const ReplayPolicy& policy = {}) {
  const auto passed = static_cast<std::uint32_t>(ms - newest_ms) * kMillisecond;
  return cache.plan({at_ms(ms), RtpTimestamp(newest + passed)}, policy);
}

std::vector<std::uint32_t> stamps(const ReplayPlan& plan) {
  std::vector<std::uint32_t> result;
  for (const auto& packet : plan.packets) {
    result.push_back(packet.timestamp.value());
  }
  return result;
}

TEST_CASE("With nothing cached the viewer waits for a key frame, and one is wanted") {
  const auto cache = make_cache();
  const auto plan = plan_at(cache, 1000, 0, 0);
  CHECK(plan.kind == ReplayKind::nothing);
  CHECK(plan.after == AfterReplay::wait_for_keyframe);
  CHECK(plan.keyframe == KeyframeNeed::wanted);
  CHECK(plan.packets.empty());
}

TEST_CASE(
    "A quiet source's picture ends a margin before now, a rest before that, and a millisecond for each "
    "frame") {
  auto cache = make_cache();
  append_frames(cache, 10, 100'000, 0, 3);  // Newest: 105,940 at 66 ms.
  const auto plan = plan_at(cache, 1066, 105'940, 66);
  CHECK(plan.kind == ReplayKind::still);
  CHECK(plan.after == AfterReplay::go_live);
  CHECK(plan.keyframe == KeyframeNeed::none);
  const std::uint32_t last = 105'940 + 900 * kMillisecond;
  CHECK(stamps(plan) == std::vector<std::uint32_t>{last - kRest - 180, last - kRest - 90, last});
}

TEST_CASE("Quiet begins exactly at its limit") {
  auto cache = make_cache();
  append_frames(cache, 10, 0, 0, 1);
  CHECK(plan_at(cache, 499, 0, 0).kind == ReplayKind::catch_up);
  CHECK(plan_at(cache, 500, 0, 0).kind == ReplayKind::still);
}

TEST_CASE("All packets of a frame get the same timestamp, and the circle's end does not matter") {
  auto cache = make_cache();
  append(cache, {.sequence = 1, .timestamp = 0xFFFFFF00, .starts_keyframe = true});
  append(cache, {.sequence = 2, .timestamp = 0xFFFFFF00, .ends_frame = true});
  append(cache, {.sequence = 3, .timestamp = 20});
  append(cache, {.sequence = 4, .timestamp = 20, .ends_frame = true});
  cache.source_ended();
  const auto plan = cache.plan({at_ms(0), RtpTimestamp(20)}, {});
  CHECK(stamps(plan) == std::vector<std::uint32_t>{0xFFFFFFFF - 69 - kRest, 0xFFFFFFFF - 69 - kRest, 20, 20});
}

TEST_CASE(
    "The picture of a source that ended is stamped a tick before now, and live starts with a key frame") {
  auto cache = make_cache();
  append_frames(cache, 10, 100'000, 0, 2);  // Newest: 102,970 at 33 ms.
  cache.source_ended();
  const auto plan = plan_at(cache, 43, 102'970, 33);
  CHECK(plan.kind == ReplayKind::still);
  CHECK(plan.after == AfterReplay::wait_for_keyframe);
  CHECK(plan.keyframe == KeyframeNeed::none);
  CHECK(stamps(plan) == std::vector<std::uint32_t>{102'970 + 900 - 1 - kRest - 90, 102'970 + 900 - 1});
  // In the very moment of the last packet it keeps its own time.
  CHECK(stamps(plan_at(cache, 33, 102'970, 33)).back() == 102'970);
}

TEST_CASE("A new key frame ends the end") {
  auto cache = make_cache();
  append_frames(cache, 10, 0, 0, 2);
  cache.source_ended();
  append_frames(cache, 12, 9'000, 100, 1);
  CHECK(plan_at(cache, 110, 9'000, 100).kind == ReplayKind::catch_up);
}

TEST_CASE("A quiet source's unfinished frame is left out, and then live needs a key frame") {
  auto cache = make_cache();
  append_frames(cache, 10, 0, 0, 2);
  SECTION("an unfinished delta frame") {
    append(cache, {.sequence = 12, .timestamp = 5940, .ms = 66});
  }
  SECTION("a frame behind a loss") {
    append(cache, {.sequence = 13, .timestamp = 5940, .ends_frame = true, .ms = 66});
  }
  SECTION("an unfinished key frame") {
    append(cache, {.sequence = 12, .timestamp = 5940, .starts_keyframe = true, .ms = 66});
  }
  const auto plan = plan_at(cache, 5066, 5940, 66);
  CHECK(plan.kind == ReplayKind::still);
  CHECK(plan.packets.size() == 2);
  CHECK(plan.after == AfterReplay::wait_for_keyframe);
  CHECK(plan.keyframe == KeyframeNeed::wanted);
}

TEST_CASE("An unfinished key frame alone is no picture for a quiet source") {
  auto cache = make_cache();
  append(cache, {.sequence = 12, .timestamp = 5940, .starts_keyframe = true});
  CHECK(plan_at(cache, 5000, 5940, 0).kind == ReplayKind::nothing);
}

TEST_CASE("A moving source is caught up with: the last frame at its own time, then live") {
  auto cache = make_cache();
  append_frames(cache, 10, 100'000, 0, 3);
  const auto plan = plan_at(cache, 70, 105'940, 66);
  CHECK(plan.kind == ReplayKind::catch_up);
  CHECK(plan.after == AfterReplay::go_live);
  CHECK(plan.keyframe == KeyframeNeed::none);
  CHECK(plan.missing.empty());
  CHECK(stamps(plan) == std::vector<std::uint32_t>{105'940 - 180, 105'940 - 90, 105'940});
}

TEST_CASE("The frame under way is part of catching up, with a note of what it still lacks") {
  auto cache = make_cache();
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 12, .timestamp = 5940, .ms = 66});
  append(cache, {.sequence = 15, .timestamp = 5940, .ms = 66});
  const auto plan = plan_at(cache, 70, 5940, 66);
  CHECK(plan.kind == ReplayKind::catch_up);
  CHECK(plan.packets.size() == 4);
  CHECK(plan.packets.back().sequence.value == 15);
  REQUIRE(plan.missing.size() == 2);
  CHECK(plan.missing[0].value == 13);
  CHECK(plan.missing[1].value == 14);
}

TEST_CASE("A key frame under way is what a viewer catches up with") {
  auto cache = make_cache();
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 12, .timestamp = 9000, .starts_keyframe = true, .ms = 100});
  append(cache, {.sequence = 13, .timestamp = 9000, .ms = 100});
  const auto plan = plan_at(cache, 110, 9000, 100);
  CHECK(plan.kind == ReplayKind::catch_up);
  REQUIRE(plan.packets.size() == 2);
  CHECK(plan.packets.front().sequence.value == 12);
  CHECK(stamps(plan) == std::vector<std::uint32_t>{9000, 9000});
}

TEST_CASE("A loss before the last frame makes catching up useless: a preview and a fresh key frame instead") {
  auto cache = make_cache();
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 13, .timestamp = 8910, .ends_frame = true, .ms = 99});
  const auto plan = plan_at(cache, 110, 8910, 99);
  CHECK(plan.kind == ReplayKind::preview);
  CHECK(plan.after == AfterReplay::wait_for_keyframe);
  CHECK(plan.keyframe == KeyframeNeed::wanted);
  CHECK(stamps(plan) == std::vector<std::uint32_t>{8910 - 90});
}

TEST_CASE("A loss in a key frame under way gives a preview of the picture before it") {
  auto cache = make_cache();
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 12, .timestamp = 9000, .starts_keyframe = true, .ms = 100});
  append(cache, {.sequence = 14, .timestamp = 12'000, .ends_frame = true, .ms = 133});
  const auto plan = plan_at(cache, 140, 12'000, 133);
  CHECK(plan.kind == ReplayKind::preview);
  REQUIRE(plan.packets.size() == 1);
  CHECK(plan.packets.front().sequence.value == 10);
  CHECK(stamps(plan) == std::vector<std::uint32_t>{12'000 - 90});
}

TEST_CASE("Catching up goes to the limits of the policy, and one more is a preview of the key frame") {
  ReplayPolicy policy;
  auto cache = make_cache();
  SECTION("frames") {
    policy.max_catch_up_frames = 5;
    append_frames(cache, 10, 0, 0, 5);
  }
  SECTION("bytes") {
    policy.max_catch_up_bytes = 500;
    append_frames(cache, 10, 0, 0, 5);
  }
  CHECK(plan_at(cache, 140, 4 * 2970, 132, policy).kind == ReplayKind::catch_up);
  append(cache, {.sequence = 15, .timestamp = 5 * 2970, .ends_frame = true, .ms = 165, .size = 1});
  const auto plan = plan_at(cache, 170, 5 * 2970, 165, policy);
  CHECK(plan.kind == ReplayKind::preview);
  CHECK(plan.packets.size() == 1);
  CHECK(stamps(plan) == std::vector<std::uint32_t>{5 * 2970 - 90});
}

TEST_CASE("A truncated picture is shown as far as it goes when it is short, and live needs a key frame") {
  KeyframeCache cache(test::kVideoRate, {.max_bytes = 64 * 1024, .max_packets = 4});
  append_frames(cache, 10, 0, 0, 6);  // Newest: 14,850 at 165 ms.
  REQUIRE(cache.truncated());
  SECTION("moving and within the policy: the whole frames") {
    const auto plan = plan_at(cache, 170, 14'850, 165);
    CHECK(plan.kind == ReplayKind::preview);
    CHECK(plan.packets.size() == 4);
    CHECK(stamps(plan).back() == 14'850 - 90);
    CHECK(plan.after == AfterReplay::wait_for_keyframe);
  }
  SECTION("moving and beyond the policy: the key frame") {
    CHECK(plan_at(cache, 170, 14'850, 165, {.max_catch_up_frames = 3}).packets.size() == 1);
  }
  SECTION("quiet: the whole frames") {
    const auto plan = plan_at(cache, 2165, 14'850, 165);
    CHECK(plan.kind == ReplayKind::still);
    CHECK(plan.packets.size() == 4);
    CHECK(plan.after == AfterReplay::wait_for_keyframe);
    CHECK(plan.keyframe == KeyframeNeed::wanted);
  }
}

TEST_CASE("A quiet source is never stamped before its own newest frame, nor at or after now") {
  auto cache = make_cache();
  append_frames(cache, 10, 100'000, 0, 1);
  CHECK(stamps(plan_at(cache, 500, 100'000, 0, {.quiet_margin = std::chrono::seconds(3)})).back() == 100'000);
  CHECK(stamps(plan_at(cache, 500, 100'000, 0, {.quiet_margin = core::Duration(0)})).back() ==
        100'000 + 500 * kMillisecond - 1);
}

TEST_CASE("What nobody repeats is mended by all since the key frame, stamped just behind the newest frame") {
  auto cache = make_cache();
  append_frames(cache, 10, 100'000, 0, 3);
  const auto plan = cache.plan_to_mend({});
  CHECK(plan.kind == ReplayKind::mend);
  CHECK(plan.after == AfterReplay::go_live);
  CHECK(plan.keyframe == KeyframeNeed::none);
  CHECK(plan.newest_timestamp == RtpTimestamp(105'940));
  const auto step = static_cast<std::uint32_t>(kMendStep);
  CHECK(stamps(plan) == std::vector<std::uint32_t>{105'940 + step, 105'940 + 2 * step, 105'940 + 3 * step});
}

TEST_CASE("Nothing is mended with what is not whole, or too much") {
  auto cache = make_cache();
  CHECK(cache.plan_to_mend({}).kind == ReplayKind::nothing);
  append_frames(cache, 10, 0, 0, 2);
  ReplayPolicy policy;
  SECTION("a frame is under way") {
    append(cache, {.sequence = 12, .timestamp = 5940, .ms = 66});
  }
  SECTION("a packet is missing") {
    append(cache, {.sequence = 13, .timestamp = 5940, .ends_frame = true, .ms = 66});
  }
  SECTION("a key frame is arriving") {
    append(cache, {.sequence = 12, .timestamp = 5940, .starts_keyframe = true, .ms = 66});
  }
  SECTION("it is more frames than a catch-up may have") {
    policy.max_catch_up_frames = 1;
  }
  SECTION("it is more bytes than may leave at once") {
    append_frames(cache, 20, 9'000, 100, 90, 1'200);
    policy.max_catch_up_frames = 100;
    CHECK(plan_at(cache, 3'100, 9'000 + 89 * 2970, 100 + 89 * 33, policy).kind == ReplayKind::catch_up);
  }
  CHECK(cache.plan_to_mend(policy).kind == ReplayKind::nothing);
}

}  // namespace
}  // namespace baton::media
