// SPDX-License-Identifier: GPL-3.0-or-later
// What each effect must be, and what it means for the model.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/checker.hpp"
#include "tests/sim/describe.hpp"
#include "tests/sim/picture.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

void Checker::on(const Refusal& refusal) {
  count_answer(refusal.request);
  step_.refusal = refusal.error;
  on_activity_refused(refusal);
  const auto* command = std::get_if<ParticipantCommand>(step_.command);
  if (command == nullptr || std::holds_alternative<Join>(command->request) ||
      std::holds_alternative<LeaveByToken>(command->request)) {
    return;
  }
  const bool fenced = refusal.error == ErrorCode::session_stale ||
                      refusal.error == ErrorCode::session_unknown ||
                      refusal.error == ErrorCode::session_not_yours || model_->fence(command->sender);
  if (!fenced && step_.actor && !refused_at_the_door(step_.command)) {
    // A refused request of a proven session is a sign of life all the same.
    model_->sign_of_life(*step_.actor);
  }
}

void Checker::on(const Reply& reply) {
  count_answer(reply.request);
  const auto* command = std::get_if<ParticipantCommand>(step_.command);
  if (command == nullptr) {
    return;
  }
  if (const auto* joined = std::get_if<JoinAccepted>(&reply.body)) {
    on_join(*joined);
    return;
  }
  if (std::holds_alternative<LeaveByToken>(command->request)) {
    return;
  }
  if (const auto error = model_->fence(command->sender)) {
    broken(Rule::fencing,
           "a request was carried out that should be refused with " + std::string(error_row(*error).name));
  }
  model_->sign_of_life(*step_.actor);
  on_done(*command, reply.body);
}

void Checker::on_done(const ParticipantCommand& command, const ReplyBody& body) {
  ModelSession& session = model_->find(*step_.actor)->session;
  const ConnectionId connection = command.sender.connection;
  if (std::holds_alternative<Unpublish>(command.request)) {
    session.media_lost = false;
  }
  if (const auto* control = std::get_if<Control>(&command.request)) {
    if (control->action == ControlAction::revoke) {
      model_->revoked.insert(*control->user);
    } else if (control->action == ControlAction::grant) {
      model_->revoked.erase(*control->user);
    }
  }
  const bool begins_media =
      std::holds_alternative<PublishAccepted>(body) || std::holds_alternative<SubscribeAccepted>(body);
  if (begins_media && command.sender.peer_connection == PeerConnection::closing) {
    broken(Rule::media, "media began that the hangup of earlier ones will end");
  }
  if (const auto* published = std::get_if<PublishAccepted>(&body)) {
    if (session.feed || model_->owner(published->feed)) {
      broken(Rule::media, "a session publishes twice, or a feed has two owners");
    }
    session.feed = ModelFeed{published->feed, connection, std::nullopt, false};
    session.connections[connection] = ConnectionUse::publishing;
    attach(connection);
  } else if (std::holds_alternative<SubscribeAccepted>(body)) {
    session.connections[connection] = ConnectionUse::subscribed;
    attach(connection);
  } else if (std::holds_alternative<Unpublish>(command.request)) {
    session.media_lost = false;
  } else if (const auto* beat = std::get_if<HeartbeatAnswer>(&body)) {
    const Duration interval = model_->picture.settings.heartbeat_interval;
    // What was due may have changed the role, and with it the patience, where nobody was there to be told.
    const bool role_is_known = step_.due == Step::Due::nothing;
    if (role_is_known ? beat->next_within != model_->heartbeat_within(*step_.actor)
                      : beat->next_within > interval) {
      broken(Rule::answers, "a heartbeat is answered with another interval than the settings say");
    }
    step_.signals_sent = beat->signals_sent;
    step_.own_signals = beat->own_signals;
  } else if (const auto* synchronized = std::get_if<Synchronized>(&body)) {
    on_synchronized(*synchronized);
  } else if (const auto* ready = std::get_if<ReadyAccepted>(&body)) {
    session.ready = true;
    model_->find(*step_.actor)->signals.was_ready = true;
    step_.readied = true;
    step_.signals_sent = ready->signals_sent;
  } else if (const auto* accepted = std::get_if<ActivityAccepted>(&body)) {
    on_activity_accepted(command, *accepted);
  } else if (const auto* await = std::get_if<AwaitReady>(&command.request)) {
    model_->awaited = RoomModel::Awaited{*step_.actor, model_->now + await->timeout};
  } else if (const auto* signal = std::get_if<SendSignal>(&command.request)) {
    on_signal_accepted(*signal);
  } else if (const auto* answer = std::get_if<AnswerPromotion>(&command.request)) {
    if (answer->answer == PromotionAnswer::accept) {
      model_->question.reset();
    }
  }
}

