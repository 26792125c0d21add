// SPDX-License-Identifier: GPL-3.0-or-later
// The room's activity: held against the rules of the game, and who is told what of it.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/room.hpp"
#include "tests/sim/checker.hpp"
#include "tests/sim/picture.hpp"
#include "tests/sim/scenario_marks.hpp"
#include "tests/sim/secrecy.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

/// Everybody is told within this time what changed.
constexpr Duration kLongestLag = std::chrono::milliseconds(100);
/// Ways to a state that are tried before it counts as one that never can be.
constexpr std::size_t kMostCauses = 256;

/// The activity after something that may have happened to it in this step, and whom it forgot.
struct Reached {
  ActivityModel activity;
  std::set<UserId> forgotten;
};

Reached forgetting(const Reached& from, const std::set<UserId>& users) {
  Reached next = from;
  for (const UserId& user : users) {
    next.activity.forget(user);
    next.forgotten.insert(user);
  }
  return next;
}

/// What one further cause may have made of it: its time was over, or somebody's place was lost. Who really
/// lost its place is seen at the end of the step.
std::vector<Reached> after_one_cause(const Reached& from, Instant now) {
  std::vector<Reached> all;
  if (from.activity.is_due(now)) {
    all.push_back(from);
    all.back().activity.pass(now);
  }
  if (!from.activity.cards_are_open()) {
    for (const auto& [user, card] : from.activity.votes) {
      all.push_back(forgetting(from, {user}));
    }
  }
  return all;
}

/// The first for which `fits` holds, of all that several causes may have led to; nearest first. `gone` have
/// no place at the end of the step. `fits` may carry something out on what it is given.
template <class Fits>
std::optional<Reached> search(const ActivityModel& from, const std::set<UserId>& gone, Instant now,
                              Fits fits) {
  std::vector<Reached> all{{from, {}}};
  for (std::size_t i = 0; i < all.size() && i < kMostCauses; ++i) {
    Reached one = all[i];
    if (fits(one.activity)) {
      return one;
    }
    if (!all[i].activity.cards_are_open() && gone.size() > 1) {
      // Whole rooms are removed at once.
      all.push_back(forgetting(all[i], gone));
    }
    for (Reached& next : after_one_cause(all[i], now)) {
      all.push_back(std::move(next));
    }
  }
  return std::nullopt;
}

std::optional<ErrorCode> carry_out(ActivityModel& activity, const UserId& user, ActivityPart part,
                                   const Request& request, Instant now) {
  if (const auto* open = std::get_if<OpenActivity>(&request)) {
    return activity.open(*open);
  }
  if (const auto* use = std::get_if<UseActivity>(&request)) {
    return activity.use(user, part, *use, now);
  }
  return activity.close();
}

std::optional<ActivityOutline> outline_of(const std::optional<ActivityView>& view) {
  return view ? std::optional(view->outline()) : std::nullopt;
}

std::string phase_of(const std::optional<ActivityView>& view) {
  return view ? view->kind + " " + view->phase + " v" + std::to_string(view->version.value()) : "none";
}

void note_host_death(const std::string& phase) {
  constexpr auto kScenarios = std::to_array<std::pair<std::string_view, Scenario>>(
      {{"waiting", Scenario::host_dies_while_waiting},
       {"voting", Scenario::host_dies_while_voting},
       {"revealing", Scenario::host_dies_while_revealing},
       {"revealed", Scenario::host_dies_while_revealed},
       {"finished", Scenario::host_dies_while_finished},
       {"resetting", Scenario::host_dies_while_resetting}});
  for (const auto& [name, scenario] : kScenarios) {
    if (name == phase) {
      reached(scenario);
    }
  }
}

}  // namespace

void Checker::check_secrets(const Effect& effect) const {
  if (const auto where = find_leak(model_->activity, effect)) {
    broken(Rule::secrets, "a card that is not open is shown at " + *where);
  }
}

std::set<UserId> Checker::gone_voters() const {
  std::set<UserId> gone;
  const Room* room = directory_.find(room_);
  for (const auto& [user, card] : model_->activity.votes) {
    if (room != nullptr && room->sessions().find(user) == nullptr) {
      gone.insert(user);
    }
  }
  return gone;
}

