// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>

#include "core/activities/activity_slot.hpp"
#include "core/activities/told_activity.hpp"
#include "core/command.hpp"
#include "core/due_list.hpp"
#include "core/effect.hpp"
#include "core/host_lease.hpp"
#include "core/ids.hpp"
#include "core/presence_news.hpp"
#include "core/room_settings.hpp"
#include "core/session_table.hpp"
#include "core/time.hpp"

namespace baton::core {

enum class DeadlineKind : std::uint8_t {
  grace,
  promotion,
  media_silence,
  presence,
  presence_news,
  signals,
  readiness,
  activity,
  activity_news,
  time_to_live,
};

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
  /// `activities` are those that the host may open; never null.
  Room(RoomId id, RoomSettings settings, std::shared_ptr<const ActivityCatalogue> activities,
       SecretComparison same_secret, Instant created);

  /// Carries one command out. What was due by `now` happens first; only a report of activity, which speaks of
  /// the past, comes before it. Silence is found by `advance` alone.
  [[nodiscard]] Effects handle(const Command& command, Instant now);
  /// The earliest thing that will happen by itself, and why; none in a closed room.
  [[nodiscard]] std::optional<Deadline> next_deadline() const;
  /// Lets happen what is due by `now`.
  [[nodiscard]] Effects advance(Instant now);
  /// Connections on which something may have arrived that the room has not seen and that decides what is due:
  /// the caller reports `ConnectionActivity` of each before it calls `advance`.
  [[nodiscard]] std::vector<ConnectionId> connections_due(Instant now) const;

  [[nodiscard]] RoomSnapshot snapshot() const;
  [[nodiscard]] const RoomId& id() const { return id_; }
  [[nodiscard]] const RoomSettings& settings() const { return settings_; }
  [[nodiscard]] RoomVersion version() const { return version_; }
  [[nodiscard]] bool closed() const { return lease_.room_state() == RoomState::closed; }
  [[nodiscard]] std::size_t participant_count() const { return table_.all().size(); }
  /// Whether the connection belongs to a session of this room.
  [[nodiscard]] bool knows(ConnectionId connection) const { return table_.knows(connection); }
  /// Whether whoever presents this is one of the room's own, though its connection is not. For whoever must
  /// tell participants from strangers before there is a command; nothing changes.
  [[nodiscard]] bool knows(const SessionClaim& claim) const { return table_.holds(claim); }
  [[nodiscard]] bool knows(const UserId& user, const SecretHash& resume_token) const {
    return table_.holds(user, resume_token);
  }

  /// For the simulator's checker, which looks at everything and changes nothing.
  [[nodiscard]] const SessionTable& sessions() const { return table_; }
  [[nodiscard]] const HostLease& lease() const { return lease_; }
  [[nodiscard]] const ActivitySlot& activity() const { return activity_; }
  [[nodiscard]] const ToldActivity& told_activity() const { return told_activity_; }

private:
  // Requests of participants. Each replies or refuses exactly once.
  // Who comes and goes, in room_admission.cpp.
  void on(const Sender& sender, const Join& join);
  void on(const Sender& sender, const LeaveByToken& leave);
  void on(const Sender& sender, Participant& who, const Leave& leave);

  // Signs of life, chat and the role of host, in room_requests.cpp.
  void on(const Sender& sender, Participant& who, const Heartbeat& heartbeat);
  void on(const Sender& sender, Participant& who, const Synchronize& synchronize);
  void on(const Sender& sender, Participant& who, const SendChat& chat);
  void on(const Sender& sender, Participant& who, const SetBackup& request);
  void on(const Sender& sender, Participant& who, const Transfer& transfer);
  void on(const Sender& sender, Participant& who, const AnswerPromotion& answer);
  void on(const Sender& sender, Participant& who, const ClaimHost& claim);

  // Media, in room_media.cpp.
  void on(const Sender& sender, Participant& who, const Publish& publish);
  void on(const Sender& sender, Participant& who, const Unpublish& unpublish);
  void on(const Sender& sender, Participant& who, const Subscribe& subscribe);
  void on(const Sender& sender, Participant& who, const Start& start);
  void on(const Sender& sender, Participant& who, const Configure& configure);

