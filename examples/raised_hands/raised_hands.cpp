// SPDX-License-Identifier: GPL-3.0-or-later
#include "examples/raised_hands/raised_hands.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace baton::examples {

using core::ErrorCode;
using core::Value;

std::variant<std::unique_ptr<core::Activity>, ErrorCode> RaisedHands::make(const Value& /*options*/) {
  return std::make_unique<RaisedHands>();
}

Value RaisedHands::public_state() const {
  // By user and with numbers that stay, so that everybody is told of one hand, and not of all that wait.
  Value::Members waiting;
  for (const Hand& hand : waiting_) {
    waiting.emplace_back(hand.user.value(), static_cast<std::int64_t>(hand.place.value()));
  }
  Value::Members state{{"waiting", std::move(waiting)}};
  if (speaker_) {
    state.emplace_back("speaker", Value::Members{{"user", speaker_->user.value()}, {"note", speaker_->note}});
  }
  return state;
}

Value RaisedHands::own_state(const core::UserId& user) const {
  const auto hand = std::ranges::find(waiting_, user, &Hand::user);
  return Value::Members{{"note", hand == waiting_.end() ? Value() : Value(hand->note)}};
}

std::variant<core::Activity::Change, ErrorCode> RaisedHands::handle(const core::UserId& user,
                                                                    core::ActivityPart part,
                                                                    const core::ActivityCommand& command,
                                                                    core::Instant /*now*/) {
  if (command.name == "raise") {
    return raise(user, command.arguments);
  }
  if (command.name == "lower") {
    return forget(user);
  }
  if (command.name != "next") {
    return ErrorCode::activity_command_unknown;
  }
  if (part != core::ActivityPart::leader) {
    return ErrorCode::not_permitted;
  }
  if (!speaker_ && waiting_.empty()) {
    return ErrorCode::activity_not_now;
  }
  return give_turn();
}

std::variant<core::Activity::Change, ErrorCode> RaisedHands::raise(const core::UserId& user,
                                                                   const Value& arguments) {
  std::string note;
  if (const Value* given = arguments.member("note"); given != nullptr && !given->is_nothing()) {
    const auto* text = given->get<std::string>();
    if (text == nullptr || !core::is_valid_text(*text)) {
      return ErrorCode::element_invalid;
    }
    note = *text;
  }
  if (speaker_ && speaker_->user == user) {
    return ErrorCode::activity_not_now;
  }
  const auto hand = std::ranges::find(waiting_, user, &Hand::user);
  if (hand != waiting_.end()) {
    // Whoever changes its note keeps its place, and nobody else is told.
    hand->note = std::move(note);
    return Change::nothing;
  }
  last_place_ = last_place_.next();
  waiting_.push_back({user, std::move(note), last_place_});
  return Change::state;
}

core::Activity::Change RaisedHands::forget(const core::UserId& user) {
  if (speaker_ && speaker_->user == user) {
    speaker_.reset();
    return Change::phase;
  }
  const auto lowered = std::erase_if(waiting_, [&](const Hand& hand) { return hand.user == user; });
  return lowered > 0 ? Change::state : Change::nothing;
}

core::Activity::Change RaisedHands::give_turn() {
  speaker_.reset();
  if (!waiting_.empty()) {
    speaker_ = std::move(waiting_.front());
    waiting_.pop_front();
  }
  return Change::phase;
}

std::optional<std::string> RaisedHands::inconsistency() const {
  std::set<core::UserId> users;
  for (const Hand& hand : waiting_) {
    if (!users.insert(hand.user).second || (speaker_ && speaker_->user == hand.user)) {
      return "somebody has two hands up";
    }
  }
  return std::nullopt;
}

void RaisedHands::repair() {
  std::set<core::UserId> users;
  if (speaker_) {
    users.insert(speaker_->user);
  }
  std::erase_if(waiting_, [&](const Hand& hand) { return !users.insert(hand.user).second; });
}

}  // namespace baton::examples
