// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "tests/media/program_simulation.hpp"

namespace baton::media {
namespace {

using test::Forwarded;
using test::Network;
using test::ProgramSimulation;
using test::Received;
using test::Viewer;

constexpr std::int64_t kDuration = 30'000;

const std::vector<Network>& networks() {
  static const std::vector<Network> kNetworks{
      {"perfect", 0, 0, 0},     {"lossy", 30, 0, 3},       {"duplicating", 0, 100, 3},
      {"reordering", 0, 0, 60}, {"all of it", 30, 50, 60},
  };
  return kNetworks;
}

/// What is wrong; empty when nothing is. Millions of packets are checked, too many for an assertion each.
using Complaint = std::string;

std::vector<Forwarded> in_program_order(const ProgramSimulation& simulation) {
  auto packets = simulation.forwarded();
  std::sort(packets.begin(), packets.end(),
            [](const auto& left, const auto& right) { return left.packet.sequence < right.packet.sequence; });
  return packets;
}

/// Two packets of the program that follow one another in its numbering.
Complaint check_neighbours(const Forwarded& before, const Forwarded& after) {
  const auto step = after.packet.sequence.value - before.packet.sequence.value;
  const auto ticks = before.packet.timestamp.distance_to(after.packet.timestamp);
  const auto pictures =
      serial_distance(before.packet.counters.picture_id->value, after.packet.counters.picture_id->value, 15);
  const auto layers =
      serial_distance(before.packet.counters.tl0_pic_idx->value, after.packet.counters.tl0_pic_idx->value, 8);
  if (step <= 0) {
    return "a number was used twice";
  }
  if (before.span == after.span) {
    const auto frames = after.frame - before.frame;
    if (after.source != before.source) {
      return "two sources in one span";
    }
    if (step != after.index - before.index) {
      return "the numbers do not follow the source's";
    }
    if (ticks != (after.sent_ms - before.sent_ms) * 90) {
      return "the timestamps do not follow the source's";
    }
    return pictures == frames && layers == serial_distance(0, static_cast<std::uint64_t>(frames), 8)
               ? ""
               : "the codec counters do not follow the source's";
  }
  if (after.span != before.span + 1 || !after.packet.starts_keyframe) {
    return "a source went on air without a key frame";
  }
  if (step != 1) {
    return "a switch left a gap";
  }
  if (ticks < 1) {
    return "a switch stepped back in time";
  }
  return pictures == 1 && layers == 1 ? "" : "a switch broke the codec counters";
}

Complaint check_program(const std::vector<Forwarded>& packets) {
  for (std::size_t index = 1; index < packets.size(); ++index) {
    auto complaint = check_neighbours(packets[index - 1], packets[index]);
    if (!complaint.empty()) {
      return complaint + " at " + std::to_string(packets[index].packet.sequence.value);
    }
  }
  return "";
}

TEST_CASE("Whatever the network does, the program is one continuous stream") {
  const auto& network = GENERATE(from_range(networks()));
  const std::uint64_t seed = GENERATE(101U, 102U, 103U, 104U, 105U, 106U);
  CAPTURE(network.name, seed);
  ProgramSimulation simulation(seed, network);
  simulation.run(kDuration);
  CHECK(simulation.byte_error().empty());
  const auto packets = in_program_order(simulation);
  REQUIRE(packets.size() > 200);
  CHECK(simulation.counters().switches >= 5);
  CHECK(packets.front().packet.starts_keyframe);
  CHECK(check_program(packets) == "");
}

TEST_CASE("Once a source is on air, no packet of the one before passes") {
  const std::uint64_t seed = GENERATE(201U, 202U, 203U);
  CAPTURE(seed);
  ProgramSimulation simulation(seed, networks().back());
  simulation.run(kDuration);
  std::map<int, SourceId> source_of_span;
  bool mixed = false;
  int span = 0;
  for (const auto& forwarded : simulation.forwarded()) {
    mixed |= forwarded.span < span;
    span = forwarded.span;
    mixed |= source_of_span.try_emplace(span, forwarded.source).first->second != forwarded.source;
  }
  CHECK_FALSE(mixed);
  CHECK(span > 5);
}

/// The program's packets by number.
using Program = std::map<std::int64_t, Forwarded>;

/// What lies between two packets that a viewer got one after the other.
Complaint check_gap(const Program& program, const Viewer& viewer, const Received& before,
                    const Received& after) {
  const auto numbers = before.number.distance_to(after.number);
  const auto sequences = after.sequence - before.sequence;
  if (numbers == 1 && sequences != 1) {
    return program.at(after.sequence).packet.starts_keyframe ? "" : "a gap was closed without a key frame";
  }
  if (numbers != sequences) {
    return "the viewer's numbers do not follow the program's";
  }
  for (auto missing = before.sequence + 1; missing < after.sequence; ++missing) {
    const auto found = program.find(missing);
    if (found != program.end() && found->second.at_step >= viewer.live_since_step) {
      return "a packet was withheld from a live viewer";
    }
  }
  return "";
}

Complaint check_received(const Program& program, const Viewer& viewer, const Received& before,
                         const Received& after) {
  const auto frame_before = program.at(before.sequence).packet.timestamp;
  const auto frame_after = program.at(after.sequence).packet.timestamp;
  const auto ticks = before.timestamp.distance_to(after.timestamp);
  if (before.number.distance_to(after.number) <= 0) {
    return "a number was used twice";
  }
  const bool played_again = before.replays != after.replays;
  if (before.sequence >= after.sequence && !played_again) {
    return "the order is not the program's";
  }
  const auto pictures = serial_distance(before.picture_id, after.picture_id, 15);
  const auto layers = serial_distance(before.tl0_pic_idx, after.tl0_pic_idx, 8);
  if (played_again) {
    if (before.number.distance_to(after.number) != 1 || !program.at(after.sequence).packet.starts_keyframe) {
      return "a picture that is played again does not go on with a key frame";
    }
    return ticks > 0 && pictures == 1 && layers == 1 ? "" : "a picture that is played again does not go on";
  }
  if (frame_before == frame_after ? pictures != 0 : pictures <= 0) {
    return "the codec counters step back";
  }
  if (frame_before == frame_after ? ticks != 0 : ticks <= 0) {
    return "the timestamps do not tell the frames apart, or step back";
  }
  return check_gap(program, viewer, before, after);
}

Complaint check_viewer(const Program& program, const Viewer& viewer) {
  if (viewer.received.empty()) {
    return "";
  }
  auto received = viewer.received;
  const auto first = received.front().number;
  std::sort(received.begin(), received.end(), [&](const auto& left, const auto& right) {
    return first.distance_to(left.number) < first.distance_to(right.number);
  });
  if (!program.at(received.front().sequence).packet.starts_keyframe) {
    return "the stream does not start with a key frame";
  }
  if (!viewer.replay_ends_frame) {
    return "the replay ends in the middle of a frame";
  }
  for (std::size_t index = 1; index < received.size(); ++index) {
    auto complaint = check_received(program, viewer, received[index - 1], received[index]);
    if (!complaint.empty()) {
      return complaint + " at " + std::to_string(received[index].sequence);
    }
  }
  return "";
}

TEST_CASE(
    "Every viewer's stream starts with a key frame, never steps back, and lacks only what the program "
    "lacks") {
  const auto& network = GENERATE(from_range(networks()));
  const std::uint64_t seed = GENERATE(301U, 302U, 303U, 304U, 305U, 306U);
  CAPTURE(network.name, seed);
  ProgramSimulation simulation(seed, network);
  simulation.run(kDuration);
  Program program;
  for (const auto& forwarded : simulation.forwarded()) {
    program.emplace(forwarded.packet.sequence.value, forwarded);
  }
  REQUIRE(simulation.viewers().size() > 100);
  for (const auto& viewer : simulation.viewers()) {
    CHECK(check_viewer(program, viewer) == "");
  }
}

TEST_CASE("The simulation reaches every kind of replay") {
  std::set<ReplayKind> kinds;
  int played_again = 0;
  for (std::uint64_t seed = 401; seed < 405; ++seed) {
    ProgramSimulation simulation(seed, networks().back());
    simulation.run(kDuration);
    for (const auto& viewer : simulation.viewers()) {
      kinds.insert(viewer.replay);
      played_again += viewer.replays > 1 ? 1 : 0;
    }
  }
  CHECK(played_again > 20);
  CHECK(kinds == std::set<ReplayKind>{ReplayKind::nothing, ReplayKind::still, ReplayKind::catch_up,
                                      ReplayKind::preview});
}

}  // namespace
}  // namespace baton::media