  // Administration, in room_administration.cpp.
  void on(const Sender& sender, Participant& who, const Edit& edit);
  void on(const Sender& sender, Participant& who, const End& end);
  void on(const Sender& sender, Participant& who, const Kick& kick);
  void on(const Sender& sender, Participant& who, const Mute& mute);
  void on(const Sender& sender, Participant& who, const Lock& lock);

  // Control, in room_control.cpp.
  void on(const Sender& sender, Participant& who, const Control& control);
  void request_control(const Sender& sender, Participant& who);
  void withdraw_control(const Sender& sender, Participant& who);
  void release_control(const Sender& sender, Participant& who);
  void grant_control(const Sender& sender, Participant& target);
  void deny_control(const Sender& sender, Participant& target);
  void revoke_control(const Sender& sender, Participant& target);
  /// Ends a request, if there is one, and tells what came of it.
  void settle_control(Participant& participant, ControlChange change);
  /// Takes control from a controller: it is what it was before.
  void take_control(Participant& controller, ControlChange change);
  /// The role that a joiner is to have as far as it may choose: whose control was taken back comes as a
  /// viewer.
  [[nodiscard]] Role wanted_role(const Join& join) const;
  void remember_revoked(const UserId& user);
  void forget_revoked(const UserId& user);

  // Signals, in room_signals.cpp.
  void on(const Sender& sender, Participant& who, const Ready& ready);
  void on(const Sender& sender, Participant& who, const AwaitReady& await);
  void on(const Sender& sender, Participant& who, const SendSignal& signal);
  [[nodiscard]] std::optional<ErrorCode> refusal_of(const Participant& who, const SendSignal& signal) const;
  /// Decides what a client that joins keeps of its signals, before its session is opened.
  [[nodiscard]] Signalling signalling_for(const Join& join, const SessionTable::Admission& admission);
  /// Nothing that this participant sent will be delivered any more.
  void forget_signals_from(const UserId& sender);
  /// Tells the senders of these what became of them.
  void fail_signals(const UserId& to, const std::vector<SignalQueue::Body>& bodies, SignalFailure reason);
  void confirm_signals(Participant& receiver, SignalSequence received);
  void deliver_signals(Participant& receiver);
  /// Gives up what has waited too long for this receiver; when to look again, if anything still waits.
  [[nodiscard]] std::optional<Instant> expire_signals(const UserId& user);
  /// Whoever is under way on a connection that is gone waits for the next.
  void hold_signals(Participant& receiver);
  void check_readiness();
  /// Whether a host that awaits readiness waits for this one.
  [[nodiscard]] bool is_waited_for(const Participant& participant) const;
  [[nodiscard]] std::vector<UserId> present_but_not_ready() const;

  // The activity, in room_activity.cpp.
  void on(const Sender& sender, Participant& who, const OpenActivity& open);
  void on(const Sender& sender, Participant& who, const CloseActivity& close);
  void on(const Sender& sender, Participant& who, const UseActivity& use);
  /// The participant's own part of the activity, which it knows from now on. Nothing without an activity.
  [[nodiscard]] std::optional<Value> show_activity_own(Participant& participant) const;
  /// The activity as everybody was told, with the participant's own part.
  [[nodiscard]] std::optional<ActivityState> show_activity(Participant& participant) const;
  /// Answers a command that was carried out, and tells everybody what came of it.
  void accept_activity(const Sender& sender, Participant& who, Activity::Change change);
  void forget_in_activity(const UserId& user);
  /// Tells everybody what changed, now or a little later.
  void tell_activity(Activity::Change change);
  /// Tells everybody how it is now; and those whose own part changed without their doing that as well, by the
  /// same event, so that one who misses it finds out by the room's version. What was told: null if there is
  /// no activity any more, or it is as it was told.
  ActivityNewsRef tell_activity_now();

  // What is common to participants and administrators.
  void edit(RequestId request, const RoomEdit& edit);
  void end(RequestId request, CloseReason reason);
  void kick(RequestId request, const UserId& user);
  void mute(RequestId request, const Mute& mute);
  void lock(RequestId request, const Lock& lock);

  // The four kinds of commands.
  void dispatch(const ParticipantCommand& command);
  void dispatch(const AdministratorCommand& command);
  void dispatch(const ConnectionReport& report);
  void dispatch(const FeedReport& report);

