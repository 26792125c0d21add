// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/keyframe_cache.hpp"

#include <catch2/catch.hpp>

#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

using test::append;
using test::append_frames;
using test::at_ms;
using test::Bytes;
using test::Cached;

constexpr std::size_t kMaxBytes = 60'000;
constexpr KeyframeCacheLimits kSmall{
    .max_bytes = kMaxBytes, .max_packets = 40, .max_age = std::chrono::seconds(10)};

/// What a viewer gets who joins when the source has ended: all that is worth having.
ReplayPlan last_picture(KeyframeCache& cache) {
  cache.source_ended();
  return cache.plan({at_ms(0), RtpTimestamp(0)}, {});
}

std::vector<std::int64_t> sequences(const ReplayPlan& plan) {
  std::vector<std::int64_t> numbers;
  for (const auto& packet : plan.packets) {
    numbers.push_back(packet.sequence.value);
  }
  return numbers;
}

TEST_CASE("Nothing is stored before the first key frame") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  CHECK(append(cache, {.sequence = 1, .ends_frame = true}) == CacheAppend::no_keyframe);
  CHECK_FALSE(cache.has_picture());
  CHECK(cache.counters().not_stored == 1);
  CHECK(last_picture(cache).packets.empty());
}

TEST_CASE("A key frame and its successors are kept with their bytes and descriptors") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  CHECK(append(cache, {.sequence = 10, .starts_keyframe = true}, Bytes{1, 2, 3, 0x80}) ==
        CacheAppend::stored);
  CHECK_FALSE(cache.has_picture());
  CHECK(append(cache, {.sequence = 11, .ends_frame = true}, Bytes{4, 5, 6}) == CacheAppend::stored);
  CHECK(cache.has_picture());
  CHECK(append(cache, {.sequence = 12, .timestamp = 2970, .ends_frame = true}) == CacheAppend::stored);
  const auto plan = last_picture(cache);
  REQUIRE(sequences(plan) == std::vector<std::int64_t>{10, 11, 12});
  CHECK(Bytes(plan.packets[1].bytes.begin(), plan.packets[1].bytes.end()) == Bytes(100, 11));
  CHECK(Bytes(plan.packets[0].descriptor.begin(), plan.packets[0].descriptor.end()) == Bytes{1, 2, 3, 0x80});
  CHECK(Bytes(plan.packets[1].descriptor.begin(), plan.packets[1].descriptor.end()) == Bytes{4, 5, 6});
  CHECK(plan.packets[2].descriptor.empty());
}

TEST_CASE("Packets out of order are kept in the order of their numbers") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append(cache, {.sequence = 10, .starts_keyframe = true});
  append(cache, {.sequence = 12, .ends_frame = true});
  CHECK_FALSE(cache.has_picture());
  append(cache, {.sequence = 14, .timestamp = 2970, .ends_frame = true});
  append(cache, {.sequence = 11});
  CHECK(cache.has_picture());
  CHECK(append(cache, {.sequence = 11}) == CacheAppend::duplicate);
  append(cache, {.sequence = 13, .timestamp = 2970});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11, 12, 13, 14});
}

TEST_CASE("A new key frame replaces the old picture only when all of it has arrived") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 3);
  append(cache, {.sequence = 13, .timestamp = 9000, .starts_keyframe = true});
  append(cache, {.sequence = 15, .timestamp = 9000, .ends_frame = true});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11, 12});
  append(cache, {.sequence = 16, .timestamp = 12000, .ends_frame = true});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11, 12});
  append(cache, {.sequence = 14, .timestamp = 9000});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{13, 14, 15, 16});
  CHECK(cache.counters().keyframes_started == 2);
  CHECK(cache.counters().keyframes_completed == 2);
}

TEST_CASE("A host that dies in the middle of a key frame leaves the picture before it") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 12, .timestamp = 9000, .starts_keyframe = true});
  append(cache, {.sequence = 13, .timestamp = 9000});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11});
}

TEST_CASE("A key frame that starts before the one under way is complete takes its place") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 12, .timestamp = 9000, .starts_keyframe = true});
  append(cache, {.sequence = 14, .timestamp = 12000, .starts_keyframe = true});
  append(cache, {.sequence = 15, .timestamp = 12000, .ends_frame = true});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{14, 15});
  CHECK(cache.counters().keyframes_abandoned == 1);
}