void Checker::on_synchronized(const Synchronized& synchronized) {
  step_.signals_sent = synchronized.signals_sent;
  model_->find(*step_.actor)->told_own = synchronized.activity_own;
  if (synchronized.snapshot.settings.administrator_secret) {
    broken(Rule::secrets, "a snapshot carries the room's secret");
  }
  const bool followed =
      step_.due == Step::Due::nothing || synchronized.snapshot.version == model_->picture.version;
  if (followed && difference(synchronized.snapshot, model_->picture)) {
    broken(Rule::picture, "one who missed something was given another snapshot than that of the room");
  }
}

void Checker::on_signal_accepted(const SendSignal& signal) {
  ModelAccepted& accepted = model_->find(*step_.actor)->signals.accepted;
  switch (accepted.judge(signal.number)) {
    case ModelAccepted::Verdict::unseen:
      accepted.accept(signal.number);
      step_.accepted_signal = &signal;
      break;
    case ModelAccepted::Verdict::repeated:
      break;
    case ModelAccepted::Verdict::passed_over:
      broken(Rule::signals, "a signal was taken for one that was accepted, and never was");
  }
}

void Checker::note_continuity(const Join& join, const JoinAccepted& joined) {
  ModelPerson& person = *model_->find(joined.user);
  ModelSignals& signals = person.signals;
  const bool rejoined = joined.kind == JoinKind::rejoined;
  const bool continued = joined.continuity == Continuity::continued;
  // One that shows an older token was not told of a line that began with the session itself.
  const bool heard = signals.line.value() != person.session.claim.version.value() ||
                     (join.resumption && join.resumption->token.bytes() == person.session.token.bytes());
  const bool may_go_on = rejoined && join.continues_after && !signals.broken && heard;
  // What was due before may have broken the line.
  if (continued != may_go_on && (continued || step_.due == Step::Due::nothing)) {
    broken(Rule::signals, joined.user.value() + " goes on and may not, or the reverse");
  }
  if (continued) {
    if (joined.signals_accepted != signals.accepted.last()) {
      broken(Rule::signals, "a client that goes on is told wrongly which of its signals were accepted");
    }
    step_.confirmation = {joined.user, *join.continues_after};
    return;
  }
  if (joined.signals_accepted != SignalNumber()) {
    broken(Rule::signals, "a client that begins anew is told of signals that it did not send");
  }
  const SignalLine line(joined.version.value());
  ModelSignals anew;
  anew.line = line;
  if (signals.line != SignalLine()) {
    EndedLine ended{EndedLine::Why::restarted, std::move(signals)};
    ended.carried_over = rejoined && !ended.signals.was_ready;
    if (ended.carried_over) {
      // What it was to be told of its own signals is not for the one that begins anew.
      for (const ModelEntry& entry : ended.signals.inbox) {
        if (entry.payload) {
          anew.inbox.push_back(entry);
        }
      }
    }
    model_->ended_lines.insert_or_assign(joined.user, std::move(ended));
  }
  signals = std::move(anew);
}

