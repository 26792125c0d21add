// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/effect.hpp"
#include "tests/sim/exchange.hpp"
#include "tests/sim/good_client.hpp"

namespace baton::sim {

/// What came of one meeting, or of several.
struct MeetingFigures {
  std::uint64_t reconnects = 0;
  /// Of those: full state again, within `Meeting::kRegainWithin`.
  std::uint64_t regained = 0;
  core::Duration regained_at_worst{};
  core::Duration regained_in_all{};
  std::uint64_t quiet_moments = 0;
  /// Clients that were compared with the server, and those that differed.
  std::uint64_t compared = 0;
  std::uint64_t differed = 0;
  std::uint64_t hosts_crashed = 0;
  std::uint64_t hosts_followed = 0;
  /// The host had taken control from everybody and named no backup, so the room waits for a host.
  std::uint64_t hosts_nobody_could_follow = 0;
  std::uint64_t signals = 0;
  std::uint64_t signals_taken = 0;
  std::uint64_t signals_not_delivered = 0;
  /// Neither taken nor known to its sender as not delivered; taken twice; taken out of order.
  std::uint64_t signals_lost = 0;
  std::uint64_t signals_twice = 0;
  std::uint64_t signals_out_of_order = 0;
  /// Rounds of poker that were finished.
  std::uint64_t rounds = 0;
  std::uint64_t messages = 0;
  std::uint64_t messages_lost = 0;
  /// What differed, for the report.
  std::vector<std::string> complaints;

  void add(const MeetingFigures& other);
};

/// A meeting of twelve over ninety minutes: chat, control, signals and poker go on, two connections a minute
/// die and come back, the host's browser dies once, and of a hundred messages two are lost either way. Quiet
/// is when nobody does anything, nobody is away who is to come back, nothing happens in the room by itself,
/// and it owes no news of presence.
class Meeting {
public:
  static constexpr core::Duration kLength = std::chrono::minutes(90);
  static constexpr core::Duration kRegainWithin = std::chrono::seconds(5);
  static constexpr core::Duration kEqualWithin = std::chrono::seconds(1);

  Meeting(Seed seed, Checking checking);

  [[nodiscard]] MeetingFigures run();

private:
  /// A signal that somebody sent, and whether it can be held against the room.
  struct Sent {
    std::size_t from = 0;
    std::size_t to = 0;
    std::uint64_t order = 0;
  };
  /// What everybody should see of one that was away.
  struct Away {
    core::ParticipantView before;
    core::LeaseVersion lease;
    core::Instant left;
    /// When it began to come back; not yet: the epoch.
    core::Instant joined;
  };

  void gather();
  // What goes on, each by itself.
  void schedule(core::Duration mean, void (Meeting::*what)());
  void act();
  void act_as_host(GoodClient& host);
  void act_as_participant(std::size_t index);
  void send_signal(std::size_t from);
  /// Somebody plays poker: votes, or leads on.
  void play();
  void lose_a_connection();
  void come_back(std::size_t index);
  void follow_return(std::size_t index);
  void crash_the_host();
  void note_who_followed();
  void grow_quiet();
  void wait_for_quiet(core::Instant quiet_since);
  void compare_all();
  void count_signals();

  [[nodiscard]] std::size_t any_client() { return exchange_.random().below(clients_.size()); }
  [[nodiscard]] core::Duration up_to(core::Duration most);
  [[nodiscard]] std::optional<std::size_t> host() const;
  /// Whether something that was asked about this client may have been carried out since it went away.
  [[nodiscard]] bool was_decided_on(std::size_t index) const;
  [[nodiscard]] bool owes_news() const;
  /// What one that came back has not regained; nothing if it has all.
  [[nodiscard]] std::optional<std::string> missing_state(std::size_t index) const;
  /// Where a client differs from the room, in what everybody sees or in what is its own; nothing if nowhere.
  [[nodiscard]] std::optional<std::string> difference_of(const GoodClient& client,
                                                         const core::RoomSnapshot& now) const;
  [[nodiscard]] const core::ParticipantView* view_of(const core::RoomSnapshot& snapshot,
                                                     std::size_t index) const;

  Exchange exchange_;
  std::deque<GoodClient> clients_;
  core::Instant ends_;
  bool quiet_ = false;
  core::RoomVersion last_version_;
  bool with_backup_;
  std::map<std::size_t, Away> away_;
  /// Its page died: what it was sent before does not count.
  std::optional<std::size_t> crashed_;
  /// When something was last asked about somebody's control or voice, by the host or by itself.
  std::map<core::UserId, core::Instant> decided_on_;
  std::map<std::string, Sent> sent_;
  std::uint64_t last_signal_ = 0;
  MeetingFigures figures_;
};

}  // namespace baton::sim
