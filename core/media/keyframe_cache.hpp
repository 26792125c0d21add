// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/cached_picture.hpp"
#include "core/media/media_clock.hpp"
#include "core/media/packet_store.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/replay_plan.hpp"
#include "core/time.hpp"

namespace baton::media {

/// What became of a packet that was offered to the cache.
enum class CacheAppend : std::uint8_t {
  stored,
  no_keyframe,  ///< Nothing is cached yet that it could follow.
  too_old,      ///< Older than what is cached.
  duplicate,
  full,  ///< A bound is met: the picture is truncated.
};

/// What went into a cache, for statistics. They only grow.
struct CacheCounters {
  std::uint64_t stored = 0;
  std::uint64_t not_stored = 0;  ///< For whatever reason.
  std::uint64_t keyframes_started = 0;
  std::uint64_t keyframes_completed = 0;
  std::uint64_t keyframes_abandoned = 0;  ///< Replaced, or too large, before they were complete.
};

/// Keeps the program's latest picture for viewers who join late: the last whole key frame and every packet
/// after it, as rewritten for the program.
///
/// A new key frame replaces the old picture only when all its packets have arrived, so a host that dies in
/// the middle of one still leaves a picture. When a bound of the limits is exceeded, the picture is
/// truncated: what is there stays, nothing is added.
///
/// It keeps no bytes of its own: packets are shared with whoever else has them. Video only. Pure; one owner
/// at a time. In the steady state it allocates nothing per packet.
class KeyframeCache {
public:
  KeyframeCache(ClockRate rate, const KeyframeCacheLimits& limits);

  /// Offers one packet of the program, as rewritten.
  CacheAppend append(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival);

  /// The source went off air for good: what is cached is the last picture until another source starts.
  void source_ended() { ended_ = true; }

  /// True once when some bound of the limits is used by three quarters: a key frame now would keep late
  /// joiners cheap. True again only after another key frame has started.
  [[nodiscard]] bool take_keyframe_wish();

  /// When the source is quiet unless something arrives; in the past when it is gone.
  [[nodiscard]] core::Instant quiet_from(const ReplayPolicy& policy) const;
  /// Nothing has arrived for a while, or the source is gone.
  [[nodiscard]] bool is_quiet(core::Instant now, const ReplayPolicy& policy) const;

  /// What a viewer who joins now gets. Allocates the plan's tables; the packets are borrowed from the cache.
  [[nodiscard]] ReplayPlan plan(const ReplayMoment& moment, const ReplayPolicy& policy) const;

  /// What a viewer of a moving source gets who lost what nobody repeats; kind `nothing` where that cannot be
  /// mended so now (see plan_mend).
  [[nodiscard]] ReplayPlan plan_to_mend(const ReplayPolicy& policy) const;
  /// Whether the first packets of a key frame are there, and others of it are not.
  [[nodiscard]] bool keyframe_arrives() const { return !arriving_->empty(); }

  /// One packet of the picture, for a viewer who lost it on the way; nothing when it is not cached, or no
  /// longer. Borrowed from the cache.
  [[nodiscard]] const CachedPacket* find(ExtendedSequence sequence) const;

  /// Shares all that is here with another cache with the same settings, which forgets its own but for its
  /// counters.
  void copy_to(KeyframeCache& other) const;

  [[nodiscard]] bool has_picture() const { return !current_->empty(); }
  [[nodiscard]] bool truncated() const { return current_->truncated(); }
  [[nodiscard]] const CacheCounters& counters() const { return counters_; }

private:
  // A wish for a key frame, for each key frame at most once.
  enum class Wish : std::uint8_t { none, due, spent };

  CacheAppend begin_keyframe(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival);
  CachedPicture::Insert follow(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival);
  CacheAppend answer(CachedPicture::Insert inserted);
  void abandon_arriving();
  void adopt_arriving_when_complete();
  [[nodiscard]] ReplayPlan plan_quiet(const ReplayMoment& moment, const ReplayPolicy& policy) const;
  [[nodiscard]] ReplayPlan plan_moving(const ReplayPolicy& policy) const;

  ClockRate rate_;
  CachedPicture first_;
  CachedPicture second_;
  CachedPicture* current_ = &first_;    // The last whole key frame and what follows; may be empty.
  CachedPicture* arriving_ = &second_;  // A key frame that is not complete yet; empty when there is none.
  RtpTimestamp newest_timestamp_;       // Meaningful, as the next one, once a key frame has started.
  core::Instant newest_arrival_{};
  bool ended_ = false;
  Wish wish_ = Wish::none;
  CacheCounters counters_;
};

}  // namespace baton::media
