// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/room_directory.hpp"
#include "tests/sim/checker.hpp"

namespace baton::sim {

/// What really arrives from one feed.
struct MediaSource {
  core::ConnectionId connection;
  std::optional<core::Instant> last_arrival;
  enum class Flow { not_yet, flowing, stalled };
  Flow flow = Flow::not_yet;
  /// The room asked to be told when something arrives.
  enum class Watch { no, yes };
  Watch watch = Watch::no;
};

/// What arrives on a connection beside messages: RTP, RTCP.
struct Pulse {
  std::optional<core::Instant> last_arrival;
  bool flowing = false;
};

/// Whether the commands and effects of rooms are kept for a report. It costs time, so that a run that fails
/// is run again with it.
enum class Journal { off, on };

/// Whether the checker sees every call. It costs time, so that long runs of what is also run with it may do
/// without.
enum class Checking { off, on };

/// Drives the directory as the plugin does: carries commands in and effects out, serves deadlines, and
/// reports when media last arrived before it lets time pass. The checker sees every call.
class Gateway {
public:
  using Effects = core::Effects;
  using FeedKey = std::pair<core::RoomId, core::FeedId>;

  Gateway(std::size_t max_rooms, Journal journal, Checking checking = Checking::on);

  core::Instant clock;

  std::optional<core::ErrorCode> create(const core::RoomId& id, const core::RoomSettings& settings);
  Effects handle(const core::RoomId& id, const core::Command& command, const Origin& origin);
  /// Effects of the room that the connection was in, if it was in one.
  Effects report(core::ConnectionId connection, core::ConnectionFact fact);
  /// Serves every deadline up to the clock, one room after the other, and hands the effects of each to
  /// `route`.
  void tick(const std::function<void(const Effects&)>& route);

  /// Something arrives for the first time, or again.
  Effects media_flows(const FeedKey& key);
  void media_stalls(const FeedKey& key);

  /// Media reports of a receiver, or of anybody, arrive on a connection; or stop.
  void packets_flow(core::ConnectionId connection);
  void packets_stall(core::ConnectionId connection);

  [[nodiscard]] const core::RoomDirectory& directory() const { return directory_; }
  [[nodiscard]] const Checker& checker() const { return checker_; }
  [[nodiscard]] const std::map<FeedKey, MediaSource>& sources() const { return sources_; }
  /// Connections whose PeerConnection is to go down, since a room ended the media on it.
  [[nodiscard]] const std::set<core::ConnectionId>& closing() const { return closing_; }
  /// What the plugin would say of the connection.
  [[nodiscard]] core::PeerConnection peer_connection(core::ConnectionId connection) const;
  /// Calls into the core so far.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

  /// The last commands and effects of the room that was touched last.
  void print_journal(std::ostream& out) const;

private:
  void before(const core::RoomId& id, const core::Command* command, const Origin& origin);
  Effects finish(const core::RoomId& id, Effects effects, const core::Command* command);
  /// A room ended what the connection carries, if anything.
  void end_media(core::ConnectionId connection);
  void keep(const core::RoomId& id, std::string line);
  [[nodiscard]] std::optional<core::Instant> true_arrival(const FeedKey& key) const;
  [[nodiscard]] std::optional<core::Instant> last_packet(core::ConnectionId connection) const;
  void report_arrivals(const core::RoomId& id, const std::function<void(const Effects&)>& route);

  core::RoomDirectory directory_;
  Checker checker_;
  std::map<FeedKey, MediaSource> sources_;
  std::unordered_map<core::ConnectionId, Pulse> pulses_;
  /// Connections with a PeerConnection that carries media, and those whose PeerConnection is to go down.
  std::set<core::ConnectionId> carrying_;
  std::set<core::ConnectionId> closing_;
  std::uint64_t calls_ = 0;
  Journal journal_;
  Checking checking_;
  std::map<core::RoomId, std::deque<std::string>> lines_;
  core::RoomId touched_;
};

}  // namespace baton::sim
