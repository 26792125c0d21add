// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/ids.hpp"
#include "core/room.hpp"
#include "core/time.hpp"

namespace baton::core {

/// Effects of one room.
struct RoomEffects {
  RoomId room;
  Effects effects;
};

/// The earliest thing that will happen by itself in any room.
struct RoomDeadline {
  RoomId room;
  Deadline deadline;
};

/// All rooms of a server, which connection is in which, and whose deadline comes first. Not thread safe: one
/// thread owns it. Closed rooms are gone; their id may be used again.
class RoomDirectory {
public:
  /// An open room, and when it is due by itself: what the directory has last written down for it.
  struct OpenRoom {
    OpenRoom(const RoomId& id, RoomSettings settings, std::shared_ptr<const ActivityCatalogue> activities,
             SecretComparison same_secret, Instant now)
        : room(id, std::move(settings), std::move(activities), same_secret, now) {}

    Room room;
    std::optional<Instant> due_at;
  };
  using Rooms = std::map<RoomId, OpenRoom>;

  /// `activities` are those that hosts may open in the rooms; never null. `same_secret` judges resume tokens.
  RoomDirectory(std::size_t max_rooms, std::shared_ptr<const ActivityCatalogue> activities,
                SecretComparison same_secret)
      : max_rooms_(max_rooms), activities_(std::move(activities)), same_secret_(same_secret) {}

  /// Opens a room. Refuses with `room_exists` or `rooms_full`, and then changes nothing.
  [[nodiscard]] std::optional<ErrorCode> create(const RoomId& id, const RoomSettings& settings, Instant now);

  /// Carries out a participant's or an administrator's command in a room. An unknown room refuses it, and so
  /// does one that a connection would enter while it is in another.
  [[nodiscard]] RoomEffects handle(const RoomId& id, const Command& command, Instant now);
  /// Carries out a report about a connection in the room that the connection is in; nothing if it is in none.
  [[nodiscard]] std::optional<RoomEffects> handle(const ConnectionReport& report, Instant now);

  /// Drops a room that failed, without a word: its state cannot be trusted to say one.
  void discard(const RoomId& id);

  [[nodiscard]] std::optional<RoomDeadline> next_deadline() const;
  /// Lets happen what is due in one room by `now`. Nothing for an unknown room.
  [[nodiscard]] Effects advance(const RoomId& id, Instant now);

  [[nodiscard]] const Room* find(const RoomId& id) const;
  /// The room that a connection is in.
  [[nodiscard]] const RoomId* room_of(ConnectionId connection) const;
  [[nodiscard]] const Rooms& rooms() const { return rooms_; }

private:
  /// When a room is due. A room's place in the map stays as it is for as long as the room is open.
  struct Due {
    Instant at;
    Rooms::iterator place;
  };
  /// By name among equals, so that a run does not depend on addresses.
  struct IsDueBefore {
    bool operator()(const Due& left, const Due& right) const {
      return left.at != right.at ? left.at < right.at : left.place->first < right.place->first;
    }
  };

  [[nodiscard]] RoomEffects handle(Rooms::iterator place, const Command& command, Instant now);
  /// Brings deadlines and connections into agreement with a room that has just changed, and drops it if it
  /// closed.
  void settle(Rooms::iterator place, const Effects& effects);
  void note_due(Rooms::iterator place, std::optional<Instant> due_at);

  std::size_t max_rooms_;
  std::shared_ptr<const ActivityCatalogue> activities_;
  SecretComparison same_secret_;
  Rooms rooms_;
  std::unordered_map<ConnectionId, RoomId> connections_;
  /// Every open room has at most one entry, at its `due_at`.
  std::set<Due, IsDueBefore> deadlines_;
};

}  // namespace baton::core
