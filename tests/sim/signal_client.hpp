// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "core/effect.hpp"
#include "core/signal.hpp"

namespace baton::sim {

/// What a good client does about signals, by the protocol: it numbers its own and keeps each until it is
/// answered, takes each of those it receives once, and knows when it has missed one.
class SignalClient {
public:
  struct Outgoing {
    core::SignalNumber number;
    core::UserId to;
    core::SignalKind kind;
    core::SignalPayload payload;
  };

  /// A client whose oldest unanswered signal is as far behind as the server remembers numbers waits.
  [[nodiscard]] bool may_prepare() const {
    return unanswered_.empty() || last_number_.value() + 1 - unanswered_.front().number.value() < kRemembered;
  }
  /// Gives a signal its number; it is kept until it is answered.
  Outgoing prepare(core::UserId to, core::SignalKind kind, core::SignalPayload payload) {
    last_number_ = last_number_.next();
    unanswered_.push_back({last_number_, std::move(to), kind, std::move(payload)});
    return unanswered_.back();
  }
  /// It was accepted, or refused for good.
  void answered(core::SignalNumber number) {
    std::erase_if(unanswered_, [&](const Outgoing& one) { return one.number == number; });
  }
  /// Another overtook it on its way: it gets a new number, and is to be sent again. One that is too far
  /// behind may have been accepted long ago, and its answer lost: it is given up.
  std::optional<Outgoing> renumber(core::SignalNumber number) {
    for (const Outgoing& one : unanswered_) {
      if (one.number == number) {
        const Outgoing again = one;
        answered(number);
        const bool certain = last_number_.value() - number.value() <= kRemembered;
        return certain ? std::optional(prepare(again.to, again.kind, again.payload)) : std::nullopt;
      }
    }
    return std::nullopt;
  }
  /// After a rejoin that goes on, these are sent again: what was accepted is not carried twice.
  [[nodiscard]] const std::deque<Outgoing>& unanswered() const { return unanswered_; }

  enum class Verdict : std::uint8_t {
    taken,
    repeated,  ///< to be ignored
    gap,       ///< something was missed: say `ready` again
  };
  Verdict receive(const core::SignalDelivered& delivered) {
    if (delivered.sequence <= received_) {
      return Verdict::repeated;
    }
    if (delivered.previous > received_) {
      return Verdict::gap;
    }
    received_ = delivered.sequence;
    return Verdict::taken;
  }
  [[nodiscard]] core::SignalSequence received() const { return received_; }

  /// A join was answered. Only a page that has been in the room can go on in it.
  void joined() { was_in_ = true; }
  [[nodiscard]] bool may_go_on() const { return was_in_; }

  /// The page was loaded anew, or the server could not go on.
  void restart() {
    ++line_;
    was_in_ = false;
    last_number_ = {};
    received_ = {};
    unanswered_.clear();
  }
  /// Grows with each restart, so that what belongs to an earlier line is known.
  [[nodiscard]] std::uint64_t line() const { return line_; }

private:
  /// How many numbers the server remembers.
  static constexpr std::uint64_t kRemembered = 64;

  core::SignalNumber last_number_;
  core::SignalSequence received_;
  std::deque<Outgoing> unanswered_;
  std::uint64_t line_ = 1;
  bool was_in_ = false;
};

}  // namespace baton::sim
