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

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/ids.hpp"
#include "core/session_table.hpp"
#include "core/time.hpp"
#include "tests/sim/activity_model.hpp"
#include "tests/sim/model_news.hpp"
#include "tests/sim/model_signals.hpp"

namespace baton::sim {

/// What comes closer together than this was under way, or pressed, at the same time.
inline constexpr core::Duration kSameMoment = std::chrono::milliseconds(200);

/// Which client sent a join, and its how manieth attempt it was; known to the simulator alone.
struct Origin {
  std::size_t device = 0;
  std::uint64_t attempt = 0;
};

struct ModelFeed {
  core::FeedId id;
  core::ConnectionId connection;
  /// The latest arrival that was reported to the room.
  std::optional<core::Instant> last_arrival;
  bool silent = false;
  /// What the world was last told of its audio.
  core::Muting muting = core::Muting::unmuted;
};

struct ModelSession {
  core::SessionClaim claim;
  core::SecretHash token;
  std::optional<core::Resumption> joined_with;
  bool confirmed = false;
  std::optional<core::ConnectionId> signalling;
  std::map<core::ConnectionId, core::ConnectionUse> connections;
  std::optional<ModelFeed> feed;
  /// The PeerConnection that published went down by itself.
  bool media_lost = false;
  bool ready = false;
  Origin origin;
};

struct ModelPerson {
  core::Instant joined;
  /// The last sign of life, or the moment of going offline if that is later.
  core::Instant last_sign;
  /// Since when it has its role, whose time-out counts from the next moment on.
  core::Instant role_since;
  /// What is so, whatever everybody was told.
  bool offline = false;
  /// It went offline in this step, or may have: before, it was there.
  bool in_doubt = false;
  ModelSession session;
  ModelSignals signals;
  /// Its own part of the activity as it was last told.
  std::optional<core::Value> told_own;
};

/// A second opinion of one room, made from what went in and what came out, so that the checker need not trust
/// the room's own. Who is host and in which state the room is, it learns from events only; sessions and
/// connections from replies and releases only.
struct RoomModel {
  RoomModel(const core::RoomId& id, const core::RoomSettings& settings, core::Instant created);

  core::Instant now;
  core::RoomSnapshot picture;
  core::LeaseVersion lease;
  /// Who holds the lease came in as something less.
  bool laid_down = false;
  core::SessionVersion last_session;
  std::map<core::UserId, ModelPerson> people;
  /// Former hosts, the latest last.
  std::deque<core::UserId> former;
  /// Whose control a host took back, and has not given again. Worlds have fewer users than a room remembers.
  std::set<core::UserId> revoked;
  /// Everybody who was ever in the room.
  std::set<core::UserId> known;
  /// Who was asked in this succession.
  std::set<core::UserId> asked;
  /// The question that its candidate has not been told to be over.
  std::optional<core::PromotionView> question;
  /// The most participants that any settings so far would admit.
  std::size_t highest_capacity = 0;
  /// Removed for their absence, and everybody has not been told yet.
  std::set<core::UserId> untold_removals;
  ModelNews news;
  /// Lines that ended in this step.
  std::map<core::UserId, EndedLine> ended_lines;
  core::ChatNumber last_chat;
  core::ControlRequestNumber last_control_request;
  /// What the host knows of its audience: nothing but that somebody is there, when it becomes host or joins.
  struct HostKnowledge {
    core::SessionVersion session;
    core::LeaseVersion lease;
    bool anybody = true;
    core::AudienceLevel level = core::AudienceLevel::normal;
  };
  HostKnowledge knowledge;
  struct Awaited {
    core::UserId host;
    core::Instant deadline;
  };
  std::optional<Awaited> awaited;
  ActivityModel activity;
  /// As everybody is to see it by and by; kept, since it is looked at in every step. What they were told is
  /// in `picture`.
  std::optional<core::ActivityView> activity_view;
  /// Since when that is another.
  std::optional<core::Instant> activity_untold_since;
  /// The last command of the activity that was carried out.
  struct Press {
    core::UserId by;
    std::string command;
    core::ActivityVersion seen;
    core::Instant at;
  };
  std::optional<Press> last_press;
  /// Who voted and was offline when the cards were opened.
  std::set<core::UserId> away_at_reveal;

  struct Departure {
    core::UserId user;
    core::SecretHash token;
    core::Instant at;
  };
  /// Of participants who left or were kicked, the latest last.
  std::deque<Departure> departures;
  /// Of leaves with a token that kept nobody's place, the latest last.
  std::deque<Departure> unproved_departures;

