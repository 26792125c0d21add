// SPDX-License-Identifier: GPL-3.0-or-later
// Which events may happen when.
#include "tests/sim/picture.hpp"
#include "tests/sim/step.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

bool departs_by_token(const RoomModel& model, const Step& step, const UserId& user) {
  const auto* leave = step.asks<LeaveByToken>();
  return leave != nullptr && leave->user == user && model.keeps_place(user, leave->resumption.token);
}

bool is_kicked(const RoomModel& model, const Step& step, const UserId& user) {
  const auto* by_host = step.asks<Kick>();
  const auto* by_administrator = step.administers<Kick>();
  return (by_host != nullptr && by_host->user == user && step.actor && model.is_host(*step.actor)) ||
         (by_administrator != nullptr && by_administrator->user == user);
}

}  // namespace

bool goes_now(const RoomModel& model, const Step& step, const UserId& user) {
  const bool leaves = step.asks<Leave>() != nullptr && step.actor == user;
  return leaves || departs_by_token(model, step, user) || is_kicked(model, step, user);
}

namespace {

/// Whether the role may be passed on now, to a backup, a controller or nobody.
bool succession_is_open(const RoomModel& model, const Step& step) {
  const RoomSnapshot& picture = model.picture;
  switch (picture.state) {
    case RoomState::host_offline:
      return picture.grace->deadline <= model.now || (!model.laid_down && model.host() == nullptr) ||
             (model.laid_down && is_kicked(model, step, picture.host->user));
    case RoomState::live:
      return model.host() == nullptr;
    case RoomState::promoting: {
      const PromotionView& asked = *picture.promotion;
      const auto* answer = step.asks<AnswerPromotion>();
      const bool declined = answer != nullptr && answer->promotion == asked.promotion &&
                            step.actor == asked.candidate && answer->answer == PromotionAnswer::decline;
      return asked.deadline <= model.now || declined || model.may_be_absent(asked.candidate) ||
             model.role_of(asked.candidate) != Role::controller;
    }
    case RoomState::waiting:
    case RoomState::paused:
    case RoomState::closed:
      break;
  }
  return false;
}

/// The same for what happens in one step while nobody is there to be told.
bool succession_opens_unseen(const RoomModel& model, const Step& step) {
  const RoomSnapshot& picture = model.picture;
  if (succession_is_open(model, step)) {
    return true;
  }
  if (picture.promotion) {
    const UserId& candidate = picture.promotion->candidate;
    const ModelPerson* person = model.find(candidate);
    const bool gives_up_control = step.joins(candidate) || step.asks<Control>() != nullptr;
    return goes_now(model, step, candidate) || person == nullptr || !person->session.signalling ||
           gives_up_control;
  }
  return picture.settings.grace == Duration::zero() ||
         (!model.laid_down && goes_now(model, step, picture.host->user)) ||
         is_kicked(model, step, picture.host->user);
}

/// Nobody who should have become host instead was passed over.
void require_no_successor(const RoomModel& model, const Step& step, const std::string& outcome) {
  require(succession_is_open(model, step), Rule::grace, outcome + " before the host's time was over");
  require(!model.backup_could_take_over(), Rule::grace, outcome + " although the backup is present");
}

/// One rule for each event.
struct Cause {
  const RoomModel& model;
  const Step& step;

