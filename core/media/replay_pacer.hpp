// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/byte_budget.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/sent_numbers.hpp"
#include "core/time.hpp"

namespace baton::media {

/// How fast pictures are played to one viewer.
struct ReplayPace {
  /// No number may stand for two of those that wait.
  static constexpr std::size_t kMostWaiting = 32'000;

  /// What may leave at once.
  std::size_t burst_bytes = std::size_t{32} * 1024;
  /// Behind that. A large picture of 256 kB takes a twelfth of a second. Slower was worse: on a link of
  /// 1 Mbit/s live packets waited so long that viewers stood still (docs/adr/0019).
  BitRate rate{25'000'000};
  /// Packets that may wait: those of a picture, and as many live ones behind them.
  std::size_t max_waiting = 16'384;
};

/// A packet that waits for its turn: what to look for when it has come.
struct WaitingPacket {
  SequenceNumber number;  ///< The viewer's.
  SentAs sent;
  std::size_t size = 0;  ///< In bytes.
};

/// Spreads a replay over time, so that a large picture neither fills the socket's buffer at once nor lets the
/// packets of other viewers wait for all of it. Live packets that come meanwhile wait behind the replay, and
/// follow it at once; otherwise they are let through as they come, since their publisher has paced them.
///
/// Only names of packets wait, so a viewer costs no copy of the picture. Memory is taken while packets wait
/// and given back when none does. Pure; one owner at a time.
class ReplayPacer {
public:
  explicit ReplayPacer(const ReplayPace& pace) : pace_(pace) {}

  enum class Passage : std::uint8_t {
    at_once,
    waits,
    full,  ///< Too many wait already; the caller drops it.
  };
  /// A packet of a replay.
  Passage replayed(const WaitingPacket& packet, core::Instant now);
  /// A live packet.
  Passage live(const WaitingPacket& packet);

  /// The next packet whose turn has come; nothing when none waits, or it is too soon.
  [[nodiscard]] std::optional<WaitingPacket> take(core::Instant now);
  /// What was taken was not sent after all, so the next one need not wait for it.
  void not_sent(const WaitingPacket& packet);
  /// Nothing waits any more.
  void discard();
  [[nodiscard]] std::size_t waiting() const { return waiting_.size() - taken_; }
  [[nodiscard]] bool is_full() const { return waiting() >= pace_.max_waiting; }

private:
  void drain(core::Instant now);
  [[nodiscard]] bool has_room(std::size_t size) const;
  Passage append(const WaitingPacket& packet);

  ReplayPace pace_;
  std::vector<WaitingPacket> waiting_;  // The first `taken_` of them are gone.
  std::size_t taken_ = 0;
  std::size_t replayed_ = 0;  // Of those that wait.
  std::size_t level_ = 0;     // Bytes that have left and are not paid for by time.
  core::Instant level_at_ = core::Instant::min();
};

}  // namespace baton::media
