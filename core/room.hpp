// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "core/command.hpp"
#include "core/effect.hpp"
#include "core/host_lease.hpp"
#include "core/ids.hpp"
#include "core/room_settings.hpp"
#include "core/session_table.hpp"
#include "core/time.hpp"

namespace baton::core {

enum class DeadlineKind : std::uint8_t { grace, promotion, media_silence, presence, time_to_live };

/// Something that will happen by itself.
struct Deadline {
  Instant at;
  DeadlineKind why;
};

/// One room: a deterministic machine from commands and time to effects. Not thread safe: one thread owns it.
///
///     effects = room.handle(command, now)
///     deadline = room.next_deadline()
///     effects = room.advance(now)
///
/// Time that steps back is held at the latest time seen, so that no deadline moves away.
class Room {
public:
  Room(RoomId id, RoomSettings settings, Instant created);

  /// Carries one command out. What was due by `now` happens first.
  [[nodiscard]] Effects handle(const Command& command, Instant now);
  /// The earliest thing that will happen by itself, and why; none in a closed room.
  [[nodiscard]] std::optional<Deadline> next_deadline() const;
  /// Lets happen what is due by `now`.
  [[nodiscard]] Effects advance(Instant now);

  [[nodiscard]] RoomSnapshot snapshot() const;
  [[nodiscard]] const RoomId& id() const { return id_; }
  [[nodiscard]] const RoomSettings& settings() const { return settings_; }
  [[nodiscard]] RoomVersion version() const { return version_; }
  [[nodiscard]] bool closed() const { return lease_.room_state() == RoomState::closed; }
  [[nodiscard]] std::size_t participant_count() const { return table_.all().size(); }
  /// Whether the connection belongs to a session of this room.
  [[nodiscard]] bool knows(ConnectionId connection) const { return table_.knows(connection); }

  /// For the simulator's checker, which looks at everything and changes nothing.
  [[nodiscard]] const SessionTable& sessions() const { return table_; }
  [[nodiscard]] const HostLease& lease() const { return lease_; }

private:
  // Requests of participants, in room_requests.cpp. Each replies or refuses exactly once.
  void on(const Sender& sender, const Join& join);
  void on(const Sender& sender, const LeaveByToken& leave);
  void on(const Sender& sender, Participant& who, const Leave& leave);
  void on(const Sender& sender, Participant& who, const Heartbeat& heartbeat);
  void on(const Sender& sender, Participant& who, const Publish& publish);
  void on(const Sender& sender, Participant& who, const Unpublish& unpublish);
  void on(const Sender& sender, Participant& who, const Subscribe& subscribe);
  void on(const Sender& sender, Participant& who, const Start& start);
  void on(const Sender& sender, Participant& who, const Configure& configure);
  void on(const Sender& sender, Participant& who, const SetBackup& request);
  void on(const Sender& sender, Participant& who, const Transfer& transfer);
  void on(const Sender& sender, Participant& who, const AnswerPromotion& answer);
  void on(const Sender& sender, Participant& who, const ClaimHost& claim);
  void on(const Sender& sender, Participant& who, const Edit& edit);
  void on(const Sender& sender, Participant& who, const End& end);
  void on(const Sender& sender, Participant& who, const Kick& kick);

  // What is common to participants and administrators.
  void edit(RequestId request, const RoomEdit& edit);
  void end(RequestId request, CloseReason reason);
  void kick(RequestId request, const UserId& user);

  // The four kinds of commands.
  void dispatch(const ParticipantCommand& command);
  void dispatch(const AdministratorCommand& command);
  void dispatch(const ConnectionReport& report);
  void dispatch(const FeedReport& report);

  [[nodiscard]] std::variant<Role, ErrorCode> role_for(const Join& join,
                                                       const SessionTable::Admission& admission) const;
  /// For requests about the subscription that this connection carries: done, or refused if it carries none.
  void acknowledge_subscriber(const Sender& sender, Participant& who);
  /// Gives the sender's connection this use, which is to publish or to be subscribed, and attaches it if it
  /// is new. Refuses, and says false, if it cannot have it.
  [[nodiscard]] bool take_connection_for(ConnectionUse use, const Sender& sender, Participant& who);
  /// Takes the participant out of the room, and passes the role on if it was host.
  void depart(const UserId& user, DepartureReason reason);
  void release_connections(Participant& participant, ReleaseReason reason);
  /// Ends what the participant publishes, if anything, and tells everybody; in a room that closes nobody is
  /// told.
  void end_publication(Participant& participant);
  void sign_of_life(Participant& participant);
  void go_offline(Participant& participant, OfflineReason reason);

  // The host lease, in room_succession.cpp.
  /// What the host's state says about the lease, in one place: after every command and every tick this is
  /// brought into agreement, so that no command needs to think of it.
  void reconcile();
  [[nodiscard]] std::optional<OfflineReason> host_trouble() const;
  void grant(const UserId& user, HostChange change);
  void begin_grace(OfflineReason reason);
  /// The role is free to be passed on: to the backup, to a controller who is asked, or to nobody.
  void succeed();
  [[nodiscard]] bool promote_backup_if_present();
  [[nodiscard]] bool ask_next_controller();
  /// Tells the controller who is being asked, if any, that it need not answer.
  void withdraw_question();
  void no_successor();
  void set_role(Participant& participant, Role role);
  void close(CloseReason reason);

  // Time, in room_time.cpp.
  void advance_clock(Instant now);
  /// Whether silence of the host's media may be found now: only in `advance`, before which the caller has
  /// reported the latest activity; in `handle` an old report would look like silence.
  enum class SilenceCheck : std::uint8_t { skip, include };
  void happen_what_is_due(SilenceCheck silence);
  [[nodiscard]] std::optional<Deadline> earliest(SilenceCheck silence) const;
  [[nodiscard]] std::optional<Instant> silence_deadline() const;
  void check_presence();
  void expect_presence_check(Instant at);

  /// The settings without their secret, for snapshots and events.
  [[nodiscard]] RoomSettings visible_settings() const;
  void reply(RequestId request, ReplyBody body);
  void refuse(RequestId request, ErrorCode error);
  /// Tells everybody who is present; the room's version grows.
  void broadcast(const EventBody& event);
  void tell(const Participant& participant, const EventBody& event);
  void follow_host_feed();

  RoomId id_;
  RoomSettings settings_;
  Instant created_;
  Instant now_;
  RoomVersion version_;
  SessionTable table_;
  HostLease lease_;
  std::optional<UserId> backup_;
  FeedId last_feed_;
  /// What the program was last told to follow.
  std::optional<FeedId> followed_;
  /// No participant can become due before this.
  std::optional<Instant> next_presence_check_;
  /// The connection whose join is being handled: its reply carries a snapshot, so it needs no events before
  /// it.
  struct JoinInProgress {
    Sender sender;
    JoinKind kind;
    UserId user;
  };
  std::optional<JoinInProgress> joining_;
  /// Effects of the command being handled.
  Effects effects_;
};

}  // namespace baton::core