  void operator()(const ParticipantJoined& event) const {
    require(step.joins(event.participant.user), Rule::one_session, "somebody joined who did not ask to");
    require(event.participant.presence == Presence::active && !event.participant.publishing, Rule::presence,
            "a joiner is present and publishes nothing yet");
    check_joiner(event);
  }
  void operator()(const ParticipantLeft& event) const {
    const std::string who = event.user.value() + " left the room without that cause";
    require(model.find(event.user) != nullptr, Rule::leaving, "somebody left who was not there");
    switch (event.reason) {
      case DepartureReason::left: {
        const bool leaves = step.asks<Leave>() != nullptr && step.actor == event.user;
        require(leaves || departs_by_token(model, step, event.user), Rule::leaving, who);
        break;
      }
      case DepartureReason::kicked:
        require(is_kicked(model, step, event.user), Rule::leaving, who);
        break;
      case DepartureReason::absent_too_long:
      case DepartureReason::room_closed:
        broken(Rule::leaving, who);
    }
  }
  void operator()(const PresenceChanged& event) const { check_cause_of(model, step, event); }
  void operator()(const RoleChanged& event) const {
    const bool is_host = model.is_host(event.user);
    require((event.role == Role::host) == is_host, Rule::roles, "another role than the lease says");
    const Role before = model.role_of(event.user);
    const bool by_control = check_control_given_or_taken(model, step, event);
    require(is_host || before == Role::host || by_control, Rule::roles, "a role changed by itself");
    require(before != Role::host || event.role == Role::controller, Rule::roles,
            "a former host became something else than controller");
  }
  void operator()(const HostWentOffline& event) const {
    const RoomSnapshot& picture = model.picture;
    require(model.holds_lease(event.user), Rule::grace, "grace for one who was not the host");
    if (picture.state == RoomState::host_offline) {
      require(event.grace.since == picture.grace->since && event.grace.deadline == picture.grace->deadline,
              Rule::grace, "learning a better reason moved the grace");
      require(event.grace.reason != picture.grace->reason, Rule::grace, "a grace is told again without news");
    } else {
      require(picture.state == RoomState::live, Rule::grace, "grace for one who was not the present host");
      require(event.grace.since == model.now && event.grace.deadline == model.now + picture.settings.grace,
              Rule::grace, "grace has another length than the settings say");
    }
    require(model.host_in_trouble(), Rule::grace, "grace for a host who is there");
    const ModelSession& session = model.find(event.user)->session;
    const bool holds = [&] {
      switch (event.grace.reason) {
        case OfflineReason::connection_lost:
          return model.laid_down || !session.signalling;
        case OfflineReason::media_hangup:
          return session.media_lost;
        case OfflineReason::media_silence:
          return session.feed && session.feed->silent;
        case OfflineReason::heartbeat_missed:
          return model.may_be_absent(event.user);
      }
      return false;
    }();
    require(holds, Rule::grace, "the reason of the grace does not hold");
  }
  void operator()(const HostReturned& event) const {
    const RoomState state = model.picture.state;
    require((state == RoomState::host_offline || state == RoomState::promoting) && model.is_host(event.user),
            Rule::grace, "a return of one who was not away");
    // What a late report says was so before the grace was over.
    const bool over =
        step.lets_time_pass() && model.picture.grace && model.picture.grace->deadline <= model.now;
    require(!over, Rule::grace, "a return after grace was over, without another outcome");
  }
  void operator()(const HostChanged& event) const {
    const RoomSnapshot& picture = model.picture;
    const UserId& user = event.host.user;
    require(event.host.lease > model.lease, Rule::one_host, "the lease version did not grow");
    const bool other = picture.host && picture.host->user != user;
    require(event.previous == (other ? std::optional(picture.host->user) : std::nullopt), Rule::one_host,
            "the previous host is not the one who was host");
    require(model.may_be_present(user), Rule::one_host, user.value() + " became host while absent");
    check_change(event.change, user);
  }
  void operator()(const PromotionStarted& event) const {
    require_no_successor(model, step, "a controller was asked");
    require(is_next(event.promotion.candidate), Rule::grace,
            event.promotion.candidate.value() + " was asked out of turn");
    require(event.promotion.deadline == model.now + model.picture.settings.promotion_timeout, Rule::grace,
            "the deadline of a question is not the one of the settings");
  }
  void operator()(const RoomPaused& /*event*/) const {
    require_no_successor(model, step, "the room paused");
    require(!model.next_candidate(RoomModel::Doubtful::absent), Rule::grace,
            "the room paused although a controller was not asked");
    require(model.picture.settings.on_host_timeout == OnHostTimeout::pause, Rule::grace,
            "the room paused although it should have closed");
  }
  void operator()(const RoomEdited& event) const {
    const Edit* edit = step.may_ask<Edit>(model);
    require(edit != nullptr, Rule::roles, "an edit by one who may not");
    require(!event.settings.administrator_secret, Rule::secrets, "an event carries the room's secret");
    RoomSettings expected = model.picture.settings;
    const auto take = [](const auto& change, auto& setting) { setting = change.value_or(setting); };
    take(edit->edit.description, expected.description);
    take(edit->edit.grace, expected.grace);
    take(edit->edit.promotion_timeout, expected.promotion_timeout);
    take(edit->edit.on_host_timeout, expected.on_host_timeout);
    take(edit->edit.media_silence, expected.media_silence);
    take(edit->edit.heartbeat_interval, expected.heartbeat_interval);
    take(edit->edit.max_controllers, expected.max_controllers);
    take(edit->edit.max_viewers, expected.max_viewers);
    require(!difference(expected, event.settings), Rule::picture, "an edit changed something else");
  }
  void operator()(const RoomClosed& event) const { check_close(model, step, event.reason); }
  void operator()(const BackupChanged& event) const {
    const auto* request = step.asks<SetBackup>();
    const bool asked =
        request != nullptr && request->user == event.user && step.actor && model.is_host(*step.actor);
    const bool became_host = !event.user && model.picture.backup && model.is_host(*model.picture.backup);
    require(asked || became_host, Rule::roles, "the backup changed by itself");
  }
  void operator()(const PublishingChanged& event) const {
    const ModelPerson* person = model.find(event.user);
    require(person != nullptr && person->session.feed.has_value() == event.publishing, Rule::media,
            "publishing_changed does not say what is so");
  }
  // The personal ones are checked where their addressee is known.
  void operator()(const PromotionEnded& /*event*/) const {}
  void operator()(const FormerHostReturned& event) const {
    require(step.joins(event.user) && model.role_of(event.user) == Role::controller, Rule::roles,
            "a former host did not return");
  }
  void operator()(const Released& /*event*/) const {}
  // Followed where all its parts are.
  void operator()(const ActivityChanged& /*event*/) const {}
  void operator()(const AudienceChanged& /*event*/) const {}
  void operator()(const SignalDelivered& /*event*/) const {}
  void operator()(const ReadinessKnown& event) const { check_cause_of(model, step, event); }
  void operator()(const ControlChanged& event) const { check_cause_of(model, step, event); }
  void operator()(const MuteChanged& event) const { check_cause_of(model, step, event); }
  void operator()(const LockChanged& event) const { check_cause_of(model, step, event); }
  void operator()(const ChatAdded& event) const { check_cause_of(model, step, event); }

private:
  void check_joiner(const ParticipantJoined& event) const {
    const ParticipantView& now = event.participant;
    const ParticipantView* before = find_view(model.picture, now.user);
    const Join& join = *step.asks<Join>();
    const bool comes_as_host = model.comes_as_host(join, event.kind);
    require((now.role == Role::host) == comes_as_host, Rule::roles,
            "one who comes as less than host is given the role, or one who comes as host is not");
    require(now.display_name == join.display_name, Rule::one_session, "a joiner has another name");
    if (event.kind == JoinKind::fresh) {
      require(!now.control_request && now.further_role == join.further_role, Rule::roles,
              "one who begins afresh has something left of before");
      require(now.muted == (before != nullptr && before->muted), Rule::talk,
              "one who begins afresh is heard again, or is not");
      return;
    }
    // A host has what it asked for when it was less.
    const auto keeps_request = [&] {
      return comes_as_host ? !now.control_request : now.control_request == before->control_request;
    };
    require(before != nullptr && now.muted == before->muted && now.further_role == before->further_role &&
                keeps_request(),
            Rule::one_session, "a rejoin did not keep what was there");
    // One who takes a free lease is on its way to be host.
    require(
        now.role == before->role || comes_as_host || (now.role == Role::controller && !model.picture.host),
        Rule::one_session, "a rejoin did not keep the role");
  }
  /// Whether nobody who is certainly there comes before this one.
  [[nodiscard]] bool is_next(const UserId& user) const {
    if (model.next_candidate() == user) {
      return true;
    }
    const auto certain = model.next_candidate(RoomModel::Doubtful::absent);
    const bool eligible = model.may_be_present(user) && model.role_of(user) == Role::controller &&
                          !model.holds_lease(user) && !model.asked.contains(user);
    return eligible && (!certain || model.find(user)->joined <= model.find(*certain)->joined);
  }
  void check_change(HostChange change, const UserId& user) const {
    const RoomSnapshot& picture = model.picture;
    const bool takes = step.joins(user) || (step.asks<ClaimHost>() != nullptr && step.actor == user);
    switch (change) {
      case HostChange::first:
        require(picture.state == RoomState::waiting && takes, Rule::roles, "first host without cause");
        break;
      case HostChange::claim:
        require(picture.state == RoomState::paused && takes, Rule::roles, "a claim without cause");
        break;
      case HostChange::transfer: {
        const auto* transfer = step.asks<Transfer>();
        require(transfer != nullptr && transfer->to == user && step.actor && model.is_host(*step.actor),
                Rule::roles, "a transfer that the host did not ask for");
        break;
      }
      case HostChange::backup:
        require(model.picture.backup == user, Rule::grace, "another than the backup took over");
        require(picture.state == RoomState::paused || picture.state == RoomState::promoting ||
                    succession_is_open(model, step),
                Rule::grace, "the backup took over before the host's time was over");
        break;
      case HostChange::promotion: {
        const auto* answer = step.asks<AnswerPromotion>();
        require(answer != nullptr && answer->answer == PromotionAnswer::accept && step.actor == user &&
                    picture.promotion && picture.promotion->promotion == answer->promotion &&
                    picture.promotion->candidate == user,
                Rule::roles, "a promotion that was not accepted");
        break;
      }
    }
  }
};

}  // namespace

