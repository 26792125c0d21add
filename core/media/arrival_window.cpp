// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/arrival_window.hpp"

#include <algorithm>

namespace baton::media {

void ArrivalWindow::restart(std::int64_t first) {
  arrived_.fill(0);
  highest_ = first;
  arrived_[word_of(first)] |= bit_of(first);
}

bool ArrivalWindow::contains(std::int64_t number) const {
  return number <= highest_ && (arrived_[word_of(number)] & bit_of(number)) != 0;
}

void ArrivalWindow::mark(std::int64_t number) {
  if (number > highest_) {
    // The places between now stand for newer numbers. A step longer than the ring clears each place once.
    const std::int64_t last_to_clear = std::min(number, highest_ + kSize);
    for (std::int64_t passed = highest_ + 1; passed <= last_to_clear; ++passed) {
      arrived_[word_of(passed)] &= ~bit_of(passed);
    }
    highest_ = number;
  }
  arrived_[word_of(number)] |= bit_of(number);
}

std::size_t ArrivalWindow::word_of(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) % static_cast<std::uint64_t>(kSize)) / 64;
}

std::uint64_t ArrivalWindow::bit_of(std::int64_t number) {
  return std::uint64_t{1} << (static_cast<std::uint64_t>(number) % 64);
}

}  // namespace baton::media