TEST_CASE("Packets that overtook the first one of their key frame are found again") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  SECTION("behind a whole picture") {
    append_frames(cache, 10, 0, 0, 3);
    append(cache, {.sequence = 14, .timestamp = 9000});
    append(cache, {.sequence = 15, .timestamp = 9000, .ends_frame = true});
    append(cache, {.sequence = 13, .timestamp = 9000, .starts_keyframe = true});
  }
  SECTION("behind a key frame that is not complete") {
    append(cache, {.sequence = 10, .starts_keyframe = true});
    append(cache, {.sequence = 14, .timestamp = 9000});
    append(cache, {.sequence = 15, .timestamp = 9000, .ends_frame = true});
    append(cache, {.sequence = 13, .timestamp = 9000, .starts_keyframe = true});
  }
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{13, 14, 15});
}

TEST_CASE("A late packet of the old picture is kept while the new key frame arrives") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 1);
  append(cache, {.sequence = 12, .timestamp = 5940, .ends_frame = true});
  append(cache, {.sequence = 13, .timestamp = 9000, .starts_keyframe = true});
  CHECK(append(cache, {.sequence = 11, .timestamp = 2970, .ends_frame = true}) == CacheAppend::stored);
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11, 12});
}

TEST_CASE("A key frame older than the one that is cached starts nothing") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 9000, 0, 1);
  CHECK(append(cache, {.sequence = 5, .timestamp = 0, .starts_keyframe = true, .ends_frame = true}) ==
        CacheAppend::too_old);
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10});
}

TEST_CASE("A frame under way when the source stops is not part of the last picture") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 12, .timestamp = 9000});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11});
}

TEST_CASE("Frames behind a loss are not part of the last picture") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 13, .timestamp = 9000, .ends_frame = true});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11});
}

TEST_CASE("A frame whose sender marks nothing ends where the next timestamp begins") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append(cache, {.sequence = 10, .starts_keyframe = true});
  append(cache, {.sequence = 11});
  CHECK_FALSE(cache.has_picture());
  append(cache, {.sequence = 12, .timestamp = 2970});
  CHECK(cache.has_picture());
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11});
}

TEST_CASE("A probe behind a frame belongs to no frame and leaves the picture whole") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 1);
  append(cache, {.sequence = 11, .padding_only = true});
  append(cache, {.sequence = 12, .timestamp = 2970, .ends_frame = true});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11, 12});
}

TEST_CASE("A probe at the end leaves nothing out, and one inside a frame does not complete it") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 1);
  append(cache, {.sequence = 11, .padding_only = true});
  const auto whole = cache.plan({at_ms(5000), RtpTimestamp(450'000)}, {});
  CHECK(sequences(whole) == std::vector<std::int64_t>{10, 11});
  CHECK(whole.after == AfterReplay::go_live);
  append(cache, {.sequence = 12, .timestamp = 2970});
  append(cache, {.sequence = 13, .timestamp = 2970, .padding_only = true});
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11});
}

TEST_CASE("A loss right before a key frame that was overtaken is still waited for") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 1);
  append(cache, {.sequence = 13, .timestamp = 9000});
  append(cache, {.sequence = 12, .timestamp = 9000, .starts_keyframe = true});
  CHECK(append(cache, {.sequence = 11, .timestamp = 2970, .ends_frame = true}) == CacheAppend::stored);
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11});
}