void check_cause(const RoomModel& model, const Step& step, const EventBody& event) {
  std::visit(Cause{model, step}, event);
}

void check_close(const RoomModel& model, const Step& step, CloseReason reason) {
  switch (reason) {
    case CloseReason::ended_by_host:
      require(step.asks<End>() != nullptr && step.actor && model.is_host(*step.actor), Rule::closing,
              "ended by one who is not host");
      break;
    case CloseReason::ended_by_administrator:
      require(step.administers<End>() != nullptr, Rule::closing, "no administrator ended the room");
      break;
    case CloseReason::time_to_live: {
      const Duration life = model.picture.settings.time_to_live;
      require(life > Duration::zero() && model.picture.created + life <= model.now, Rule::closing,
              "its time to live is not over");
      break;
    }
    case CloseReason::host_timeout:
      require(model.picture.settings.on_host_timeout == OnHostTimeout::close, Rule::closing,
              "closed for want of a host, but its settings say to pause");
      require(model.picture.host && succession_is_open(model, step) &&
                  !model.next_candidate(RoomModel::Doubtful::absent) && !model.backup_could_take_over(),
              Rule::closing, "closed for want of a host before all was tried");
      break;
  }
}

void check_unobserved_close(const RoomModel& model, const Step& step, CloseReason reason) {
  if (reason != CloseReason::host_timeout || !model.picture.host) {
    check_close(model, step, reason);
    return;
  }
  const RoomSettings& settings = model.picture.settings;
  require(settings.on_host_timeout == OnHostTimeout::close, Rule::closing,
          "closed for want of a host, but its settings say to pause");
  require(succession_opens_unseen(model, step), Rule::closing,
          "closed for want of a host before its time was over");
}

