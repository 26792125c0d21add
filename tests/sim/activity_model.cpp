// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/activity_model.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

using MaybeError = std::optional<ErrorCode>;

const std::array<std::string, 10> kDeck{"1", "2", "3", "5", "8", "13", "21", "☕", "❓", "∞"};
constexpr std::size_t kRoundsKept = 50;

Value number(std::size_t count) {
  return Value(static_cast<std::int64_t>(count));
}

/// An option in milliseconds: nothing if it cannot be.
std::optional<Duration> option(const Value& options, const char* name, Duration otherwise) {
  const Value* given = options.member(name);
  if (given == nullptr || given->is_nothing()) {
    return otherwise;
  }
  const auto* milliseconds = given->get<std::int64_t>();
  const bool fits = milliseconds != nullptr && *milliseconds >= 0 && *milliseconds <= 10'000;
  return fits ? std::optional<Duration>(std::chrono::milliseconds(*milliseconds)) : std::nullopt;
}

/// A member that may be left out; `false` if it is of another kind.
template <class Kind>
bool take(const Value& arguments, const char* name, std::optional<Kind>& into) {
  const Value* given = arguments.member(name);
  if (given == nullptr || given->is_nothing()) {
    return true;
  }
  const auto* value = given->get<Kind>();
  if (value != nullptr) {
    into = *value;
  }
  return value != nullptr;
}

}  // namespace

std::optional<std::string> card_of(const Value& value) {
  const auto* face = value.get<std::string>();
  return face != nullptr && std::ranges::find(kDeck, *face) != kDeck.end() ? std::optional(*face)
                                                                           : std::nullopt;
}

std::optional<std::int64_t> points_of(const std::string& card) {
  const bool counts = !card.empty() && card.front() >= '0' && card.front() <= '9';
  return counts ? std::optional<std::int64_t>(std::stoll(card)) : std::nullopt;
}

std::optional<ActivityView> ActivityModel::view() const {
  if (kind.empty()) {
    return std::nullopt;
  }
  if (!is_poker()) {
    Value::Members state{{"repairs", repairs}, {"odd", Value()}};
    if (repairs % 2 == 1) {
      state.back().second = true;
    }
    return ActivityView{kind, phase, version, std::move(state)};
  }
  Value::List deck;
  for (const std::string& face : kDeck) {
    deck.emplace_back(face);
  }
  Value::Members table;
  for (const auto& [user, card] : votes) {
    Value::Members one;
    if (cards_are_open()) {
      one.emplace_back("card", card);
    }
    table.emplace_back(user.value(), std::move(one));
  }
  Value::Members past;
  for (const Finished& one : finished) {
    Value::Members entry{{"topic", one.topic}};
    if (one.estimate) {
      entry.emplace_back("estimate", *one.estimate);
    }
    past.emplace_back(std::to_string(one.round), std::move(entry));
  }
  Value::Members state{{"round", round},
                       {"topic", topic},
                       {"deck", std::move(deck)},
                       {"votes", std::move(table)},
                       {"finished", std::move(past)}};
  if (estimate) {
    state.emplace_back("estimate", *estimate);
  }
  if (cards_are_open()) {
    state.emplace_back("statistics", statistics());
  }
  return ActivityView{kind, phase, version, std::move(state)};
}

Value ActivityModel::statistics() const {
  std::vector<std::int64_t> points;
  std::map<std::string, std::size_t> counts;
  for (const auto& [user, card] : votes) {
    ++counts[card];
    if (const auto worth = points_of(card)) {
      points.push_back(*worth);
    }
  }
  std::ranges::sort(points);
  Value::List distribution;
  for (const std::string& face : kDeck) {
    if (const auto found = counts.find(face); found != counts.end()) {
      distribution.emplace_back(Value::Members{{"card", face}, {"votes", number(found->second)}});
    }
  }
  Value::Members all{{"votes", number(votes.size())},
                     {"agreed", counts.size() == 1},
                     {"distribution", std::move(distribution)}};
  if (!points.empty()) {
    std::int64_t sum = 0;
    for (const std::int64_t one : points) {
      sum += one;
    }
    const std::size_t size = points.size();
    const auto middle = static_cast<double>(points[(size - 1) / 2] + points[size / 2]) / 2.0;
    all.emplace_back("average", static_cast<double>(sum) / static_cast<double>(size));
    all.emplace_back("median", middle);
    all.emplace_back("lowest", points.front());
    all.emplace_back("highest", points.back());
  }
  return all;
}

std::optional<Value> ActivityModel::own(const UserId& user) const {
  if (kind.empty()) {
    return std::nullopt;
  }
  if (!is_poker()) {
    return Value();
  }
  const auto vote = votes.find(user);
  return Value(Value::Members{{"card", vote == votes.end() ? Value() : Value(vote->second)}});
}

