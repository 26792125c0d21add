// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/media/rtp_types.hpp"
#include "core/media/sequence_tracker.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Why a stream cannot be mended by asking for packets again, so that it needs a key frame.
enum class NackSurrender : std::uint8_t {
  gap_too_large,      ///< More numbers are missing at once than are ever asked for.
  too_many_missing,   ///< The table is full: the oldest is given up.
  retries_exhausted,  ///< A packet was asked for as often as that makes sense.
  too_late,           ///< A packet is missing for so long that nobody waits for it any more.
};
inline constexpr std::size_t kNackSurrenderCount = 4;
[[nodiscard]] const char* to_string(NackSurrender reason);

/// How a publisher is asked for what is missing.
struct NackPolicy {
  /// Before a missing packet is asked for: it may only have been overtaken.
  core::Duration reordering = std::chrono::milliseconds(10);
  /// Stands for the round trip while that is not known.
  core::Duration unknown_round_trip = std::chrono::milliseconds(100);
  /// Never asked again sooner than this, however short the way.
  core::Duration shortest_interval = std::chrono::milliseconds(20);
  /// How often one packet is asked for, at most.
  unsigned max_requests = 10;
  /// After this a packet is of no use to anybody who plays in real time.
  core::Duration max_age = std::chrono::seconds(2);
};

/// What a NackGenerator has seen, for statistics. They only grow.
struct NackCounters {
  std::uint64_t missing = 0;    ///< Numbers that were passed over.
  std::uint64_t requested = 0;  ///< Requests, repeated ones included.
  std::uint64_t recovered = 0;  ///< Missing packets that came.
  std::array<std::uint64_t, kNackSurrenderCount> given_up{};
};

/// Finds the gaps in one stream of a publisher and says what to ask for again, when, and when to give up
/// (RFC 4585 §6.2.1). Retransmissions are told to it as what they repeat.
///
/// Fixed memory; pure; one owner at a time.
class NackGenerator {
public:
  /// Packets that are asked for at a time.
  static constexpr std::size_t kMaxMissing = 512;
  /// A longer gap is no loss but an outage.
  static constexpr std::int64_t kMaxGap = 256;

  explicit NackGenerator(const NackPolicy& policy = {}) : policy_(policy) {}

  void received(SequenceNumber number, core::Instant now);
  /// A key frame begins with this number: nothing older is needed.
  void keyframe_began(SequenceNumber number);

  /// When `collect` has something to do; nothing while nothing is missing.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const { return deadline_; }
  /// Writes the numbers to ask for now into `lost`, in their order, and answers how many; what does not fit
  /// stays due. They count as asked for.
  /// @param round_trip  nothing while it is not known
  [[nodiscard]] std::size_t collect(std::span<SequenceNumber> lost, std::optional<core::Duration> round_trip,
                                    core::Instant now);
  /// Why a key frame is needed; once for each time that something was given up.
  [[nodiscard]] std::optional<NackSurrender> take_keyframe_wish();

  [[nodiscard]] std::size_t missing() const { return count_; }
  [[nodiscard]] const NackCounters& counters() const { return counters_; }

private:
  struct Missing {
    std::int64_t number = 0;
    core::Instant since{};
    core::Instant due{};
    unsigned requests = 0;
  };

  [[nodiscard]] std::span<Missing> table() { return std::span(missing_).first(count_); }
  void recover(std::int64_t number);
  // The numbers from `first` to before `end` have not come.
  void pass_over(std::int64_t first, std::int64_t end, core::Instant now);
  void add(std::int64_t number, core::Instant now);
  void erase(std::size_t first, std::size_t count);
  void give_up(NackSurrender reason, std::size_t packets);
  [[nodiscard]] std::optional<NackSurrender> judge(const Missing& missing, core::Instant now) const;
  void find_deadline();

  NackPolicy policy_;
  SequenceTracker numbers_;
  std::array<Missing, kMaxMissing> missing_;  // The first count_, in the order of their numbers.
  std::size_t count_ = 0;
  std::optional<core::Instant> deadline_;
  std::optional<NackSurrender> wish_;
  NackCounters counters_;
};

}  // namespace baton::media
