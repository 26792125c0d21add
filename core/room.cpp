// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/room.hpp"

#include <algorithm>
#include <utility>

#include "core/marks.hpp"

namespace baton::core {

namespace {

/// Such a report says what was already so when something became due, and may show that it was not due at all.
/// There may be several before time is let pass.
bool speaks_of_the_past(const Command& command) {
  if (const auto* report = std::get_if<FeedReport>(&command)) {
    return std::holds_alternative<MediaActivity>(*report);
  }
  const auto* report = std::get_if<ConnectionReport>(&command);
  return report != nullptr && std::holds_alternative<ConnectionActivity>(report->fact);
}

}  // namespace

Room::Room(RoomId id, RoomSettings settings, std::shared_ptr<const ActivityCatalogue> activities,
           SecretComparison same_secret, Instant created)
    : id_(std::move(id)),
      settings_(std::move(settings)),
      created_(created),
      now_(created),
      table_(same_secret),
      activities_(std::move(activities)) {}

Effects Room::handle(const Command& command, Instant now) {
  advance_clock(now);
  const bool lets_time_pass = !speaks_of_the_past(command);
  if (lets_time_pass) {
    happen_what_is_due(SilenceCheck::skip);
  }
  std::visit([this](const auto& one) { dispatch(one); }, command);
  reconcile();
  if (lets_time_pass) {
    happen_what_is_due(SilenceCheck::skip);
  }
  if (joining_) {
    const JoinInProgress join = *std::exchange(joining_, std::nullopt);
    if (Participant* participant = table_.find(join.user); participant != nullptr && !closed()) {
      reply(join.sender.request,
            JoinAccepted{join.user, participant->role, join.kind, participant->session.id,
                         participant->session.version, snapshot(), join.continuity,
                         participant->signalling.accepted.last(), heartbeat_within(*participant),
                         show_activity_own(*participant)});
    } else {
      refuse(join.sender.request, ErrorCode::room_closed);
    }
  }
  // Last, so that one who has just joined is told too.
  if (!closed()) {
    check_readiness();
  }
  tell_audience();
  return std::exchange(effects_, {});
}

void Room::dispatch(const ParticipantCommand& command) {
  const Sender& sender = command.sender;
  if (closed()) {
    refuse(sender.request, ErrorCode::room_closed);
    return;
  }
  if (const auto* join = std::get_if<Join>(&command.request)) {
    on(sender, *join);
    return;
  }
  if (const auto* leave = std::get_if<LeaveByToken>(&command.request)) {
    on(sender, *leave);
    return;
  }
  const auto proof = table_.authenticate(sender);
  if (const auto* error = std::get_if<ErrorCode>(&proof)) {
    refuse(sender.request, *error);
    return;
  }
  Participant& who = *std::get<Participant*>(proof);
  who.session.confirmed = true;
  if (sender.signals_received) {
    confirm_signals(who, *sender.signals_received);
  }
  sign_of_life(who);
  std::visit(
      [&](const auto& request) {
        using RequestType = std::decay_t<decltype(request)>;
        if constexpr (!std::is_same_v<RequestType, Join> && !std::is_same_v<RequestType, LeaveByToken>) {
          // A connection that is not the session's yet may only bring media to it.
          constexpr bool kAttaches =
              std::is_same_v<RequestType, Publish> || std::is_same_v<RequestType, Subscribe>;
          if (!kAttaches && who.connection(sender.connection) == nullptr) {
            refuse(sender.request, ErrorCode::not_joined);
            return;
          }
          on(sender, who, request);
        }
      },
      command.request);
}

void Room::dispatch(const AdministratorCommand& command) {
  if (closed()) {
    refuse(command.request_id, ErrorCode::room_closed);
    return;
  }
  struct Visitor {
    Room& room;
    RequestId request;
    void operator()(const Edit& one) const { room.edit(request, one.edit); }
    void operator()(const End&) const { room.end(request, CloseReason::ended_by_administrator); }
    void operator()(const Kick& one) const { room.kick(request, one.user); }
    void operator()(const Mute& one) const { room.mute(request, one); }
    void operator()(const Lock& one) const { room.lock(request, one); }
  };
  std::visit(Visitor{*this, command.request_id}, command.request);
}

void Room::dispatch(const ConnectionReport& report) {
  Participant* who = table_.find_by_connection(report.connection);
  if (who == nullptr) {
    return;
  }
  if (const auto* activity = std::get_if<ConnectionActivity>(&report.fact)) {
    note_activity(*who, std::min(activity->last_arrival, now_));
    return;
  }
  Session& session = who->session;
  const bool lost = std::holds_alternative<ConnectionLost>(report.fact);
  const bool signalled = session.signalling == report.connection;
  if (lost && signalled) {
    // Nothing can be sent on it any more, not even that its own media ended.
    session.signalling.reset();
    hold_signals(*who);
  }
  if (session.publication && session.publication->connection == report.connection) {
    end_publication(*who);
    session.media_lost = true;
  }
  if (!lost) {
    who->connection(report.connection)->use = ConnectionUse::signalling_only;
    return;
  }
  table_.detach(*who, report.connection);
  if (signalled) {
    go_offline(*who, OfflineReason::connection_lost);
  }
}

void Room::dispatch(const FeedReport& report) {
  const FeedId feed = std::visit([](const auto& one) { return one.feed; }, report);
  Participant* who = table_.find_by_feed(feed);
  if (who == nullptr) {
    return;
  }
  Publication& publication = *who->session.publication;
  const auto* activity = std::get_if<MediaActivity>(&report);
  const Instant arrival = activity != nullptr ? std::min(activity->last_arrival, now_) : now_;
  publication.last_arrival = std::max(publication.last_arrival.value_or(arrival), arrival);
  // A report of activity from before the silence was found is no news.
  if (publication.silent && now_ - *publication.last_arrival < settings_.media_silence) {
    BATON_MARK(media_resumed);
    publication.silent = false;
  }
  if (who->session.media_lost) {
    BATON_MARK(media_back_on_new_feed);
    who->session.media_lost = false;
  }
  note_activity(*who, *publication.last_arrival);
}

void Room::release_connections(Participant& participant, ReleaseReason reason) {
  end_publication(participant);
  // The reason travels on the signalling connection, and not in the room's version: nobody else hears it.
  tell(participant, Released{reason});
  for (const SessionConnection& connection : participant.session.connections) {
    // Where the room closes upon a join, its refusal is all that the joiner needs to know.
    if (!joining_ || connection.id != joining_->sender.connection) {
      effects_.emplace_back(ReleaseConnection{connection.id, reason});
    }
  }
  table_.detach_all(participant);
}

void Room::end_publication(Participant& participant) {
  Session& session = participant.session;
  if (!session.publication) {
    return;
  }
  const Publication publication = *std::exchange(session.publication, std::nullopt);
  if (SessionConnection* connection = participant.connection(publication.connection)) {
    connection->use = ConnectionUse::signalling_only;
  }
  effects_.emplace_back(EndFeed{publication.feed});
  if (followed_ == publication.feed) {
    // The program learns of the end itself; what it followed is over.
    followed_.reset();
  }
  if (!closed()) {
    broadcast(PublishingChanged{participant.user, false});
  }
}

RoomSettings Room::visible_settings() const {
  RoomSettings visible = settings_;
  visible.administrator_secret.reset();
  visible.pin.reset();
  return visible;
}

RoomSnapshot Room::snapshot() const {
  RoomSnapshot snapshot;
  snapshot.room = id_;
  snapshot.version = version_;
  snapshot.state = lease_.room_state();
  snapshot.settings = visible_settings();
  snapshot.created = created_;
  if (const UserId* host = lease_.holder()) {
    snapshot.host = HostView{*host, lease_.version()};
  }
  if (const auto* offline = std::get_if<HostLease::Offline>(&lease_.state())) {
    snapshot.grace = offline->grace;
  }
  if (const auto* promoting = std::get_if<HostLease::Promoting>(&lease_.state())) {
    snapshot.promotion = promoting->promotion;
  }
  snapshot.backup = backup_;
  snapshot.program_feed = followed_;
  snapshot.locked = locking_ == Locking::locked;
  snapshot.chat.assign(chat_.entries().begin(), chat_.entries().end());
  // As everybody was told: the version names one picture, the same for those who followed and those who come.
  snapshot.activity = told_activity_.view();
  const auto& gone = presence_news_.untold_removals();
  snapshot.participants.reserve(table_.all().size() + gone.size());
  for (const auto& [user, participant] : table_.all()) {
    snapshot.participants.push_back(participant.view());
  }
  for (const auto& [user, view] : gone) {
    snapshot.participants.push_back(view);
  }
  if (!gone.empty()) {
    std::ranges::sort(snapshot.participants, {}, &ParticipantView::user);
  }
  return snapshot;
}

void Room::reply(RequestId request, ReplyBody body) {
  effects_.emplace_back(Reply{request, std::move(body)});
}

void Room::refuse(RequestId request, ErrorCode error) {
  effects_.emplace_back(Refusal{request, error});
}

void Room::broadcast(const EventBody& event) {
  version_ = version_.next();
  recount_audience_ = true;
  std::vector<ConnectionId> to;
  for (const auto& [user, participant] : table_.all()) {
    if (const auto ear = ear_of(participant)) {
      to.push_back(*ear);
    }
  }
  if (!to.empty()) {
    effects_.emplace_back(Notify{std::move(to), version_, event});
  }
}

void Room::tell(const Participant& participant, const EventBody& event) {
  if (const auto ear = ear_of(participant)) {
    effects_.emplace_back(Notify{{*ear}, version_, event});
  }
}

std::optional<ConnectionId> Room::ear_of(const Participant& participant) const {
  const std::optional<ConnectionId>& signalling = participant.session.signalling;
  const bool joins_now = joining_ && signalling == joining_->sender.connection;
  return joins_now ? std::nullopt : signalling;
}

void Room::follow_host_feed() {
  std::optional<FeedId> wanted;
  if (const UserId* host = lease_.host()) {
    if (const Participant* participant = table_.find(*host);
        participant && participant->session.publication) {
      wanted = participant->session.publication->feed;
    }
  }
  if (wanted != followed_) {
    followed_ = wanted;
    effects_.emplace_back(FollowFeed{wanted});
  }
}

}  // namespace baton::core
