// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/activities/activity.hpp"
#include "core/activities/poker_cards.hpp"

namespace baton::core {

/// Planning poker. Everybody chooses a card, nobody sees another's before the reveal.
///
///     waiting ─start─▶ voting ─reveal─▶ revealing ─(time)─▶ revealed ─finish─▶ finished
///                      ▲  │ ▲                                 │                  │
///                      │  │ └──────────────next───────────────│──────────────────┘
///                      │  └──reset──▶ resetting ◀────reset────┘
///                      └───(time)────────┘
///
/// Leaders send `start`, `reveal`, `finish`, `next`, `reset`; everybody sends `vote`. A vote may be changed,
/// or taken back, until the reveal; the last one counts.
class Poker final : public Activity {
public:
  enum class Phase : std::uint8_t { waiting, voting, revealing, revealed, finished, resetting };

  struct Options {
    /// How long clients count down before the cards are turned.
    Duration reveal = std::chrono::milliseconds(1500);
    /// How long they show that the cards are taken back.
    Duration reset = std::chrono::milliseconds(500);
  };

  /// Options `reveal_ms` and `reset_ms`, 0 to 10,000.
  [[nodiscard]] static std::variant<std::unique_ptr<Activity>, ErrorCode> make(const Value& options);

  explicit Poker(const Options& options) : options_(options) {}

  [[nodiscard]] std::string_view phase() const override;
  [[nodiscard]] Value public_state() const override;
  [[nodiscard]] Value own_state(const UserId& user) const override;
  [[nodiscard]] std::optional<Duration> heartbeat_interval() const override;
  [[nodiscard]] std::variant<Change, ErrorCode> handle(const UserId& user, ActivityPart part,
                                                       const ActivityCommand& command, Instant now) override;
  [[nodiscard]] Change forget(const UserId& user) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override { return deadline_; }
  [[nodiscard]] Change advance(Instant now) override;
  [[nodiscard]] std::optional<std::string> inconsistency() const override;
  void repair() override;

private:
  struct Round {
    std::int64_t number = 0;
    std::string topic;
    std::optional<PokerCard> estimate;
  };
  using Outcome = std::variant<Change, ErrorCode>;

  /// A command while it is carried out.
  struct Asked {
    const UserId& user;
    const Value& arguments;
    Instant now;
  };
  /// Who may send a command, in which phases, and what it does.
  struct Move {
    std::string_view name;
    ActivityPart part;
    std::vector<Phase> phases;
    Outcome (Poker::*carry_out)(const Asked&);
  };
  [[nodiscard]] static const std::vector<Move>& moves();

  [[nodiscard]] Outcome vote(const Asked& asked);
  [[nodiscard]] Outcome begin_round(const Asked& asked);
  [[nodiscard]] Outcome reveal(const Asked& asked);
  [[nodiscard]] Outcome finish(const Asked& asked);
  [[nodiscard]] Outcome reset(const Asked& asked);
  Change enter(Phase phase, std::optional<Instant> deadline = std::nullopt);
  [[nodiscard]] bool cards_are_open() const;
  [[nodiscard]] PokerStatistics statistics() const;

  Options options_;
  Phase phase_ = Phase::waiting;
  /// Set in `revealing` and `resetting`, and only there.
  std::optional<Instant> deadline_;
  Round round_;
  /// At most one for each participant, since whoever loses its place takes its vote along.
  std::map<UserId, PokerCard> votes_;
  /// Finished rounds, the latest last; at most `kRoundsKept`.
  std::deque<Round> finished_;

  static constexpr std::size_t kRoundsKept = 50;
};

}  // namespace baton::core
