// SPDX-License-Identifier: GPL-3.0-or-later
// Who is there: held against signs of life; and what everybody is told of it.
#include <algorithm>
#include <set>
#include <string>

#include "core/room.hpp"
#include "tests/sim/checker.hpp"
#include "tests/sim/picture.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

constexpr int kInactivePercent = 70;

/// The shortest patience that counted for this user at any moment of the step: its role may have changed.
Duration least_patience(const RoomModel& model, const Step& step, const UserId& user) {
  const ParticipantView* before = find_view(step.before, user);
  const ParticipantView* now = find_view(model.picture, user);
  const ParticipantView* known = now != nullptr ? now : before;
  if (known == nullptr) {
    return model.picture.settings.presence_timeout;
  }
  // One that vanished unseen may have lost its role first: a host the lease, a controller control.
  const Duration last = now != nullptr ? model.patience(now->role, now->further_role)
                                       : std::min(model.patience(Role::controller, known->further_role),
                                                  model.patience(Role::viewer, known->further_role));
  return before != nullptr ? std::min(last, model.patience(before->role, before->further_role)) : last;
}

}  // namespace

void check_removed(const RoomModel& model, const Step& step, const UserId& user) {
  const ModelPerson* person = model.find(user);
  require(person != nullptr && step.lets_time_pass(), Rule::leaving,
          user.value() + " vanished without cause");
  require(person->offline && !person->in_doubt && !model.is_host(user) &&
              person->last_sign + least_patience(model, step, user) <= model.now,
          Rule::leaving, user.value() + " was removed before its time was over");
}

void check_cause_of(const RoomModel& model, const Step& step, const PresenceChanged& event) {
  using Kind = PresenceChange::Kind;
  require(!event.changes.empty(), Rule::presence_news, "news without any");
  const UserId* previous = nullptr;
  for (const PresenceChange& change : event.changes) {
    require(previous == nullptr || *previous < change.user, Rule::presence_news,
            "one user twice in one event");
    previous = &change.user;
    const ParticipantView* view = find_view(model.picture, change.user);
    const std::string who = change.user.value();
    require(view != nullptr, Rule::presence_news, "presence of " + who + " who is not there");
    if (change.kind == Kind::removed) {
      if (!model.untold_removals.contains(change.user)) {
        check_removed(model, step, change.user);
      }
      continue;
    }
    const bool offline = change.kind == Kind::offline;
    require((view->presence == Presence::offline) != offline, Rule::presence_news,
            "what everybody knows of " + who + " is told again");
    const bool so = offline ? model.find(change.user) != nullptr && model.may_be_absent(change.user)
                            : model.may_be_present(change.user);
    require(so, Rule::presence_news, who + " is not as everybody is told");
  }
}

void Checker::account_news(const PresenceChanged& event) {
  using Kind = PresenceChange::Kind;
  ModelNews& news = model_->news;
  std::set<Kind> kinds;
  for (const PresenceChange& change : event.changes) {
    kinds.insert(change.kind);
  }
  const bool may_flush = step_.asks<Join>() != nullptr && !step_.flushed;
  if (may_flush && std::ranges::any_of(kinds, [&](Kind kind) { return news.unknown(kind, model_->now); })) {
    // Whether this counts is not known either.
    news.unheard(model_->now);
    return;
  }
  const auto waits = [&](Kind kind) { return news.must_wait(kind, model_->now); };
  if (std::ranges::any_of(kinds, waits)) {
    require(may_flush && std::ranges::all_of(kinds, waits), Rule::presence_news,
            "presence was told more often than the throttle allows");
    step_.flushed = true;
    return;
  }
  for (const Kind kind : kinds) {
    news.said(kind, model_->now);
  }
}

void Checker::settle_presence(const Room& room) {
  std::vector<UserId> removed;
  for (auto& [user, person] : model_->people) {
    const Participant* real = room.sessions().find(user);
    if (real == nullptr) {
      removed.push_back(user);
      continue;
    }
    const bool offline = !real->present();
    if (offline && !person.offline) {
      check_silence(user, person);
      model_->go_offline(user);
    }
    require(offline == person.offline, Rule::presence,
            user.value() + (offline ? " is called offline and is not" : " is offline and is not called so"));
    person.in_doubt = false;
    if (step_.is_tick() && !offline && person.role_since < model_->now) {
      const Duration inactive = model_->patience(user) * kInactivePercent / 100;
      require((real->presence == Presence::inactive) == (person.last_sign + inactive <= model_->now),
              Rule::presence, user.value() + " is called inactive and is not, or the reverse");
    }
  }
  for (const UserId& user : removed) {
    check_removed(*model_, step_, user);
    if (find_view(model_->picture, user) != nullptr) {
      model_->untold_removals.insert(user);
    }
    model_->take_out(user, DepartureReason::absent_too_long);
  }
  if (room.sessions().all().size() != model_->people.size()) {
    broken(Rule::one_session, "somebody is in the room who did not join");
  }
}

void Checker::check_silence(const UserId& user, const ModelPerson& person) const {
  const Duration patience = least_patience(*model_, step_, user);
  require(step_.is_tick() && person.last_sign + patience <= model_->now, Rule::presence,
          user.value() + " was called offline before its time was over");
  for (const auto& [connection, use] : person.session.connections) {
    const auto arrival = truth_.connection(connection);
    require(!arrival || *arrival + patience <= model_->now, Rule::presence,
            user.value() + " was called offline while its media arrived");
  }
}

void Checker::check_news() {
  using Kind = PresenceChange::Kind;
  ModelNews& news = model_->news;
  std::map<UserId, ModelNews::Pending> wanted;
  const auto want = [&](const UserId& user, Kind kind) {
    const auto known = news.pending.find(user);
    const bool same = known != news.pending.end() && known->second.kind == kind;
    wanted.emplace(user, ModelNews::Pending{kind, same ? known->second.since : model_->now});
  };
  for (const ParticipantView& view : model_->picture.participants) {
    const ModelPerson* person = model_->find(view.user);
    if (person == nullptr) {
      require(model_->untold_removals.contains(view.user), Rule::picture,
              view.user.value() + " is shown and is not there");
      want(view.user, Kind::removed);
    } else if (person->offline != (view.presence == Presence::offline)) {
      want(view.user, person->offline ? Kind::offline : Kind::active);
    }
  }
  for (const auto& [user, pending] : wanted) {
    require(news.unknown(pending.kind, model_->now) || news.must_wait(pending.kind, model_->now),
            Rule::presence_news, "what could be told of " + user.value() + " is not");
    require(model_->now < pending.since + limits::kPresenceNews.cool_down, Rule::presence_news,
            "news of " + user.value() + " waits for longer than a cool-down");
  }
  news.pending = std::move(wanted);
}

}  // namespace baton::sim
