// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <variant>
#include <vector>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "tests/sim/gateway.hpp"
#include "tests/sim/random.hpp"

namespace baton::sim {

/// What a client sends: which answer belongs to it, it knows by the tag.
struct ClientRequest {
  std::uint64_t tag = 0;
  std::optional<core::SessionClaim> claim;
  std::optional<core::SignalSequence> signals_received;
  core::Request request;
};

/// The answer to one of them.
struct ClientAnswer {
  std::uint64_t tag = 0;
  std::variant<core::ReplyBody, core::ErrorCode> outcome;
  /// The resume token that goes with an accepted join.
  core::SecretHash token;
  /// With a refusal: the activity as it is.
  std::optional<core::ActivityState> activity = std::nullopt;
};

using ToClient = std::variant<std::shared_ptr<const core::Notify>, ClientAnswer>;

struct ExchangeOptions {
  /// Messages that are lost on their way, of a thousand, in either direction.
  unsigned lost_per_thousand = 0;
  core::Duration lowest_latency = std::chrono::milliseconds(10);
  core::Duration highest_latency = std::chrono::milliseconds(10);
  Checking checking = Checking::on;
};

/// Good clients, the network and one room, in simulated time: every message has its latency, arrives in the
/// order in which it was sent, or is lost. What is due in the room happens on time.
class Exchange {
public:
  using Receive = std::function<void(core::ConnectionId, const ToClient&)>;

  Exchange(Seed seed, const ExchangeOptions& options, const core::RoomSettings& settings);

  [[nodiscard]] core::Instant now() const { return gateway_.clock; }
  [[nodiscard]] const core::Room* room() const { return gateway_.directory().find(room_); }
  [[nodiscard]] Random& random() { return random_; }
  /// Messages that were sent, and that were lost.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

  void at(core::Instant when, std::function<void()> what);
  void after(core::Duration delay, std::function<void()> what) { at(now() + delay, std::move(what)); }
  /// Lets everything happen up to `when`, and it is then.
  void run_until(core::Instant when);
  void run_for(core::Duration time) { run_until(now() + time); }

  core::ConnectionId connect(Receive receive);
  /// The client's end is gone: nothing that is under way arrives, either way. The gateway does not know.
  void cut(core::ConnectionId connection);
  /// The gateway finds that a connection is gone.
  void notice(core::ConnectionId connection);
  void send(core::ConnectionId connection, ClientRequest request);
  /// What is sent on a connection from now on takes longer.
  void hold_up(core::ConnectionId connection, core::Duration delay);
  /// The operator asks for something.
  void administer(core::AdministratorRequest request);

private:
  struct Wire {
    Receive receive;
    /// A stream delivers in order: nothing overtakes what was sent before.
    core::Instant last_up;
    core::Instant last_down;
    core::Duration delay{};
  };
  struct Happening {
    core::Instant when;
    /// Orders what happens at the same instant.
    std::uint64_t order = 0;
    std::function<void()> what;
  };
  struct Later {
    bool operator()(const Happening& left, const Happening& right) const {
      return left.when != right.when ? left.when > right.when : left.order > right.order;
    }
  };

  void serve_deadlines(core::Instant until);
  void deliver(core::ConnectionId connection, const ClientRequest& request);
  void route(const core::Effects& effects, core::ConnectionId from, const ClientRequest* cause,
             const core::SecretHash& token);
  void push(core::ConnectionId connection, ToClient message);
  [[nodiscard]] bool is_lost();
  [[nodiscard]] core::Instant arrival(core::Instant& last, core::Duration delay);

  Random random_;
  ExchangeOptions options_;
  Gateway gateway_;
  core::RoomId room_;
  std::priority_queue<Happening, std::vector<Happening>, Later> happenings_;
  std::map<core::ConnectionId, Wire> wires_;
  std::uint64_t last_order_ = 0;
  std::uint64_t last_connection_ = 0;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_token_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace baton::sim
