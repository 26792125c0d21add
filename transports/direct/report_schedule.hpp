// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace baton::transport::direct {

/// When the reports of one peer are due (RFC 3550 §6.2): at random between half and one and a half of an
/// interval, so that those who joined together do not report together for ever. With two participants, what
/// is reported is far below the share of the bandwidth that reports may have, so the interval need not grow.
///
/// Tiny; pure; one owner at a time.
class ReportSchedule {
public:
  /// @param seed  of the random times; drawn by the caller
  ReportSchedule(core::Duration interval, std::uint64_t seed) : interval_(interval), state_(seed) {}

  /// There is something to report for the first time.
  void hurry(core::Instant now) { due_ = now; }
  /// Nothing while there is nothing to report.
  [[nodiscard]] std::optional<core::Instant> due() const { return due_; }
  enum class Report : std::uint8_t { not_yet, now };
  /// Whether to report now; then the next time is drawn.
  [[nodiscard]] Report take(core::Instant now) {
    if (!due_ || *due_ > now) {
      return Report::not_yet;
    }
    due_ = now + interval_ / 2 + core::Duration(draw(interval_.count()));
    return Report::now;
  }

private:
  // SplitMix64: any seed will do, and nothing secret depends on it.
  std::int64_t draw(std::int64_t below) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31U;
    return below <= 0 ? 0 : static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(below));
  }

  core::Duration interval_;
  std::uint64_t state_;
  std::optional<core::Instant> due_;
};

}  // namespace baton::transport::direct