  [[nodiscard]] ModelPerson* find(const core::UserId& user);
  [[nodiscard]] const ModelPerson* find(const core::UserId& user) const;
  /// The user whose session has this connection.
  [[nodiscard]] std::optional<core::UserId> owner(core::ConnectionId connection) const;
  [[nodiscard]] std::optional<core::UserId> owner(core::FeedId feed) const;
  [[nodiscard]] bool holds_lease(const core::UserId& user) const;
  /// It holds the lease and has not laid it down.
  [[nodiscard]] bool is_host(const core::UserId& user) const;
  /// The host, if it is in the room.
  [[nodiscard]] const ModelPerson* host() const;
  /// Whether this join gives the holder of the lease its role.
  [[nodiscard]] bool comes_as_host(const core::Join& join, core::JoinKind kind) const;
  [[nodiscard]] bool is_present(const core::UserId& user) const;
  /// The same where it may have changed within this step.
  [[nodiscard]] bool may_be_present(const core::UserId& user) const;
  [[nodiscard]] bool may_be_absent(const core::UserId& user) const;
  /// How long this role may be silent.
  [[nodiscard]] core::Duration patience(core::Role role, const std::optional<core::RoleName>& further) const;
  [[nodiscard]] core::Duration patience(const core::UserId& user) const;
  /// How soon this user should send its next heartbeat.
  [[nodiscard]] core::Duration heartbeat_within(const core::UserId& user) const;
  [[nodiscard]] bool has_right(const core::UserId& user, core::Right right) const;
  /// The present who are not ready, the host aside.
  [[nodiscard]] std::vector<core::UserId> not_ready() const;
  [[nodiscard]] std::size_t signal_bytes() const;
  [[nodiscard]] core::Role role_of(const core::UserId& user) const;
  /// All live signalling connections, in order.
  [[nodiscard]] std::vector<core::ConnectionId> audience() const;
  /// Whether the claim is that of a live session on a connection that may use it; else the refusal it earns.
  [[nodiscard]] std::optional<core::ErrorCode> fence(const core::Sender& sender) const;
  [[nodiscard]] std::optional<core::UserId> user_of(const core::SessionClaim& claim) const;
  /// Whether the host's absence, hung up media or silence is a reason for grace.
  [[nodiscard]] bool host_in_trouble() const;
  /// Whether time alone makes something happen at `now`, silence aside.
  [[nodiscard]] bool something_due() const;
  /// Whether it has been offline for so long that it has lost its place, unless it is host.
  [[nodiscard]] bool due_for_removal(const core::UserId& user) const;
  /// Who comes next if controllers are asked now; those in doubt count as present, or as absent.
  enum class Doubtful { present, absent };
  [[nodiscard]] std::optional<core::UserId> next_candidate(Doubtful doubtful = Doubtful::present) const;
  [[nodiscard]] bool backup_could_take_over() const;
  /// Whether this token was given up no longer ago than that.
  [[nodiscard]] bool stopped_since(const core::UserId& user, const core::SecretHash& token,
                                   core::Instant since) const;
  [[nodiscard]] bool spent(const core::UserId& user, const core::SecretHash& token) const;
  /// Whether `token` is what keeps the place of `user`.
  [[nodiscard]] bool keeps_place(const core::UserId& user, const core::SecretHash& token) const;
  [[nodiscard]] std::size_t count(core::Role role) const;
  /// The most participants that the present settings admit.
  [[nodiscard]] std::size_t capacity() const;

  void detach(core::ConnectionId connection);
  /// The connection carries no media any more.
  void hang_up(core::ConnectionId connection);
  void remember_former(const core::UserId& user);
  void remember_departure(const core::UserId& user, const core::SecretHash& token);
  /// The token was given up and kept nobody's place, or not any more.
  void remember_stop(const core::UserId& user, const core::SecretHash& token);
  void forget_old_departures();
  void take_out(const core::UserId& user, core::DepartureReason reason);
  void sign_of_life(const core::UserId& user);
  void go_offline(const core::UserId& user);
  /// Something arrived on a connection.
  void report_activity(core::ConnectionId connection, core::Instant at);
  void report(const core::FeedReport& report);
  /// The picture's settings changed.
  void note_capacity();
};

/// Whether the request, if carried out, brings its connection into the room.
[[nodiscard]] bool brings_connection(const core::Request& request);
/// The refusal that a request earns by the rules of the protocol while nothing is due; nothing if it is to be
/// carried out.
[[nodiscard]] std::optional<core::ErrorCode> expected_refusal(const RoomModel& model,
                                                              const core::ParticipantCommand& command);
[[nodiscard]] std::optional<core::ErrorCode> expected_refusal(const RoomModel& model,
                                                              const core::AdministratorCommand& command);

}  // namespace baton::sim
