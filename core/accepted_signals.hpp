// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/signal.hpp"

namespace baton::core {

/// Which of a sender's signals were accepted, so that one that is sent again is carried once. Requests of one
/// client may overtake one another on their way; one that was overtaken is never taken for one that was
/// accepted. Remembers the last number and the 64 before it.
class AcceptedSignals {
public:
  enum class Verdict : std::uint8_t {
    unseen,       ///< above all that were accepted
    repeated,     ///< accepted already
    passed_over,  ///< not accepted, and it cannot be any more: a higher one was
  };

  [[nodiscard]] constexpr Verdict judge(SignalNumber number) const {
    if (number > last_) {
      return Verdict::unseen;
    }
    const std::uint64_t behind = last_.value() - number.value();
    const bool accepted = behind == 0 || (behind <= kRemembered && (before_ >> (behind - 1) & 1U) != 0);
    return accepted ? Verdict::repeated : Verdict::passed_over;
  }

  /// Only a number that is `unseen`.
  constexpr void accept(SignalNumber number) {
    const std::uint64_t ahead = number.value() - last_.value();
    // A shift by all 64 bits or more is undefined.
    const std::uint64_t kept = ahead < kRemembered ? before_ << ahead : 0;
    const std::uint64_t previous = ahead <= kRemembered ? std::uint64_t{1} << (ahead - 1) : 0;
    before_ = kept | previous;
    last_ = number;
  }

  /// The highest that was accepted; 0 if none was.
  [[nodiscard]] constexpr SignalNumber last() const { return last_; }

private:
  static constexpr std::uint64_t kRemembered = 64;

  SignalNumber last_;
  /// Bit i: whether the number i + 1 below `last_` was accepted.
  std::uint64_t before_ = 0;
};

}  // namespace baton::core