TEST_CASE("The bound on packets is met exactly, and then the picture is truncated") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 100, 0, 0, 40);
  CHECK_FALSE(cache.truncated());
  CHECK(append(cache, {.sequence = 140, .timestamp = 990'000, .ends_frame = true}) == CacheAppend::full);
  CHECK(cache.truncated());
  CHECK(last_picture(cache).packets.size() == 40);
  // What comes late is refused as well: it may follow what is not there.
  CHECK(append(cache, {.sequence = 141, .timestamp = 999'000, .ends_frame = true}) == CacheAppend::full);
}

TEST_CASE("Lost packets count towards the bound on packets") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 100, 0, 0, 1);
  CHECK(append(cache, {.sequence = 139, .timestamp = 9000}) == CacheAppend::stored);
  CHECK(append(cache, {.sequence = 140, .timestamp = 9000}) == CacheAppend::full);
}

TEST_CASE("The bound on bytes is met exactly, and then the picture is truncated") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append(cache, {.sequence = 1, .starts_keyframe = true, .ends_frame = true, .size = kMaxBytes - 100});
  CHECK(append(cache, {.sequence = 2, .timestamp = 2970, .ends_frame = true, .size = 96}, Bytes(4)) ==
        CacheAppend::stored);
  CHECK_FALSE(cache.truncated());
  CHECK(append(cache, {.sequence = 3, .timestamp = 5940, .ends_frame = true, .size = 1}) ==
        CacheAppend::full);
  CHECK(cache.truncated());
}

TEST_CASE("The bound on time is met exactly, and then the picture is truncated") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 1, 0, 500, 1);
  CHECK(append(cache, {.sequence = 2, .timestamp = 1, .ends_frame = true, .ms = 10'500}) ==
        CacheAppend::stored);
  cache.append(test::program_packet({.sequence = 3, .timestamp = 2}), test::shared(Bytes(9)),
               at_ms(10'500) + core::Duration(1));
  CHECK(cache.truncated());
}

TEST_CASE("A truncated picture ends with the next whole key frame") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 100, 0, 0, 41);
  REQUIRE(cache.truncated());
  append(cache, {.sequence = 141, .timestamp = 990'000, .starts_keyframe = true});
  CHECK(cache.truncated());
  append(cache, {.sequence = 142, .timestamp = 990'000, .ends_frame = true});
  CHECK_FALSE(cache.truncated());
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{141, 142});
}

TEST_CASE(
    "A key frame larger than a picture may be is given up, and the old picture stays without successors") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 10, 0, 0, 2);
  append(cache, {.sequence = 12, .timestamp = 9000, .starts_keyframe = true, .size = kMaxBytes});
  CHECK(append(cache, {.sequence = 13, .timestamp = 9000, .ends_frame = true}) == CacheAppend::full);
  CHECK(append(cache, {.sequence = 14, .timestamp = 12'000, .ends_frame = true}) == CacheAppend::full);
  CHECK(sequences(last_picture(cache)) == std::vector<std::int64_t>{10, 11});
  CHECK(cache.counters().keyframes_abandoned == 1);
  CHECK_FALSE(cache.take_keyframe_wish());  // Another one would be as large.
}

TEST_CASE("A first packet larger than a picture may be is given up as well") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  CHECK(append(cache, {.sequence = 1, .starts_keyframe = true, .size = kMaxBytes + 1}) == CacheAppend::full);
  CHECK(append(cache, {.sequence = 2}) == CacheAppend::no_keyframe);
}

TEST_CASE("At three quarters of any bound a key frame is wished for, once for each key frame") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  SECTION("packets") {
    append_frames(cache, 100, 0, 0, 29);
    CHECK_FALSE(cache.take_keyframe_wish());
    append(cache, {.sequence = 129, .timestamp = 900'000, .ends_frame = true});
  }
  SECTION("bytes") {
    append_frames(cache, 100, 0, 0, 1, kMaxBytes / 4 * 3 - 1);
    CHECK_FALSE(cache.take_keyframe_wish());
    append(cache, {.sequence = 101, .timestamp = 900'000, .ends_frame = true, .size = 1});
  }
  SECTION("time") {
    append_frames(cache, 100, 0, 0, 1);
    append(cache, {.sequence = 101, .timestamp = 800'000, .ends_frame = true, .ms = 7'499});
    CHECK_FALSE(cache.take_keyframe_wish());
    append(cache, {.sequence = 102, .timestamp = 900'000, .ends_frame = true, .ms = 7'500});
  }
  CHECK(cache.take_keyframe_wish());
  CHECK_FALSE(cache.take_keyframe_wish());
  append(cache, {.sequence = 130, .timestamp = 990'000, .ends_frame = true, .ms = 7'600});
  CHECK_FALSE(cache.take_keyframe_wish());
  append_frames(cache, 131, 1'000'000, 8'000, 29);
  CHECK_FALSE(cache.take_keyframe_wish());
  append(cache, {.sequence = 160, .timestamp = 2'000'000, .ends_frame = true, .ms = 9'000});
  CHECK(cache.take_keyframe_wish());
}

TEST_CASE("A leap over a bound wishes for a key frame too") {
  KeyframeCache cache(test::kVideoRate, kSmall);
  append_frames(cache, 100, 0, 0, 1);
  append(cache, {.sequence = 1000, .timestamp = 900'000});
  CHECK(cache.take_keyframe_wish());
}

TEST_CASE("A packet is found by its number, in the picture and in the one that is arriving") {
  KeyframeCache cache(test::kVideoRate, {});
  CHECK(cache.find(ExtendedSequence{50}) == nullptr);
  test::append_frames(cache, 50, 9000, 0, 3);
  test::append(cache, {.sequence = 54, .timestamp = 30'000, .starts_keyframe = true, .ms = 200, .size = 77});
  REQUIRE(cache.find(ExtendedSequence{51}) != nullptr);
  CHECK(cache.find(ExtendedSequence{51})->sequence == ExtendedSequence{51});
  CHECK(cache.find(ExtendedSequence{51})->packet.bytes().size() == 100);
  CHECK(cache.find(ExtendedSequence{49}) == nullptr);
  CHECK(cache.find(ExtendedSequence{53}) == nullptr);
  REQUIRE(cache.find(ExtendedSequence{54}) != nullptr);
  CHECK(cache.find(ExtendedSequence{54})->packet.bytes().size() == 77);
  CHECK(cache.find(ExtendedSequence{55}) == nullptr);
}

}  // namespace
}  // namespace baton::media
