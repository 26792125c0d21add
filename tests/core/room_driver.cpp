// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/room_driver.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <tuple>
#include <utility>

#include "core/activities/built_in.hpp"
#include "tests/core/same_secret.hpp"

namespace baton::core::test {

SecretHash token(std::uint8_t number) {
  SecretHash::Bytes bytes{};
  bytes[0] = number;
  return SecretHash(bytes);
}

RoomDriver::RoomDriver(RoomSettings settings)
    : room(RoomId("demo"), std::move(settings),
           std::make_shared<const ActivityCatalogue>(built_in_activities()), &same_secret,
           Instant(std::chrono::hours(1))),
      now(std::chrono::hours(1)) {}

std::optional<ErrorCode> RoomDriver::run(const Command& command, RequestId request) {
  effects = room.handle(command, now);
  std::optional<ErrorCode> refusal;
  int answers = 0;
  for (const Effect& effect : effects) {
    if (const auto* reply = std::get_if<Reply>(&effect)) {
      CHECK(reply->request == request);
      ++answers;
    } else if (const auto* refused = std::get_if<Refusal>(&effect)) {
      CHECK(refused->request == request);
      refusal = refused->error;
      ++answers;
    }
  }
  CHECK(answers == 1);
  return refusal;
}

std::optional<ErrorCode> RoomDriver::join(const std::string& user, Role role,
                                          const std::optional<Resumption>& resumption,
                                          std::optional<SignalSequence> continues_after) {
  Join join;
  join.barred = barred;
  join.role_from = role_from;
  join.continues_after = continues_after;
  join.user = UserId(user);
  join.display_name = user;
  join.role = role;
  join.new_session = SessionId(++last_session_);
  join.new_token = token(++last_token_);
  join.resumption = resumption;
  join.further_role = further_role_;
  const RequestId request(++last_request_);
  const ConnectionId connection = fresh_connection();
  const auto refusal =
      run(ParticipantCommand{Sender{connection, request, std::nullopt, peer_connection}, join}, request);
  for (const Reply& reply : all<Reply>()) {
    const auto& joined = std::get<JoinAccepted>(reply.body);
    clients[user] = {connection, SessionClaim{joined.session, joined.version}, join.new_token};
  }
  return refusal;
}

std::optional<ErrorCode> RoomDriver::rejoin(const std::string& user, std::uint64_t attempt, Role role) {
  return join(user, role, Resumption{clients.at(user).token, JoinAttempt(attempt)});
}

JoinAccepted RoomDriver::rejoin_going_on(const std::string& user, std::uint64_t attempt,
                                         SignalSequence received) {
  REQUIRE_FALSE(join(user, Role::viewer, Resumption{clients.at(user).token, JoinAttempt(attempt)}, received));
  return std::get<JoinAccepted>(all<Reply>().front().body);
}

std::optional<ErrorCode> RoomDriver::join_as(const std::string& user, const std::string& further_role) {
  further_role_ = RoleName(further_role);
  const auto refusal = join(user, Role::viewer);
  further_role_.reset();
  return refusal;
}

std::optional<ErrorCode> RoomDriver::ask(const std::string& user, Request request) {
  const Client& client = clients.at(user);
  return ask_on(client.connection, client.claim, std::move(request));
}

std::optional<ErrorCode> RoomDriver::ask_on(ConnectionId connection, const std::optional<SessionClaim>& claim,
                                            Request request) {
  const RequestId id(++last_request_);
  const Sender sender{connection, id, claim, peer_connection, std::exchange(confirmed_, std::nullopt)};
  return run(ParticipantCommand{sender, std::move(request)}, id);
}

std::optional<ErrorCode> RoomDriver::administer(AdministratorRequest request) {
  const RequestId id(++last_request_);
  return run(AdministratorCommand{id, std::move(request)}, id);
}

void RoomDriver::lose(const std::string& user) {
  report(clients.at(user).connection, ConnectionLost{});
}

void RoomDriver::report(ConnectionId connection, ConnectionFact fact) {
  effects = room.handle(Command(ConnectionReport{connection, fact}), now);
}

void RoomDriver::report(const FeedReport& report) {
  effects = room.handle(Command(report), now);
}

void RoomDriver::media_arrives(const std::string& user) {
  report(FeedReport(MediaActivity{feed_of(user).value(), now}));
}

void RoomDriver::pass(Duration time) {
  now += time;
  effects = room.advance(now);
}

std::string RoomDriver::host() const {
  const auto host = room.snapshot().host;
  return host ? host->user.value() : "nobody";
}

std::optional<ParticipantView> RoomDriver::view(const std::string& user) const {
  for (const ParticipantView& one : room.snapshot().participants) {
    if (one.user.value() == user) {
      return one;
    }
  }
  return std::nullopt;
}

std::optional<FeedId> RoomDriver::feed_of(const std::string& user) const {
  const Participant* participant = room.sessions().find(UserId(user));
  if (participant == nullptr || !participant->session.publication) {
    return std::nullopt;
  }
  return participant->session.publication->feed;
}

RoomDriver live_room(RoomSettings settings) {
  settings.presence_timeout = std::chrono::hours(1);
  RoomDriver driver(std::move(settings));
  REQUIRE_FALSE(driver.join("ada", Role::host));
  REQUIRE_FALSE(driver.join("bob", Role::controller));
  driver.now += std::chrono::milliseconds(1);
  REQUIRE_FALSE(driver.join("carol", Role::controller));
  REQUIRE_FALSE(driver.join("dave", Role::viewer));
  return driver;
}

bool same(const RoomSnapshot& left, const RoomSnapshot& right) {
  const auto settings = [](const RoomSettings& one) {
    return std::tie(one.description, one.grace, one.promotion_timeout, one.on_host_timeout, one.media_silence,
                    one.heartbeat_interval, one.max_controllers, one.max_viewers);
  };
  bool equal = left.version == right.version && left.state == right.state && left.backup == right.backup &&
               left.program_feed == right.program_feed && left.grace.has_value() == right.grace.has_value() &&
               left.promotion.has_value() == right.promotion.has_value() &&
               left.host.has_value() == right.host.has_value() && left.locked == right.locked &&
               left.participants == right.participants && left.chat == right.chat &&
               left.activity == right.activity && settings(left.settings) == settings(right.settings);
  if (equal && left.host) {
    equal = left.host->user == right.host->user && left.host->lease == right.host->lease;
  }
  return equal;
}

}  // namespace baton::core::test
