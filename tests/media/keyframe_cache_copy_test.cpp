// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <functional>
#include <tuple>
#include <vector>

#include "core/media/keyframe_cache.hpp"
#include "tests/media/program_builders.hpp"

namespace baton::media {
namespace {

using test::append;
using test::append_frames;
using test::at_ms;
using test::Bytes;
using test::copy_of;

constexpr KeyframeCacheLimits kSmall{
    .max_bytes = 64 * 1024, .max_packets = 40, .max_age = std::chrono::seconds(10)};

/// All that a plan says, in a form that can be compared.
auto said(const ReplayPlan& plan) {
  std::vector<std::tuple<Bytes, Bytes, std::int64_t, std::uint32_t>> packets;
  for (const ReplayPacket& packet : plan.packets) {
    packets.emplace_back(copy_of(packet.bytes), copy_of(packet.descriptor), packet.sequence.value,
                         packet.timestamp.value());
  }
  std::vector<std::int64_t> missing;
  for (const ExtendedSequence& sequence : plan.missing) {
    missing.push_back(sequence.value);
  }
  return std::make_tuple(plan.kind, plan.after, plan.keyframe, packets, missing,
                         plan.newest_timestamp.value());
}

TEST_CASE("A copy of a cache plans what the original plans, then and after all that follows") {
  struct Row {
    const char* what;
    std::function<void(KeyframeCache&)> before;
  };
  const std::vector<Row> rows = {
      {"nothing yet", [](KeyframeCache&) {}},
      {"a picture", [](KeyframeCache& cache) { append_frames(cache, 10, 0, 0, 5); }},
      {"a picture with a packet on its way",
       [](KeyframeCache& cache) {
         append_frames(cache, 10, 0, 0, 5);
         append(cache, {.sequence = 16, .timestamp = 15'000, .ends_frame = true});
       }},
      {"a key frame that is arriving",
       [](KeyframeCache& cache) {
         append_frames(cache, 10, 0, 0, 5);
         append(cache, {.sequence = 15, .timestamp = 15'000, .starts_keyframe = true}, Bytes{1, 2, 3, 0x80});
       }},
      {"a picture that was truncated",
       [](KeyframeCache& cache) { append_frames(cache, 10, 0, 0, kSmall.max_packets + 5); }},
      {"the last picture of a source that is gone",
       [](KeyframeCache& cache) {
         append_frames(cache, 10, 0, 0, 5);
         cache.source_ended();
       }},
  };
  const std::vector<Row> sequels = {
      {"nothing more", [](KeyframeCache&) {}},
      {"more frames",
       [](KeyframeCache& cache) {
         for (std::uint16_t i = 0; i < 5; ++i) {
           append(cache,
                  {.sequence = 15 + i, .timestamp = 15'000U + 3000U * i, .ends_frame = true, .ms = 170});
         }
       }},
      {"another key frame", [](KeyframeCache& cache) { append_frames(cache, 100, 200'000, 0, 2); }},
  };
  for (const Row& row : rows) {
    for (const Row& sequel : sequels) {
      INFO(row.what << ", then " << sequel.what);
      KeyframeCache original(test::kVideoRate, kSmall);
      row.before(original);
      KeyframeCache copy(test::kVideoRate, kSmall);
      append_frames(copy, 5000, 77, 0, 2);  // Is forgotten.
      original.copy_to(copy);
      CHECK(copy.has_picture() == original.has_picture());
      CHECK(copy.truncated() == original.truncated());
      sequel.before(original);
      sequel.before(copy);
      for (const std::int64_t ms : {1, 400, 600, 5000}) {
        const ReplayMoment moment{at_ms(ms), RtpTimestamp(500'000)};
        CHECK(said(copy.plan(moment, {})) == said(original.plan(moment, {})));
      }
      CHECK(copy.take_keyframe_wish() == original.take_keyframe_wish());
    }
  }
}

TEST_CASE("A copy does not borrow from the original") {
  KeyframeCache copy(test::kVideoRate, kSmall);
  {
    KeyframeCache original(test::kVideoRate, kSmall);
    append_frames(original, 10, 0, 0, 3);
    original.copy_to(copy);
  }
  const auto plan = copy.plan({at_ms(10'000), RtpTimestamp(0)}, {});
  REQUIRE(plan.packets.size() == 3);
  CHECK(copy_of(plan.packets[1].bytes) == Bytes(100, 11));
}

}  // namespace
}  // namespace baton::media