void Checker::adopt_activity(ActivityModel next) {
  const bool opens_cards = next.phase == "revealed" && model_->activity.phase != "revealed";
  if (opens_cards || !next.cards_are_open()) {
    model_->away_at_reveal.clear();
  }
  for (const auto& [user, card] : next.votes) {
    const ModelPerson* person = model_->find(user);
    if (opens_cards && person != nullptr && person->offline) {
      model_->away_at_reveal.insert(user);
    }
  }
  model_->activity = std::move(next);
  model_->activity_view = model_->activity.view();
}

void Checker::on_activity_changed(const Notify& notify, const ActivityChanged& changed) {
  auto& news = step_.activity_news;
  if (!news || news->version != notify.version) {
    require(notify.version == model_->picture.version.next(), Rule::picture, "a version was left out");
    require(can_follow(model_->picture, changed.news), Rule::activity,
            "a difference starts from what nobody was told");
    RoomSnapshot next = model_->picture;
    apply_news(next, changed.news);
    follow_activity(changed.news, next.activity);
    apply_to(*model_, notify.version, notify.event);
    model_->activity_untold_since.reset();
    news = Step::ActivityNews{notify.version, changed.news, model_->audience(), {}};
    if (changed.news == nullptr) {
      for (auto& [user, person] : model_->people) {
        person.told_own.reset();
      }
    }
  }
  require(changed.news == news->news, Rule::activity,
          "the same event says different things to different people");
  news->told.insert(news->told.end(), notify.to.begin(), notify.to.end());
  if (!changed.own) {
    return;
  }
  require(notify.to.size() == 1, Rule::secrets, "what is one's own is told to several");
  const auto user = model_->owner(notify.to.front());
  if (!user) {
    // What was due before a report still went to the connection that is gone.
    require(step_.lost && step_.due == Step::Due::something, Rule::secrets, "one's own is told to nobody");
    return;
  }
  ModelPerson& person = *model_->find(*user);
  require(changed.own == model_->activity.own(*user), Rule::secrets,
          user->value() + " is told something as its own that is not");
  require(changed.own != person.told_own, Rule::activity, user->value() + " is told its own again");
  person.told_own = changed.own;
}

void Checker::finish_activity_news() {
  if (!step_.activity_news) {
    return;
  }
  Step::ActivityNews news = *std::exchange(step_.activity_news, std::nullopt);
  if (const ConnectionReport* report = step_.reports();
      report != nullptr && step_.due == Step::Due::something) {
    std::erase(news.told, report->connection);
    std::erase(news.audience, report->connection);
  }
  std::ranges::sort(news.told);
  require(news.told == news.audience, Rule::audience,
          "a change of the activity is told to some, or twice, or to strangers");
}

void Checker::follow_activity(const ActivityNewsRef& news, const std::optional<ActivityView>& view) {
  const bool owed = step_.activity_owed != nullptr || step_.activity_end_owed;
  if (owed) {
    require(news == step_.activity_owed, Rule::activity, "a change is told otherwise than it was answered");
    step_.activity_owed.reset();
    step_.activity_end_owed = false;
  }
  if (view == model_->activity_view) {
    return;
  }
  require(!owed, Rule::activity, "a change is told otherwise than it came out: " + phase_of(view));
  const auto& told = model_->picture.activity;
  const bool one_phase =
      told && view && (view->version == told->version || view->version == told->version.next());
  require(one_phase, Rule::activity,
          "a phase was told to nobody: " + phase_of(told) + ", then " + phase_of(view));
  auto found = search(model_->activity, gone_voters(), model_->now,
                      [&](const ActivityModel& activity) { return activity.view() == view; });
  require(
      found.has_value(), Rule::activity,
      "the activity became " + phase_of(view) + " by itself; it was " + phase_of(model_->activity.view()));
  step_.forgotten.merge(found->forgotten);
  adopt_activity(std::move(found->activity));
}