void Checker::on_join(const JoinAccepted& joined) {
  const auto* command = std::get_if<ParticipantCommand>(step_.command);
  const auto* join = step_.asks<Join>();
  if (join == nullptr || joined.user != join->user || joined.session != join->new_session) {
    broken(Rule::secrets, "a join is answered with what belongs to another");
  }
  if (join->barred) {
    const bool was_host = step_.before.host && step_.before.host->user == joined.user;
    if (joined.kind == JoinKind::fresh) {
      broken(Rule::secrets, "one came in at whom the door was shut");
    }
    // A host had named it: it is not the one who asks for the role.
    const bool was_named = step_.before.backup == joined.user;
    if (joined.role == Role::host && !was_host && !was_named && step_.due == Step::Due::nothing) {
      broken(Rule::roles, "one at whom the door was shut came back as more than it was");
    }
  }
  if (joined.version <= model_->last_session) {
    broken(Rule::fencing, "a session version that does not grow");
  }
  if (model_->find(joined.user) == nullptr || find_view(model_->picture, joined.user) == nullptr) {
    appear(*model_, joined.user, joined.kind);
  }
  note_lease(*model_, joined.user, joined.role);
  ModelPerson& person = *model_->find(joined.user);
  person.last_sign = model_->now;
  person.offline = false;
  ModelSession& old = person.session;
  if (!old.connections.empty() || old.feed) {
    broken(Rule::one_session, "the earlier session lives on");
  }
  // After a removal by presence, which nobody may have seen, there is no newer session left to replace.
  if (join->resumption && joined.kind == JoinKind::rejoined && old.origin.attempt > step_.origin.attempt &&
      old.origin.device == step_.origin.device) {
    broken(Rule::one_session, "an older attempt of the same client replaced a newer one");
  }
  if (joined.kind == JoinKind::fresh) {
    person.joined = model_->now;
  }
  note_continuity(*join, joined);
  ModelSession session;
  session.claim = {joined.session, joined.version};
  session.token = join->new_token;
  session.joined_with = join->resumption;
  session.signalling = command->sender.connection;
  session.connections[command->sender.connection] = ConnectionUse::signalling_only;
  session.origin = step_.origin;
  person.session = std::move(session);
  person.told_own = joined.activity_own;
  step_.joined_as = joined.kind;
  step_.told_within = joined.next_within;
  model_->last_session = joined.version;
  attach(command->sender.connection);
  step_.told_joiner = joined.snapshot;
  if (joined.snapshot.settings.administrator_secret) {
    broken(Rule::secrets, "a snapshot carries the room's secret");
  }
}

void Checker::attach(ConnectionId connection) {
  const auto [place, is_new] = attached_.emplace(connection, room_);
  if (!is_new && place->second != room_) {
    broken(Rule::connections, "a connection is in two rooms");
  }
}

void Checker::on(const Notify& notify) {
  if (const auto* changed = std::get_if<ActivityChanged>(&notify.event)) {
    on_activity_changed(notify, *changed);
    return;
  }
  note_activity_scenarios(notify);
  if (is_personal(notify.event)) {
    check_addressee(notify);
    check_cause(*model_, step_, notify.event);
    apply_to(*model_, model_->picture.version, notify.event);
    return;
  }
  if (notify.version != model_->picture.version.next()) {
    broken(Rule::picture, "a version was left out: " + describe(Effect(notify)));
  }
  std::vector<ConnectionId> to = notify.to;
  std::ranges::sort(to);
  std::vector<ConnectionId> audience = model_->audience();
  if (const ConnectionReport* report = step_.reports();
      report != nullptr && step_.due == Step::Due::something) {
    // What was due before the report still went to the connection that is gone.
    std::erase(to, report->connection);
    std::erase(audience, report->connection);
  }
  if (to != audience) {
    broken(Rule::audience, describe(Effect(notify)));
  }
  check_cause(*model_, step_, notify.event);
  if (const auto* presence = std::get_if<PresenceChanged>(&notify.event)) {
    account_news(*presence);
  }
  if (std::holds_alternative<ParticipantJoined>(notify.event)) {
    step_.flushed = true;
  }
  if (std::holds_alternative<PromotionStarted>(notify.event)) {
    check_question_over();
  }
  apply_to(*model_, notify.version, notify.event);
}

