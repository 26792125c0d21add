// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/sent_indexes.hpp"

namespace baton::transport::direct {
namespace {

constexpr auto kWindow = static_cast<std::int64_t>(kReplayWindow);

constexpr std::size_t place(std::int64_t index) {
  return static_cast<std::size_t>(index) % kReplayWindow;
}

}  // namespace

media::ParseResult<PacketIndex, SrtpError> SentIndexes::take(media::SequenceNumber number) {
  const bool is_first = state_ == State::nothing_sent;
  const std::int64_t steps =
      is_first ? number.value() : media::SequenceNumber::wrap(newest_).distance_to(number);
  const std::int64_t index = newest_ + steps;
  if (steps <= -kWindow || index < 0) {
    return SrtpError::too_old;
  }
  if (index >= static_cast<std::int64_t>(kPacketIndexes)) {
    return SrtpError::key_expired;
  }
  if (steps >= kWindow) {
    taken_.reset();
  } else {
    for (std::int64_t passed = newest_ + 1; passed <= index; ++passed) {
      taken_.reset(place(passed));
    }
  }
  if (taken_.test(place(index))) {
    return SrtpError::replayed;
  }
  taken_.set(place(index));
  newest_ = steps > 0 ? index : newest_;
  state_ = State::sending;
  return PacketIndex{static_cast<std::uint64_t>(index)};
}

}  // namespace baton::transport::direct
