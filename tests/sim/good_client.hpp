// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "tests/sim/exchange.hpp"
#include "tests/sim/signal_client.hpp"

namespace baton::sim {

/// What a client does that keeps to the protocol, over a network that loses messages: it follows the room's
/// version and asks for what it has missed, repeats what is not answered, sends one signal at a time,
/// confirms those it receives, and goes on where it was after a reconnect. Outlives nothing: the exchange
/// calls it until the end.
class GoodClient {
public:
  GoodClient(Exchange& exchange, core::UserId user, core::Role wanted);
  GoodClient(const GoodClient&) = delete;
  GoodClient& operator=(const GoodClient&) = delete;

  // What its user and its network do.
  /// Connects, and joins: anew, or by its token where it has one.
  void join();
  /// Its connection dies, and it knows. The gateway does not.
  void drop();
  /// The page is loaded anew: only its token is left.
  void reload();
  /// The same over a connection on which everything takes longer.
  void join_slowly(core::Duration delay);
  /// The user stops, while a reconnect may be under way.
  void stop();
  /// The same, without waiting for the link on which the reconnect is under way.
  void stop_on_another_link();
  /// Its handlers exist.
  void get_ready();
  void signal(const core::UserId& to, core::SignalKind kind, std::string text);
  /// Something of the activity, of which it names the version it sees.
  void act(const std::string& command, core::Value arguments = {});
  /// Anything else. Asked again until it is answered, but for chat, which would be said twice.
  void ask(core::Request request);

  // What it is and sees.
  [[nodiscard]] const core::UserId& user() const { return user_; }
  [[nodiscard]] bool in() const { return claim_.has_value(); }
  [[nodiscard]] bool is_host() const { return picture_ && picture_->host && picture_->host->user == user_; }
  [[nodiscard]] const std::optional<core::RoomSnapshot>& picture() const { return picture_; }
  [[nodiscard]] const std::optional<core::ConnectionId>& link() const { return link_; }
  /// Signals that arrived, in their order: from whom, and what.
  using Taken = std::pair<core::UserId, std::string>;
  [[nodiscard]] const std::vector<Taken>& taken() const { return taken_; }
  [[nodiscard]] const std::vector<core::FailedSignals>& failed() const { return failed_; }
  /// Its own signals of which it knows that they will not arrive, or may not: they were refused, or have
  /// failed, or it had to begin anew.
  [[nodiscard]] const std::set<std::string>& not_delivered() const { return not_delivered_; }
  [[nodiscard]] core::SignalSequence received() const { return signals_.received(); }
  /// Nothing of its own is on its way.
  [[nodiscard]] bool idle() const;
  /// How its last join was answered.
  struct Joined {
    core::JoinKind kind;
    core::Continuity continuity;
  };
  [[nodiscard]] const std::optional<Joined>& joined() const { return joined_; }
  [[nodiscard]] const std::optional<core::ErrorCode>& last_refusal() const { return last_refusal_; }
  [[nodiscard]] const std::optional<core::ReadinessKnown>& readiness() const { return readiness_; }
  /// The phase that it shows; "none" without an activity.
  [[nodiscard]] std::string phase() const {
    return picture_ && picture_->activity ? picture_->activity->phase : "none";
  }
  /// Its own part of the activity.
  [[nodiscard]] const std::optional<core::Value>& own() const { return own_; }

private:
  struct Pending {
    core::Request request;
    core::Instant sent;
    /// Which of its signals this is, if it is one.
    std::optional<core::SignalNumber> number;
  };

  void tick();
  void repeat(core::Instant now);
  std::uint64_t send(core::Request request, std::optional<core::SignalNumber> number = std::nullopt);
  void transmit(std::uint64_t tag, const core::Request& request);
  void connect();
  void send_join();
  void send_next_signal();
  void forget_session();
  /// Its line is over: what it sent may or may not arrive.
  void begin_line();
  void receive(core::ConnectionId connection, const ToClient& message);
  void receive_event(const core::Notify& notify);
  void receive_signal(const core::SignalDelivered& delivered);
  void receive_answer(const ClientAnswer& answer);
  void accept(const core::ReplyBody& body, const Pending& pending, const core::SecretHash& token);
  void accept_join(const core::JoinAccepted& joined, const core::SecretHash& token);
  void accept_picture(const core::RoomSnapshot& snapshot);
  void accept_activity(const core::ActivityAccepted& accepted);
  void refuse(core::ErrorCode error, const Pending& pending);
  /// The room is at this version, and this is the last signal that is on its way here.
  void compare(core::RoomVersion version, core::SignalSequence signals_sent);
  void synchronize();
  void say_ready_again();
  void answer_question();
  template <class Kind>
  [[nodiscard]] bool is_pending() const {
    return std::ranges::any_of(
        pending_, [](const auto& entry) { return std::holds_alternative<Kind>(entry.second.request); });
  }

  Exchange& exchange_;
  core::UserId user_;
  core::Role wanted_;
  std::optional<core::ConnectionId> link_;
  std::optional<core::SessionClaim> claim_;
  std::optional<core::SecretHash> token_;
  std::uint64_t attempt_ = 0;
  std::optional<core::RoomSnapshot> picture_;
  std::optional<core::Value> own_;
  std::optional<core::PromotionId> answered_question_;
  SignalClient signals_;
  /// Its handlers exist; whether the server knows is another matter.
  bool handlers_exist_ = false;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t last_tag_ = 0;
  core::Instant last_news_;
  core::Instant next_beat_;
  std::vector<Taken> taken_;
  std::vector<core::FailedSignals> failed_;
  /// What it sent in this line, by number.
  std::map<core::SignalNumber, std::string> texts_;
  std::set<std::string> not_delivered_;
  std::optional<Joined> joined_;
  std::optional<core::ErrorCode> last_refusal_;
  std::optional<core::ReadinessKnown> readiness_;
};

}  // namespace baton::sim