void Checker::check_addressee(const Notify& notify) {
  const ConnectionReport* report = step_.reports();
  if (step_.due == Step::Due::something && step_.lost && notify.to.size() == 1 &&
      notify.to.front() == report->connection) {
    // What was due before the report still went to the connection that is gone.
    if (const auto* delivered = std::get_if<SignalDelivered>(&notify.event)) {
      step_.deliveries.push_back({*step_.lost, *delivered});
    }
    return;
  }
  const auto user = notify.to.size() == 1 ? model_->owner(notify.to.front()) : std::nullopt;
  if (!user || model_->find(*user)->session.signalling != notify.to.front()) {
    broken(Rule::audience, "a personal event to none or to many: " + describe(Effect(notify)));
  }
  if (const auto* ended = std::get_if<PromotionEnded>(&notify.event)) {
    if (!model_->question || model_->question->promotion != ended->promotion ||
        model_->question->candidate != *user) {
      broken(Rule::audience, "the end of a question to one who was not asked");
    }
  }
  if (const auto* delivered = std::get_if<SignalDelivered>(&notify.event)) {
    step_.deliveries.push_back({*user, *delivered});
  }
  if (const auto* audience = std::get_if<AudienceChanged>(&notify.event)) {
    require(!step_.told_audience, Rule::host_audience, "the audience is told twice");
    step_.audience_told_to = *user;
    step_.told_audience = *audience;
  }
  require(!std::holds_alternative<ReadinessKnown>(notify.event) || model_->is_host(*user), Rule::readiness,
          "who is ready is told to one who is not host");
  if (std::holds_alternative<FormerHostReturned>(notify.event) && !model_->is_host(*user)) {
    broken(Rule::audience, "the return of a former host told to one who is not host");
  }
}

void Checker::on(const FollowFeed& follow) {
  if (follow.feed) {
    const auto owner = model_->owner(*follow.feed);
    if (!owner || !model_->is_host(*owner)) {
      broken(Rule::media, "the program follows a feed that is not a live one of the host");
    }
  }
  if (follow.feed == model_->picture.program_feed) {
    broken(Rule::media, "the program is told what it knows");
  }
  model_->picture.program_feed = follow.feed;
}

void Checker::on(const EndFeed& end) {
  const auto owner = model_->owner(end.feed);
  if (!owner) {
    broken(Rule::media, "a feed ended that was not live");
  }
  ModelSession& session = model_->find(*owner)->session;
  if (const ConnectionReport* report = step_.reports();
      report != nullptr && report->connection == session.feed->connection) {
    session.media_lost = true;
  }
  const auto carrier = session.connections.find(session.feed->connection);
  if (carrier != session.connections.end()) {
    carrier->second = ConnectionUse::signalling_only;
  }
  session.feed.reset();
  if (model_->picture.program_feed == end.feed) {
    model_->picture.program_feed.reset();
  }
}

void Checker::on(const WatchFeed& watch) {
  const auto owner = model_->owner(watch.feed);
  if (step_.command != nullptr || !owner || !model_->is_host(*owner)) {
    broken(Rule::media, "silence was found in a feed that is not on air, or outside a tick");
  }
  ModelFeed& feed = *model_->find(*owner)->session.feed;
  const auto arrival = truth_.feed(room_, watch.feed);
  if (feed.silent || !arrival || *arrival + model_->picture.settings.media_silence > model_->now) {
    broken(Rule::media, "a feed was called silent that is not");
  }
  feed.silent = true;
}

void Checker::on(const MuteFeed& mute) {
  const auto owner = model_->owner(mute.feed);
  require(owner.has_value(), Rule::talk, "a feed is muted that is not live");
  ModelFeed& feed = *model_->find(*owner)->session.feed;
  require(feed.muting != mute.muting, Rule::talk, "a feed is muted that is muted, or the reverse");
  feed.muting = mute.muting;
}

void Checker::on(const ReleaseConnection& release) {
  const auto place = attached_.find(release.connection);
  const ConnectionReport* report = step_.reports();
  const bool lost_meanwhile =
      report != nullptr && report->connection == release.connection && step_.due == Step::Due::something;
  if (!lost_meanwhile && (place == attached_.end() || place->second != room_)) {
    broken(Rule::connections, "a connection was released that was not attached");
  }
  if (place != attached_.end()) {
    attached_.erase(place);
  }
  model_->detach(release.connection);
}

void Checker::on(const CloseRoom& close) {
  // The reason was checked with the event, unless nobody was there to hear it.
  if (model_->picture.state != RoomState::closed) {
    if (!model_->audience().empty()) {
      broken(Rule::closing, "the room closed without telling those who are in it");
    }
    check_unobserved_close(*model_, step_, close.reason);
  }
  step_.closed = close.reason;
}

}  // namespace baton::sim