void Checker::on_activity_accepted(const ParticipantCommand& command, const ActivityAccepted& accepted) {
  const UserId& actor = *step_.actor;
  const bool leads = model_->role_of(actor) != Role::viewer || step_.due == Step::Due::something;
  const ActivityPart part = leads ? ActivityPart::leader : ActivityPart::participant;
  const auto fits = [&](ActivityModel& activity) {
    return !carry_out(activity, actor, part, command.request, model_->now) &&
           outline_of(activity.view()) == accepted.activity &&
           activity.own(actor).value_or(Value()) == accepted.own;
  };
  // What was due before may have changed it where nobody was there to be told, or is yet to be told.
  auto found = Reached{model_->activity, {}};
  if (step_.due == Step::Due::something) {
    auto reached = search(model_->activity, gone_voters(), model_->now, fits);
    require(reached.has_value(), Rule::activity, "a command came out as it never can");
    found = *std::move(reached);
  } else {
    require(fits(found.activity), Rule::activity, "a command came out otherwise");
  }
  step_.forgotten.merge(found.forgotten);
  adopt_activity(std::move(found.activity));
  model_->find(actor)->told_own = model_->activity.own(actor);
  check_answer_to_all(accepted);
  if (const auto* use = std::get_if<UseActivity>(&command.request)) {
    model_->last_press = RoomModel::Press{actor, use->command.name, use->seen, model_->now};
  }
}

void Checker::check_answer_to_all(const ActivityAccepted& accepted) {
  const bool seen = !model_->audience().empty();
  const auto& told = model_->picture.activity;
  if (accepted.news == nullptr) {
    const bool same_phase = outline_of(told) == outline_of(model_->activity_view);
    require(same_phase || !seen || !accepted.activity, Rule::activity,
            "a phase begins and is not told at once");
    step_.activity_end_owed = !accepted.activity && seen;
    return;
  }
  require(accepted.room_version > model_->picture.version, Rule::activity,
          "an answer says that something was told already");
  if (!seen) {
    return;
  }
  require(can_follow(model_->picture, accepted.news), Rule::activity,
          "an answer starts from what nobody was told");
  require(accepted.room_version == model_->picture.version.next(), Rule::activity,
          "an answer names another version than the event behind it");
  step_.activity_owed = accepted.news;
}

void Checker::on_activity_refused(const Refusal& refusal) {
  const bool stale = refusal.error == ErrorCode::activity_stale;
  require(refusal.activity.has_value() == stale, Rule::activity,
          "a refusal shows the activity and is of another kind, or the reverse");
  if (!stale) {
    return;
  }
  const auto* use = step_.asks<UseActivity>();
  require(use != nullptr && step_.actor && use->seen != refusal.activity->view.version, Rule::activity,
          "a command is called stale that is not");
  const UserId& actor = *step_.actor;
  const bool unseen = step_.due == Step::Due::something && model_->audience().empty();
  if (unseen) {
    // What everybody was told meanwhile, nobody has heard.
    const ActivityOutline now = refusal.activity->view.outline();
    auto found = search(model_->activity, gone_voters(), model_->now, [&](const ActivityModel& activity) {
      return outline_of(activity.view()) == now && activity.own(actor) == refusal.activity->own;
    });
    require(found.has_value(), Rule::activity, "one who is late is shown what never was");
    step_.forgotten.merge(found->forgotten);
    adopt_activity(std::move(found->activity));
  } else {
    require(
        refusal.activity->view == model_->picture.activity && refusal.room_version == model_->picture.version,
        Rule::activity, "one who is late is not shown what everybody was told");
  }
  require(refusal.activity->own == model_->activity.own(actor), Rule::secrets,
          "one who is late is shown another's own");
  model_->find(actor)->told_own = refusal.activity->own;
  note_late_press(actor, *use);
}

void Checker::note_late_press(const UserId& actor, const UseActivity& use) const {
  const auto& last = model_->last_press;
  const bool at_once = last && last->by != actor && last->command == use.command.name &&
                       last->seen == use.seen && model_->now - last->at <= kSameMoment;
  if (at_once && use.command.name == "reveal") {
    reached(Scenario::two_reveal_at_once);
  }
  if (at_once && use.command.name == "reset") {
    reached(Scenario::two_reset_at_once);
  }
  if (use.command.name == "vote" && use.seen < model_->activity.version) {
    reached(Scenario::vote_from_a_stale_phase);
  }
}

