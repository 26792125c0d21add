// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "tests/network/link_settings.hpp"
#include "tests/sim/random.hpp"

namespace baton::network {

/// Why a packet does not come out at the other end. One counter each.
enum class LinkDrop : std::uint8_t {
  outage,      ///< The link was down.
  queue_full,  ///< It waited behind more bytes than the queue before the slow part holds.
  lost,        ///< By chance, on the way.
  too_many,    ///< More packets are under way than kMaxUnderWay.
};
inline constexpr std::size_t kLinkDropCount = 4;
[[nodiscard]] const char* to_string(LinkDrop reason);

/// What one direction did; all only grow.
struct LinkCounters {
  std::uint64_t accepted = 0;
  std::uint64_t delivered = 0;
  std::uint64_t delivered_bytes = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t held_back = 0;  ///< So that later packets overtake it.
  std::array<std::uint64_t, kLinkDropCount> dropped{};
  std::size_t most_queued_bytes = 0;
};

/// One direction of a link, in this order: an outage; a queue of so many bytes before a part of so many bits
/// a second, which drops what does not fit (drop-tail); loss by chance, which has used up its time on the
/// slow part; the delay of the way, with its jitter; a second copy of some packets, and some that are held
/// back. Packets keep their order unless they are held back, whatever the jitter.
///
/// The same seed, settings, packets and times give the same packets out. Pure; one owner.
class LinkDirection {
public:
  /// 10 s at 10 Mbit/s with the largest packets.
  static constexpr std::size_t kMaxUnderWay = 10'000;

  LinkDirection(const LinkSettings& settings, sim::Seed seed) : settings_(settings), random_(seed) {}

  /// For packets that come from now on; what is under way comes as it would have.
  void configure(const LinkSettings& settings) { settings_ = settings; }
  [[nodiscard]] const LinkSettings& settings() const { return settings_; }

  enum class Passage : std::uint8_t { under_way, dropped };
  /// A packet goes in; it is copied. Time never goes back.
  Passage accept(const std::uint8_t* bytes, std::size_t size, core::Instant now);

  /// When the next packet comes out; nothing while none is under way.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  /// The next packet that has come out by now, or nothing.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> take(core::Instant now);

  [[nodiscard]] const LinkCounters& counters() const { return counters_; }

private:
  struct UnderWay {
    core::Instant at;
    std::uint64_t number;  // Equal times: in the order in which they went in.
    std::vector<std::uint8_t> bytes;
  };

  Passage drop(LinkDrop reason);
  [[nodiscard]] core::Duration time_on_the_slow_part(std::size_t size) const;
  [[nodiscard]] std::size_t queued_bytes(core::Instant now) const;
  [[nodiscard]] core::Instant arrival(core::Instant departure);
  void put(core::Instant at, const std::uint8_t* bytes, std::size_t size);

  LinkSettings settings_;
  sim::Random random_;
  LinkCounters counters_;
  std::vector<UnderWay> under_way_;  // A heap, the earliest first.
  std::uint64_t put_ = 0;
  core::Instant slow_part_free_at_ = core::Instant::min();
  core::Instant last_arrival_ = core::Instant::min();  // Of those that keep their order.
};

}  // namespace baton::network
