// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/room.hpp"
#include "core/time.hpp"

namespace baton::core::test {

/// A token that differs from those of other numbers.
[[nodiscard]] SecretHash token(std::uint8_t number);

/// Where one user of a scenario is.
struct Client {
  ConnectionId connection;
  std::optional<SessionClaim> claim;
  SecretHash token;
};

/// Drives one room by user names, and keeps the effects of the last call. Time moves only by `pass`.
class RoomDriver {
public:
  explicit RoomDriver(RoomSettings settings = {});

  Room room;
  Instant now;
  Effects effects;
  std::map<std::string, Client> clients;
  /// What the gateway says of the PeerConnection of whoever asks next.
  PeerConnection peer_connection = PeerConnection::usable;
  /// Why whoever joins next would not be let in afresh.
  std::optional<ErrorCode> barred;
  RoleSource role_from = RoleSource::token;

  /// The user joins on a new connection. Nothing if the room agreed.
  std::optional<ErrorCode> join(const std::string& user, Role role,
                                const std::optional<Resumption>& resumption = std::nullopt,
                                std::optional<SignalSequence> continues_after = std::nullopt);
  /// Likewise, in a role that the room defines further to the three.
  std::optional<ErrorCode> join_as(const std::string& user, const std::string& further_role);
  /// The same with the token that this user was given last.
  std::optional<ErrorCode> rejoin(const std::string& user, std::uint64_t attempt, Role role = Role::viewer);
  /// The same of a client that goes on where it was, and has received its signals up to here.
  JoinAccepted rejoin_going_on(const std::string& user, std::uint64_t attempt, SignalSequence received);
  /// The next request says that its sender has received its signals up to here.
  void confirm_with_next(SignalSequence received) { confirmed_ = received; }
  /// The user asks for something on its signalling connection.
  std::optional<ErrorCode> ask(const std::string& user, Request request);
  /// The same on another connection, or with another claim.
  std::optional<ErrorCode> ask_on(ConnectionId connection, const std::optional<SessionClaim>& claim,
                                  Request request);
  std::optional<ErrorCode> administer(AdministratorRequest request);
  void lose(const std::string& user);
  void report(ConnectionId connection, ConnectionFact fact);
  void report(const FeedReport& report);
  /// Something arrived from the feed of this user.
  void media_arrives(const std::string& user);
  void pass(Duration time);

  [[nodiscard]] ConnectionId fresh_connection() { return ConnectionId(++last_connection_); }
  [[nodiscard]] ConnectionId last_connection() const { return ConnectionId(last_connection_); }
  [[nodiscard]] RoomState state() const { return room.snapshot().state; }
  /// The host's user id, or "nobody".
  [[nodiscard]] std::string host() const;
  [[nodiscard]] std::optional<ParticipantView> view(const std::string& user) const;
  [[nodiscard]] std::optional<FeedId> feed_of(const std::string& user) const;

  /// The effects of one kind among those of the last call.
  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const Effect& effect : effects) {
      if (const auto* one = std::get_if<Kind>(&effect)) {
        found.push_back(*one);
      }
    }
    return found;
  }
  /// The events of one kind among those of the last call.
  template <class Kind>
  [[nodiscard]] std::vector<Kind> events() const {
    std::vector<Kind> found;
    for (const Notify& notify : all<Notify>()) {
      if (const auto* one = std::get_if<Kind>(&notify.event)) {
        found.push_back(*one);
      }
    }
    return found;
  }
  /// The events of one kind that this user was told.
  template <class Kind>
  [[nodiscard]] std::vector<Kind> told(const std::string& user) const {
    std::vector<Kind> found;
    for (const Notify& notify : all<Notify>()) {
      const auto* one = std::get_if<Kind>(&notify.event);
      for (const ConnectionId to : notify.to) {
        if (one != nullptr && to == clients.at(user).connection) {
          found.push_back(*one);
        }
      }
    }
    return found;
  }
  template <class Kind>
  [[nodiscard]] bool happened() const {
    return !events<Kind>().empty();
  }

private:
  std::optional<ErrorCode> run(const Command& command, RequestId request);

  std::optional<SignalSequence> confirmed_;
  std::optional<RoleName> further_role_;
  std::uint64_t last_connection_ = 100;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_session_ = 1000;
  std::uint8_t last_token_ = 0;
};

/// A live room: ada is host, bob and carol are controllers, dave watches. Presence takes an hour, so that it
/// is out of the way.
[[nodiscard]] RoomDriver live_room(RoomSettings settings = {});

/// Whether two snapshots say the same; for tests that a refused request changed nothing.
[[nodiscard]] bool same(const RoomSnapshot& left, const RoomSnapshot& right);

}  // namespace baton::core::test
