// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/ids.hpp"
#include "core/room_directory.hpp"
#include "core/room_settings.hpp"
#include "core/time.hpp"
#include "tests/bench/cpu_clock.hpp"

namespace baton::bench {

/// How often everybody who is not idle sends a heartbeat: the default of rooms.
inline constexpr core::Duration kHeartbeatInterval = std::chrono::seconds(30);
/// How often the control thread looks at its queue and its deadlines in these measurements.
inline constexpr core::Duration kTick = std::chrono::milliseconds(100);

/// A number of rooms that are alike. One of the senders of each room, if there are any, is its host.
struct Rooms {
  std::size_t count = 0;
  /// Participants of each room who send heartbeats.
  std::size_t senders = 0;
  /// Participants of each room who join and then send nothing.
  std::size_t idle = 0;
  core::Duration presence_timeout = std::chrono::seconds(60);
};

/// When heartbeats come.
enum class Arrival : std::uint8_t {
  spread,   ///< evenly over the interval, and no two in a row from one room
  at_once,  ///< all in one instant
};

/// What the rooms asked the world to do.
struct Tally {
  std::size_t joined = 0;
  std::size_t heartbeats_answered = 0;
  std::size_t refusals = 0;
  /// Participants who were declared offline, and who were removed.
  std::size_t offline = 0;
  std::size_t removed = 0;
  /// Messages to connections, each counted once for each.
  std::size_t deliveries = 0;
};

/// Who is there, and how the rooms are spread.
struct CrowdShape {
  std::vector<Rooms> rooms;
  /// Servers that share the rooms evenly, each with a directory of its own. More than one is for comparison:
  /// the same memory for the same people, but short lists.
  std::size_t servers = 1;

  [[nodiscard]] std::size_t senders() const;
  [[nodiscard]] std::size_t idle() const;
};

/// All rooms with everybody in them, driven as the control thread drives them: in each tick the
/// commands in the order of their arrival, then whatever is due. Time is simulated.
class Crowd {
public:
  explicit Crowd(CrowdShape shape);

  /// Creates the rooms and lets everybody join: the idle ones at once, the others spread over one heartbeat
  /// interval.
  void arrive();
  /// Everybody who is not idle sends one heartbeat an interval, for this many intervals.
  void beat(std::size_t intervals, Arrival arrival);
  /// The same; hands back the CPU time of the longest tick. Reading the clock costs, so `beat` does not.
  [[nodiscard]] CpuTime beat_and_time_ticks(std::size_t intervals);
  /// Nobody sends anything; hands back the CPU time of the longest tick.
  [[nodiscard]] CpuTime pass_and_time_ticks(core::Duration time);

  [[nodiscard]] std::size_t participants() const { return members_.size(); }
  [[nodiscard]] std::size_t senders() const { return senders_; }
  [[nodiscard]] const Tally& tally() const { return tally_; }
  /// Participants that the rooms hold now.
  [[nodiscard]] std::size_t present() const;
  /// Those of them who are active.
  [[nodiscard]] std::size_t active() const;

private:
  struct Member {
    std::uint32_t room;
    core::Role role;
    core::ConnectionId connection;
    core::SessionClaim claim;
  };

  [[nodiscard]] core::RoomDirectory& server_of(std::uint32_t room) {
    return servers_[room % servers_.size()];
  }
  void join(std::size_t index, core::Instant now);
  void heartbeat(const Member& member, core::Instant now);
  void advance(core::Instant now);
  void count(const core::Effects& effects, Member* joining);
  /// Runs ticks for `length`; `commands(before)` sends what arrives before that time. `longest`: null, or the
  /// CPU time of the longest tick so far.
  template <class Commands>
  void tick(core::Duration length, CpuTime* longest, Commands&& commands);
  /// Runs one heartbeat interval, in which `command(index, at)` is called for each sender.
  template <class Command>
  void each_sender_once(Arrival arrival, CpuTime* longest, Command&& command);
  void beat(std::size_t intervals, Arrival arrival, CpuTime* longest);

  CrowdShape shape_;
  std::vector<core::RoomId> rooms_;
  /// Those who send first, in the order in which they do; then the idle ones.
  std::vector<Member> members_;
  std::size_t senders_ = 0;
  std::vector<core::RoomDirectory> servers_;
  core::RequestId last_request_;
  core::Instant now_;
  Tally tally_;
};

}  // namespace baton::bench
