// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/poker.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/planted_faults.hpp"

namespace baton::core {

namespace {

/// A time in milliseconds among the options; the default if it is not there, nothing if it cannot be.
std::optional<Duration> option_ms(const Value& options, std::string_view name, Duration by_default) {
  constexpr std::int64_t kHighest = 10'000;
  const Value* value = options.member(name);
  if (value == nullptr || value->is_nothing()) {
    return by_default;
  }
  const auto* number = value->get<std::int64_t>();
  if (number == nullptr || *number < 0 || *number > kHighest) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(*number);
}

constexpr std::array<std::string_view, 6> kPhaseNames{"waiting",  "voting",   "revealing",
                                                      "revealed", "finished", "resetting"};

/// Adds it if there is one.
void add_card(Value::Members& members, const char* name, const std::optional<PokerCard>& card) {
  if (card) {
    members.emplace_back(name, face_of(*card).face);
  }
}

}  // namespace

std::variant<std::unique_ptr<Activity>, ErrorCode> Poker::make(const Value& options) {
  const Options defaults;
  const auto reveal = option_ms(options, "reveal_ms", defaults.reveal);
  const auto reset = option_ms(options, "reset_ms", defaults.reset);
  if (!reveal || !reset) {
    return ErrorCode::element_invalid;
  }
  return std::make_unique<Poker>(Options{*reveal, *reset});
}

std::string_view Poker::phase() const {
  return kPhaseNames.at(static_cast<std::size_t>(phase_));
}

bool Poker::cards_are_open() const {
  return phase_ == Phase::revealed || phase_ == Phase::finished;
}

PokerStatistics Poker::statistics() const {
  std::vector<PokerCard> cards;
  cards.reserve(votes_.size());
  for (const auto& [user, card] : votes_) {
    cards.push_back(card);
  }
  return poker_statistics(cards);
}

Value Poker::public_state() const {
  Value::List deck;
  for (const PokerCardFace& face : kPokerDeck) {
    deck.emplace_back(face.face);
  }
  // Votes and rounds have names, so that what everybody is told of one is that one.
  Value::Members votes;
  for (const auto& [user, card] : votes_) {
    Value::Members vote;
    if (cards_are_open() || (planted_faults::kShowsVotesEarly && phase_ == Phase::revealing)) {
      vote.emplace_back("card", face_of(card).face);
    }
    votes.emplace_back(user.value(), std::move(vote));
  }
  Value::Members finished;
  for (const Round& round : finished_) {
    Value::Members one{{"topic", round.topic}};
    add_card(one, "estimate", round.estimate);
    finished.emplace_back(std::to_string(round.number), std::move(one));
  }
  Value::Members state{{"round", round_.number},
                       {"topic", round_.topic},
                       {"deck", std::move(deck)},
                       {"votes", std::move(votes)},
                       {"finished", std::move(finished)}};
  add_card(state, "estimate", round_.estimate);
  if (cards_are_open()) {
    state.emplace_back("statistics", statistics().value());
  }
  return state;
}

Value Poker::own_state(const UserId& user) const {
  const auto vote = votes_.find(user);
  return Value::Members{{"card", vote == votes_.end() ? Value() : Value(face_of(vote->second).face)}};
}

std::optional<Duration> Poker::heartbeat_interval() const {
  // While everybody votes, those who are not there hold everybody up: they should be noticed soon.
  return phase_ == Phase::voting ? std::optional<Duration>(std::chrono::seconds(15)) : std::nullopt;
}

const std::vector<Poker::Move>& Poker::moves() {
  static const std::vector<Move> kMoves{
      {"vote", ActivityPart::participant, {Phase::voting}, &Poker::vote},
      {"start", ActivityPart::leader, {Phase::waiting}, &Poker::begin_round},
      {"next", ActivityPart::leader, {Phase::finished}, &Poker::begin_round},
      {"reveal", ActivityPart::leader, {Phase::voting}, &Poker::reveal},
      {"finish", ActivityPart::leader, {Phase::revealed}, &Poker::finish},
      {"reset", ActivityPart::leader, {Phase::voting, Phase::revealed}, &Poker::reset},
  };
  return kMoves;
}

std::variant<Activity::Change, ErrorCode> Poker::handle(const UserId& user, ActivityPart part,
                                                        const ActivityCommand& command, Instant now) {
  const auto move = std::ranges::find(moves(), command.name, &Move::name);
  if (move == moves().end()) {
    return ErrorCode::activity_command_unknown;
  }
  if (move->part == ActivityPart::leader && part != ActivityPart::leader) {
    return ErrorCode::not_permitted;
  }
  if (std::ranges::find(move->phases, phase_) == move->phases.end()) {
    return ErrorCode::activity_not_now;
  }
  return (this->*move->carry_out)({user, command.arguments, now});
}

Poker::Outcome Poker::vote(const Asked& asked) {
  const Value* chosen = asked.arguments.member("card");
  if (chosen == nullptr) {
    return ErrorCode::element_missing;
  }
  if (chosen->is_nothing()) {
    return votes_.erase(asked.user) > 0 ? Change::state : Change::nothing;
  }
  const auto* face = chosen->get<std::string>();
  const auto card = face != nullptr ? poker_card(*face) : std::nullopt;
  if (!card) {
    return ErrorCode::element_invalid;
  }
  const auto [vote, is_first] = votes_.insert_or_assign(asked.user, *card);
  // A changed mind is nobody's business: that somebody changed it would tell something of the vote.
  return is_first ? Change::state : Change::nothing;
}

Poker::Outcome Poker::begin_round(const Asked& asked) {
  std::string topic;
  if (const Value* given = asked.arguments.member("topic"); given != nullptr && !given->is_nothing()) {
    const auto* text = given->get<std::string>();
    if (text == nullptr || !is_valid_text(*text)) {
      return ErrorCode::element_invalid;
    }
    topic = *text;
  }
  votes_.clear();
  round_ = Round{round_.number + 1, std::move(topic), std::nullopt};
  return enter(Phase::voting);
}

Poker::Outcome Poker::reveal(const Asked& asked) {
  if (votes_.empty()) {
    return ErrorCode::activity_not_now;
  }
  return enter(Phase::revealing, asked.now + options_.reveal);
}

Poker::Outcome Poker::finish(const Asked& asked) {
  std::optional<PokerCard> estimate;
  if (const Value* given = asked.arguments.member("estimate"); given != nullptr && !given->is_nothing()) {
    const auto* face = given->get<std::string>();
    estimate = face != nullptr ? poker_card(*face) : std::nullopt;
    if (!estimate) {
      return ErrorCode::element_invalid;
    }
  }
  round_.estimate = estimate;
  finished_.push_back(round_);
  if (finished_.size() > kRoundsKept) {
    finished_.pop_front();
  }
  return enter(Phase::finished);
}

Poker::Outcome Poker::reset(const Asked& asked) {
  // At once, so that nothing of the old votes is left to be shown while the cards are taken back.
  votes_.clear();
  return enter(Phase::resetting, asked.now + options_.reset);
}

Activity::Change Poker::enter(Phase phase, std::optional<Instant> deadline) {
  phase_ = phase;
  deadline_ = deadline;
  return Change::phase;
}

Activity::Change Poker::advance(Instant now) {
  if (!deadline_ || now < *deadline_) {
    return Change::nothing;
  }
  return enter(phase_ == Phase::revealing ? Phase::revealed : Phase::voting);
}

Activity::Change Poker::forget(const UserId& user) {
  if (cards_are_open()) {
    // What everybody has seen stays on the table.
    return Change::nothing;
  }
  return votes_.erase(user) > 0 ? Change::state : Change::nothing;
}

std::optional<std::string> Poker::inconsistency() const {
  const bool by_time = phase_ == Phase::revealing || phase_ == Phase::resetting;
  if (by_time != deadline_.has_value()) {
    return "a phase that ends by itself has no end, or another has one";
  }
  const bool before_any_vote = phase_ == Phase::waiting || phase_ == Phase::resetting;
  if (before_any_vote && !votes_.empty()) {
    return "there are votes where nobody can have voted";
  }
  if (round_.estimate && phase_ != Phase::finished) {
    return "a round is estimated that is not finished";
  }
  return std::nullopt;
}

void Poker::repair() {
  // Back to where everybody may choose again: nobody's secret is shown, and nobody is stuck.
  votes_.clear();
  round_.estimate.reset();
  enter(round_.number > 0 ? Phase::voting : Phase::waiting);
}

}  // namespace baton::core