  /// Whether one who holds the lease comes in as the host that it is: by its resume token, or because it asks
  /// for that. Whoever asks for less, with a token for a viewer perhaps, is not given more.
  [[nodiscard]] bool comes_as_host(const Join& join, const SessionTable::Admission& admission) const;
  /// The holder of the lease comes in, in this role.
  void take_up_or_lay_down(Role granted);
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

  // Presence, in room_presence.cpp.
  void sign_of_life(Participant& participant);
  /// Something that is no message arrived from one who is not offline, at `at` or later.
  void note_activity(Participant& participant, Instant at);
  void go_offline(Participant& participant, OfflineReason reason);
  /// One step of the heartbeat detector, for one who is present; when to look again, if at all.
  [[nodiscard]] std::optional<Instant> check_silence(const UserId& user);
  /// The same for one who is offline.
  [[nodiscard]] std::optional<Instant> check_removal(const UserId& user);
  /// Its role may have another time-out.
  void note_role(Participant& participant);
  [[nodiscard]] PresenceSteps presence_steps(const Participant& participant) const;
  /// How soon this participant should send its next heartbeat.
  [[nodiscard]] Duration heartbeat_within(const Participant& participant) const;
  /// What everybody should be told of this participant's presence, if that is not what they know.
  void note_presence(Participant& participant);
  enum class TellPresence : std::uint8_t { what_is_due, everything };
  void tell_presence(TellPresence what);
  /// Tells the host who is there to see, if that is news to it.
  void tell_audience();

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
  /// Whose lease is over, if it is still host, is a controller.
  void step_down(const UserId& previous);
  void close(CloseReason reason);

  // Time, in room_time.cpp.
  void advance_clock(Instant now);
  /// Whether silence, of the host's media or of a participant, may be found now: only in `advance`, before
  /// which the caller has reported the latest activity; in `handle` an old report would look like silence.
  enum class SilenceCheck : std::uint8_t { skip, include };
  void happen_what_is_due(SilenceCheck silence);
  [[nodiscard]] std::optional<Deadline> earliest(SilenceCheck silence) const;
  [[nodiscard]] std::optional<Instant> silence_deadline() const;

  /// The settings without their secrets, for snapshots and events.
  [[nodiscard]] RoomSettings visible_settings() const;
  void reply(RequestId request, ReplyBody body);
  void refuse(RequestId request, ErrorCode error);
  /// Tells everybody who is present; the room's version grows.
  void broadcast(const EventBody& event);
  void tell(const Participant& participant, const EventBody& event);
  /// Where this participant's events go; nowhere for one who is just joining, since the answer tells all.
  [[nodiscard]] std::optional<ConnectionId> ear_of(const Participant& participant) const;
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
  /// Whose silence is to be looked at, and when; and whose place is lost, and when.
  DueList silence_watch_;
  DueList removal_watch_;
  PresenceNews presence_news_;
  /// In whose inbox something may wait for too long, and when.
  DueList signal_watch_;
  /// Bytes in all inboxes; at most `limits::kSignalBytesInRoom`.
  std::size_t signal_bytes_ = 0;
  ChatHistory chat_;
  std::shared_ptr<const ActivityCatalogue> activities_;
  ActivitySlot activity_;
  ToldActivity told_activity_;
  Locking locking_ = Locking::unlocked;
  ControlRequestNumber last_control_request_;
  /// At most `limits::kRevokedUsers`, the latest last; until a host gives them control or its role.
  std::deque<UserId> revoked_;
  /// A host that waits until everybody is ready.
  struct AwaitedReadiness {
    UserId host;
    Instant deadline;
  };
  std::optional<AwaitedReadiness> awaited_readiness_;
  /// What the host knows of its audience; begins anew with each of its sessions, and with each new host.
  struct ToldAudience {
    SessionVersion session;
    LeaseVersion lease;
    bool anybody = true;
    AudienceLevel level = AudienceLevel::normal;
  };
  ToldAudience told_audience_;
  /// Who is there may have changed since the audience was last counted.
  bool recount_audience_ = false;
  /// The connection whose join is being handled: its reply carries a snapshot, so it needs no events before
  /// it.
  struct JoinInProgress {
    Sender sender;
    JoinKind kind;
    UserId user;
    Continuity continuity;
  };
  std::optional<JoinInProgress> joining_;
  /// Effects of the command being handled.
  Effects effects_;
};

}  // namespace baton::core