void check_unobserved(const RoomModel& model, const Step& step, const RoomSnapshot& after) {
  for (const auto& [user, person] : model.people) {
    // Whoever is removed while time passes is looked at where its time is.
    const bool leaves = goes_now(model, step, user) || step.is_tick() || person.offline;
    require(leaves || find_view(after, user) != nullptr, Rule::leaving,
            user.value() + " vanished without cause");
  }
  for (const ParticipantView& view : after.participants) {
    const bool is_host = after.host && after.host->user == view.user;
    require(model.find(view.user) != nullptr || model.untold_removals.contains(view.user) ||
                step.joins(view.user),
            Rule::one_session, view.user.value() + " appeared without joining");
    const ParticipantView* earlier = find_view(model.picture, view.user);
    if (earlier != nullptr && !step.joins(view.user)) {
      const bool by_control = step.asks<Control>() != nullptr;
      require(earlier->role == view.role || is_host || earlier->role == Role::host || by_control, Rule::roles,
              "a role changed by itself, unseen");
      const bool by_mute = step.may_ask<Mute>(model) != nullptr;
      require(earlier->muted == view.muted || by_mute, Rule::talk, "somebody was muted by itself, unseen");
      const bool asked =
          earlier->control_request == view.control_request || by_control || view.role != Role::viewer;
      require(asked, Rule::control, "a request for control by itself, unseen");
    }
  }
  require(!after.host || after.host->lease >= model.lease, Rule::one_host, "the lease version shrank");
  if (after.host && after.host->lease != model.lease) {
    const bool takes = step.joins(after.host->user) || step.asks<ClaimHost>() != nullptr;
    require(takes, Rule::one_host, "somebody became host in an empty room");
  }
  if (after.host && after.host->lease == model.lease) {
    require(model.holds_lease(after.host->user), Rule::one_host, "another host under the same lease version");
  }
  if (after.state == RoomState::host_offline && model.picture.state != RoomState::host_offline) {
    require(after.grace && after.grace->deadline == model.now + after.settings.grace, Rule::grace,
            "grace has another length than the settings say");
  }
  if (model.picture.host && !after.host && after.state == RoomState::paused) {
    require(succession_opens_unseen(model, step), Rule::grace,
            "the room paused before the host's time was over, unseen");
  }
  require(after.locked == model.picture.locked || step.may_ask<Lock>(model) != nullptr, Rule::talk,
          "the room was locked by itself, unseen");
  const bool chatted = !after.chat.empty() && after.chat.back()->number > model.last_chat;
  require(!chatted || step.asks<SendChat>() != nullptr, Rule::talk, "chat by itself, unseen");
  const bool edited = step.asks<Edit>() != nullptr || step.administers<Edit>() != nullptr;
  require(edited || !difference(model.picture.settings, after.settings), Rule::picture,
          "settings changed by themselves");
}

}  // namespace baton::sim
