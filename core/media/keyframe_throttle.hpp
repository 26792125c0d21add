// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace baton::media {

/// What to do about a wish for a key frame.
enum class KeyframeRequest : std::uint8_t {
  send_now,    ///< Ask the source (PLI) now.
  scheduled,   ///< Asked too recently: ask at the time given, unless a key frame comes first.
  suppressed,  ///< Asked too recently, and asking again is scheduled already.
};

/// The answer to one wish.
struct KeyframeRequestVerdict {
  KeyframeRequest action = KeyframeRequest::suppressed;
  /// When asking is due; set with `scheduled` and `suppressed`.
  std::optional<core::Instant> due_at;
};

/// Keeps many viewers' wishes for key frames from flooding one source: the first wish is sent at once, later
/// ones at most once per interval, and none is lost while no key frame has come.
///
/// Pure; one owner at a time.
class KeyframeThrottle {
public:
  static constexpr core::Duration kDefaultInterval = std::chrono::seconds(1);

  explicit KeyframeThrottle(core::Duration interval = kDefaultInterval) : interval_(interval) {}

  /// Somebody needs a key frame.
  KeyframeRequestVerdict request(core::Instant now);

  /// When asking is due next; nothing when nobody waits.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const { return due_at_; }
  /// Whether to ask now because a scheduled time has come. Counts as asked when it says send_now; otherwise
  /// the answer is `suppressed`.
  KeyframeRequestVerdict due(core::Instant now);

  /// A key frame has started: nobody waits any more. The interval keeps running, so that the next wish cannot
  /// make key frames more frequent than it allows.
  void keyframe_arrived();
  /// Another source is asked from now on: the next wish is sent at once.
  void source_switched();

private:
  core::Duration interval_;
  std::optional<core::Instant> asked_at_;
  std::optional<core::Instant> due_at_;
};

}  // namespace baton::media
