// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "core/ids.hpp"
#include "core/rate_limit.hpp"
#include "core/time.hpp"
#include "plugin/client_request.hpp"
#include "plugin/rate_limits.hpp"

/// Turns floods away before they reach a room, with `rate_limited` and the time after which the same request
/// is taken.
namespace baton::plugin {

/// What a request is counted as, besides as one of the messages.
[[nodiscard]] Metered metered_as(Verb verb);
/// The same by the word for its verb, even of a message that is wrong otherwise.
[[nodiscard]] Metered metered_as(std::string_view verb);

/// What one handle, or one room, or all handles together, have done lately. Not thread safe.
class RateGate {
public:
  /// Nothing for what this gate is never asked.
  using Limits = std::array<std::optional<core::RateLimit>, kMeteredCount>;

  explicit RateGate(const SessionRateLimits& limits);
  explicit RateGate(const RoomRateLimits& limits);
  explicit RateGate(const ServerRateLimits& limits);

  /// Counts a request of this kind and, unless it is a heartbeat, as a message. Nothing if it is within the
  /// limits; else how long to wait until it is within both, and it costs nothing but its place in `refused`.
  [[nodiscard]] std::optional<core::Duration> admit(Metered what, core::Instant now);
  /// The same for a request of one who is in the room, or proves to belong there: what strangers may use up
  /// is not asked.
  [[nodiscard]] std::optional<core::Duration> admit_from_inside(Metered what, core::Instant now);
  /// Counts a stranger's request, which is not one of the room's messages.
  [[nodiscard]] std::optional<core::Duration> admit_from_outside(core::Instant now);

  /// Counts so many requests of this kind, which are no messages besides: what is limited over all handles.
  [[nodiscard]] std::optional<core::Duration> admit_alone(Metered what, core::Instant now,
                                                          std::uint32_t times = 1);

  /// How long none of this kind, `wrong_secrets`, `wrong_pins` or `wrong_tokens`, is compared, because too
  /// many were wrong.
  [[nodiscard]] std::optional<core::Duration> guesses_barred(Metered guessed, core::Instant now);
  void note_wrong(Metered guessed, core::Instant now, std::uint32_t times = 1);

  /// Whether this gate is asked about such things at all, and `refused` can be other than zero.
  [[nodiscard]] bool counts(Metered what) const {
    return limits_[static_cast<std::size_t>(what)].has_value();
  }
  /// Requests that were refused, by the limit that they met.
  [[nodiscard]] std::uint64_t refused(Metered what) const { return refused_[static_cast<std::size_t>(what)]; }

private:
  explicit RateGate(const Limits& limits) : limits_(limits) {}
  [[nodiscard]] core::Duration wait(Metered what, core::Instant now) const;
  void charge(Metered what, core::Instant now, std::uint32_t times = 1);
  /// Counts one refusal by this limit, and says how long it lasts.
  [[nodiscard]] core::Duration refuse(Metered what, core::Instant now);

  Limits limits_;
  std::array<core::RateMeter, kMeteredCount> meters_;
  std::array<std::uint64_t, kMeteredCount> refused_{};
};

/// The gates of all rooms; each lives as long as its room.
class RoomGates {
public:
  explicit RoomGates(const RoomRateLimits& limits) : limits_(limits) {}

  [[nodiscard]] RateGate& of(const core::RoomId& room);
  /// Null for a room that nobody has asked anything of.
  [[nodiscard]] const RateGate* find(const core::RoomId& room) const;
  void erase(const core::RoomId& room) { gates_.erase(room); }

private:
  RoomRateLimits limits_;
  std::map<core::RoomId, RateGate> gates_;
};

}  // namespace baton::plugin
