// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/ids.hpp"
#include "tests/sim/gateway.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/signal_client.hpp"

namespace baton::sim {

/// The answer to one request, as the client reads it.
struct Answer {
  std::variant<core::ReplyBody, core::ErrorCode> outcome;
  /// The resume token that goes with an accepted join.
  core::SecretHash token;
  enum class To { join, signal, other };
  To to = To::other;
  /// With a refusal: the activity as it is.
  std::optional<core::ActivityState> activity;
  /// Which signal, of which line of the device.
  core::SignalNumber number;
  std::uint64_t line = 0;
};
/// What travels to a client: an event, or the answer to a request.
using Downstream = std::variant<std::shared_ptr<const core::Notify>, Answer>;

/// One signalling connection. Its two ends learn of its death at different times.
struct Link {
  std::size_t device = 0;
  enum class End { open, gone };
  End at_client = End::open;
  End at_gateway = End::open;
  /// Whether all that the gateway sent arrives, in order, as a stream does. One that is not may lose, swap
  /// and repeat messages, and its client may see a wrong picture.
  enum class Delivery { faithful, faulty };
  Delivery delivery = Delivery::faithful;
  std::deque<Downstream> inbound;
};

/// One browser tab of one user. It acts on what it has received and on nothing else.
struct Device {
  core::UserId user;
  core::RoomId room;
  core::Role wanted = core::Role::viewer;
  std::optional<core::RoleName> further_role;
  enum class Phase { out, joining, in };
  Phase phase = Phase::out;
  /// Where it signals.
  std::optional<core::ConnectionId> link;
  /// Further links, for more media.
  std::vector<core::ConnectionId> extra;
  std::optional<core::SessionClaim> claim;
  std::optional<core::SecretHash> token;
  std::uint64_t attempt = 0;
  std::optional<core::RoomSnapshot> picture;
  std::optional<core::PromotionId> question;
  /// Its own part of the activity.
  std::optional<core::Value> own;
  /// It was told its own on a further link as well, and which came last cannot be said.
  bool own_in_doubt = false;
  /// Versions of activities that it saw, for one who speaks of what is over.
  std::deque<core::ActivityVersion> old_activities;
  SignalClient signals;
  /// Its handlers exist, and it has said so.
  bool ready = false;
  /// It has missed something, and has said so already.
  bool asked_again = false;
  /// Whether it says how far it has received its signals.
  bool confirms = true;
  /// Whether all links of this line deliver what they are given, so that its signals can be held against it.
  bool reliable = true;
  /// The highest number that it took, of each line of each device.
  std::map<std::pair<std::size_t, std::uint64_t>, core::SignalNumber> taken;
  /// What the host knows of its audience, if this is the host.
  struct Audience {
    bool anybody = true;
    core::AudienceLevel level = core::AudienceLevel::normal;
  };
  Audience audience;
  /// Claims and questions that are over, for one who acts on them all the same.
  std::deque<core::SessionClaim> old_claims;
  std::deque<core::PromotionId> old_questions;
};

/// A request under way.
struct Upstream {
  core::ConnectionId connection;
  core::RoomId room;
  std::optional<core::SessionClaim> claim;
  core::Request request;
  Origin origin;
  std::optional<core::SignalSequence> signals_received = std::nullopt;
  /// The line of the device that sent it.
  std::uint64_t line = 0;
};

/// Who sent a signal; its payload is the key, since no two signals share one.
struct SignalOrigin {
  std::size_t device;
  std::uint64_t line;
  core::SignalNumber number;
  core::SignalPayload payload;
  bool taken = false;
};

struct WorldOptions {
  std::size_t rooms = 6;
  Journal journal = Journal::off;
};

/// Clients, the network between them and the gateway, and the gateway. What happens next is decided by the
/// actions; this is what can happen.
class World {
public:
  World(Random& random, const WorldOptions& options);

  Random& random;
  Gateway gateway;
  std::vector<Device> devices;
  std::map<core::ConnectionId, Link> links;
  std::vector<Upstream> in_flight;
  std::vector<core::RoomId> room_ids;
  /// How many of a thousand new links are faulty.
  unsigned faulty_links = 0;

  // The client side.
  core::ConnectionId open_link(std::size_t device);
  void send(std::size_t device, core::ConnectionId connection, core::Request request);
  void send(Upstream message);
  /// The client gives up all its links, and its session with them; the gateway does not know yet.
  void cut(Device& device);
  /// The client reads all that has arrived on a link.
  void read(core::ConnectionId connection);

  /// A signal of a device that is in a room, on its way.
  void send_signal(std::size_t device, const core::UserId& to, core::SignalKind kind, std::size_t bytes);
  void send_again(std::size_t device, const SignalClient::Outgoing& signal);
  /// The page is loaded anew: nothing of before is left.
  void reload(Device& device);
  /// The join that this device would send now. A page that is loaded anew has a new link.
  enum class Page { same, may_be_new };
  [[nodiscard]] core::Join join_of(std::size_t device, Page page);

  // The network and the gateway.
  void deliver(std::size_t index);
  void lose_connection(core::ConnectionId connection);
  void route(const core::Effects& effects, const Upstream* cause);
  void tick();
  /// A link that both ends have forgotten is gone.
  void forget_dead_links();

  [[nodiscard]] core::SecretHash fresh_token();
  [[nodiscard]] Link* find_link(core::ConnectionId connection);
  /// A link that the gateway still has, if there is any.
  [[nodiscard]] std::optional<core::ConnectionId> any_link();

  /// Lets every client read all, and compares what those on faithful links see with the room.
  void check_convergence();

private:
  void push(core::ConnectionId connection, Downstream message);
  void disturb(Link& link);
  void receive(std::size_t index, core::ConnectionId connection, const Downstream& message);
  void receive_event(std::size_t index, core::ConnectionId connection, const core::Notify& notify);
  void receive_signal(std::size_t index, const core::SignalDelivered& delivered);
  void receive_refusal(std::size_t index, core::ConnectionId connection, const Answer& answer,
                       core::ErrorCode error);
  void check_behind(std::size_t index, const core::ReplyBody& body);
  /// The activity as an answer says, which is in order with the events of its link.
  void receive_activity(Device& device, const core::ActivityAccepted& accepted);
  /// The same of a refusal, which shows the whole.
  void receive_activity(Device& device, const core::ActivityState& activity);
  void receive_answer(std::size_t index, core::ConnectionId connection, const Answer& answer);
  void receive_join(std::size_t index, core::ConnectionId connection, const core::JoinAccepted& joined,
                    const core::SecretHash& token);
  void drop_session(Device& device);
  void check_client(const Device& device);
  /// The device's line goes on over this link.
  void rely_on(Device& device, const Link& link);

  /// What a client does about a message may bring it further ones; those wait until it has read all.
  bool reading_ = false;
  /// Links on which more waits than may.
  std::vector<core::ConnectionId> overfull_;
  std::map<const std::string*, SignalOrigin> signals_sent_;
  std::uint64_t last_connection_ = 0;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_token_ = 0;
};

}  // namespace baton::sim