std::optional<Duration> ActivityModel::heartbeat_interval() const {
  return is_poker() && phase == "voting" ? std::optional<Duration>(15s) : std::nullopt;
}

MaybeError ActivityModel::open(const OpenActivity& request) {
  if (!kind.empty()) {
    return ErrorCode::activity_exists;
  }
  ActivityModel anew;
  anew.kind = request.kind;
  anew.version = version.next();
  if (request.kind == "poker") {
    const auto reveal_for = option(request.options, "reveal_ms", 1500ms);
    const auto reset_for = option(request.options, "reset_ms", 500ms);
    if (!reveal_for || !reset_for) {
      return ErrorCode::element_invalid;
    }
    anew.phase = "waiting";
    anew.reveal = *reveal_for;
    anew.reset = *reset_for;
  } else if (request.kind == "fragile") {
    anew.phase = "whole";
  } else {
    return ErrorCode::activity_unknown;
  }
  *this = std::move(anew);
  return std::nullopt;
}

MaybeError ActivityModel::close() {
  if (kind.empty()) {
    return ErrorCode::activity_none;
  }
  ActivityModel none;
  none.version = version;
  *this = std::move(none);
  return std::nullopt;
}

MaybeError ActivityModel::use(const UserId& user, ActivityPart part, const UseActivity& request,
                              Instant now) {
  if (kind.empty()) {
    return ErrorCode::activity_none;
  }
  if (request.seen != version) {
    return ErrorCode::activity_stale;
  }
  if (is_poker()) {
    return play(user, part, request.command, now);
  }
  if (request.command.name != "break") {
    return ErrorCode::activity_command_unknown;
  }
  ++repairs;
  enter("whole");
  return std::nullopt;
}

MaybeError ActivityModel::play(const UserId& user, ActivityPart part, const ActivityCommand& command,
                               Instant now) {
  const std::string& name = command.name;
  const bool leads =
      name == "start" || name == "reveal" || name == "finish" || name == "next" || name == "reset";
  if (!leads && name != "vote") {
    return ErrorCode::activity_command_unknown;
  }
  if (leads && part != ActivityPart::leader) {
    return ErrorCode::not_permitted;
  }
  const bool now_is_its_time = name == "start"    ? phase == "waiting"
                               : name == "next"   ? phase == "finished"
                               : name == "finish" ? phase == "revealed"
                               : name == "reset"  ? phase == "voting" || phase == "revealed"
                                                  : phase == "voting";
  if (!now_is_its_time || (name == "reveal" && votes.empty())) {
    return ErrorCode::activity_not_now;
  }
  if (name == "vote") {
    return vote(user, command.arguments);
  }
  if (name == "reveal") {
    enter("revealing", now + reveal);
    return std::nullopt;
  }
  if (name == "reset") {
    votes.clear();
    enter("resetting", now + reset);
    return std::nullopt;
  }
  if (name == "finish") {
    std::optional<std::string> given;
    if (!take(command.arguments, "estimate", given) || (given && !card_of(Value(*given)))) {
      return ErrorCode::element_invalid;
    }
    estimate = given;
    finished.push_back({round, topic, estimate});
    if (finished.size() > kRoundsKept) {
      finished.pop_front();
    }
    enter("finished");
    return std::nullopt;
  }
  std::optional<std::string> given;
  if (!take(command.arguments, "topic", given) || (given && given->size() > kMaxTextBytes)) {
    return ErrorCode::element_invalid;
  }
  votes.clear();
  ++round;
  topic = given.value_or("");
  estimate.reset();
  enter("voting");
  return std::nullopt;
}

MaybeError ActivityModel::vote(const UserId& user, const Value& arguments) {
  const Value* chosen = arguments.member("card");
  if (chosen == nullptr) {
    return ErrorCode::element_missing;
  }
  if (chosen->is_nothing()) {
    votes.erase(user);
    return std::nullopt;
  }
  const auto card = card_of(*chosen);
  if (!card) {
    return ErrorCode::element_invalid;
  }
  votes[user] = *card;
  return std::nullopt;
}

void ActivityModel::enter(const std::string& next) {
  phase = next;
  version = version.next();
  deadline.reset();
}

void ActivityModel::enter(const std::string& next, Instant until) {
  enter(next);
  deadline = advanced ? std::max(until, *advanced + Duration(1)) : until;
}

void ActivityModel::pass(Instant now) {
  enter(phase == "revealing" ? "revealed" : "voting");
  advanced = now;
}

void ActivityModel::forget(const UserId& user) {
  if (!cards_are_open()) {
    votes.erase(user);
  }
}

}  // namespace baton::sim
