// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/replay_window.hpp"

namespace baton::transport::direct {
namespace {

// How many numbers there are.
constexpr std::int64_t kCycle = std::int64_t{1} << 16;

constexpr std::size_t place(std::uint64_t index) {
  return static_cast<std::size_t>(index % kReplayWindow);
}

}  // namespace

std::optional<SrtpError> ReplayWindow::refusal(PacketIndex index) const {
  if (!newest_ || index.value > newest_->value) {
    return std::nullopt;
  }
  if (newest_->value - index.value >= kReplayWindow) {
    return SrtpError::too_old;
  }
  return seen_.test(place(index.value)) ? std::optional(SrtpError::replayed) : std::nullopt;
}

void ReplayWindow::record(PacketIndex index) {
  if (!newest_ || index.value > newest_->value) {
    if (!newest_ || index.value - newest_->value >= kReplayWindow) {
      seen_.reset();
    } else {
      for (std::uint64_t passed = newest_->value + 1; passed <= index.value; ++passed) {
        seen_.reset(place(passed));
      }
    }
    newest_ = index;
  }
  seen_.set(place(index.value));
}

std::int64_t nearest_index(PacketIndex newest, media::SequenceNumber number) {
  const auto from = static_cast<std::int64_t>(newest.value % kCycle);
  const auto cycle = static_cast<std::int64_t>(newest.value) - from;
  const std::int64_t to = number.value();
  if (to - from > kCycle / 2) {
    return cycle - kCycle + to;
  }
  return from - to > kCycle / 2 ? cycle + kCycle + to : cycle + to;
}

}  // namespace baton::transport::direct