void Checker::note_activity_scenarios(const Notify& notify) const {
  const bool host_dies =
      std::holds_alternative<HostWentOffline>(notify.event) && model_->picture.state == RoomState::live;
  if (host_dies && model_->activity.is_poker()) {
    note_host_death(model_->activity.phase);
  }
}

void Checker::check_activity(const Room& room) {
  finish_activity_news();
  require(step_.activity_owed == nullptr && !step_.activity_end_owed, Rule::activity,
          "an answer speaks of an event that did not come");
  const auto real = room.activity().view();
  if (model_->activity_view != real) {
    auto found = search(model_->activity, gone_voters(), model_->now,
                        [&](const ActivityModel& activity) { return activity.view() == real; });
    require(found.has_value(), Rule::activity,
            "the activity became " + phase_of(real) + " by itself, unseen; it was " +
                phase_of(model_->activity_view));
    step_.forgotten.merge(found->forgotten);
    adopt_activity(std::move(found->activity));
  }
  check_told_activity();
  for (const auto* view : {&real, &std::as_const(model_->picture.activity)}) {
    const auto where = *view ? find_leak(model_->activity, **view) : std::nullopt;
    require(!where, Rule::secrets, "a card that is not open is shown at " + where.value_or(""));
  }
  if (const auto what = room.activity().inconsistency()) {
    broken(Rule::activity, "the activity does not hold together: " + *what);
  }
  require(!step_.lets_time_pass() || !model_->activity.is_due(model_->now), Rule::deadlines,
          "a phase of the activity is over and did not end");
  check_activity_people(room);
}

void Checker::check_told_activity() {
  // The picture is what events said, and by now what the room shows.
  const auto& told = model_->picture.activity;
  require(outline_of(told) == outline_of(model_->activity_view), Rule::activity,
          "the activity is " + phase_of(model_->activity_view) + " and everybody was told " + phase_of(told));
  auto& since = model_->activity_untold_since;
  // Where nobody is there to hear it, what waited is told all the same, and something else may wait since.
  if (told == model_->activity_view || told != step_.before.activity) {
    since.reset();
  }
  if (told == model_->activity_view) {
    return;
  }
  since = since.value_or(model_->now);
  require(!step_.lets_time_pass() || model_->now < *since + kLongestLag, Rule::activity,
          "everybody waits for too long to be told what changed in the activity");
}

void Checker::check_activity_people(const Room& room) const {
  const auto& sessions = room.sessions();
  for (const UserId& user : step_.forgotten) {
    require(sessions.find(user) == nullptr || step_.joins(user), Rule::activity,
            user.value() + " has its place, and lost its vote");
  }
  const ActivityModel& activity = model_->activity;
  for (const auto& [user, card] : activity.votes) {
    require(activity.cards_are_open() || sessions.find(user) != nullptr, Rule::activity,
            user.value() + " has lost its place, and its vote counts");
  }
  const auto* join = step_.asks<Join>();
  if (join != nullptr && step_.joined_as == JoinKind::fresh) {
    require(activity.cards_are_open() || !activity.votes.contains(join->user), Rule::secrets,
            join->user.value() + " begins afresh, and is shown what another chose");
  }
  for (const auto& [user, person] : model_->people) {
    const auto own = activity.own(user);
    require(room.activity().own_state(user) == own, Rule::activity,
            user.value() + "'s own is another than it chose");
    require(!person.session.signalling || person.told_own == own, Rule::activity,
            user.value() + " was not told what is its own now");
  }
  if (join != nullptr && step_.told_within) {
    require(*step_.told_within == model_->heartbeat_within(join->user), Rule::answers,
            "a joiner is asked for heartbeats at another interval than the settings say");
  }
  const bool returns = join != nullptr && step_.joined_as == JoinKind::rejoined;
  if (returns && activity.phase == "revealed" && model_->away_at_reveal.contains(join->user)) {
    reached(Scenario::voter_away_during_the_reveal);
  }
}

}  // namespace baton::sim
