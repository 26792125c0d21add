// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/media_clock.hpp"
#include "core/media/replay_pacer.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// When to replay how much to a viewer who joins late, and how fast.
struct ReplayPolicy {
  /// The source counts as quiet when nothing arrived for this long.
  core::Duration quiet_after = std::chrono::milliseconds(500);
  /// A quiet source that has not ended may still deliver a frame that was under way. The replayed picture is
  /// stamped this much before now, so that such a frame is still newer.
  core::Duration quiet_margin = std::chrono::milliseconds(100);
  /// While the source is moving, everything since the key frame is replayed up to these many frames and
  /// bytes.
  std::size_t max_catch_up_frames = 30;
  std::size_t max_catch_up_bytes = std::size_t{256} * 1024;
  ReplayPace pace = {};
};

/// Which of the cases applies.
enum class ReplayKind : std::uint8_t {
  nothing,   ///< There is no whole picture: the viewer waits for a key frame.
  still,     ///< The source is quiet or gone: all whole frames, the last one stamped with the present.
  catch_up,  ///< The source is moving: all since the key frame, the last frame at its own time, then live.
  preview,   ///< The source is moving and too much has passed: something to look at until the next key frame.
  mend,      ///< The source is moving, and a viewer lost what nobody repeats: all since the key frame again,
             ///< stamped behind the newest frame, then live.
};

/// What the viewer does after the replay.
enum class AfterReplay : std::uint8_t {
  go_live,            ///< The next packet of the program continues what was replayed.
  wait_for_keyframe,  ///< It does not: live starts with the next key frame.
};

/// Whether the replay makes a key frame worth asking for.
enum class KeyframeNeed : std::uint8_t { none, wanted };

/// One packet to send. The bytes are borrowed from the cache until the next change of it.
struct ReplayPacket {
  ByteView bytes;       ///< As cached: program numbering, the frame's true timestamp.
  ByteView descriptor;  ///< Beside the packet, where it travels so; else empty.
  ExtendedSequence sequence;
  RtpTimestamp timestamp;    ///< To be written over the packet's own.
  CodecCounters counters{};  ///< As cached; a viewer who saw the packet before needs others.
};

/// What one late joiner gets, or a viewer who lost a part of it. Sequence order; gaps only inside the last
/// frame of a catch_up.
struct ReplayPlan {
  ReplayKind kind = ReplayKind::nothing;
  AfterReplay after = AfterReplay::wait_for_keyframe;
  KeyframeNeed keyframe = KeyframeNeed::wanted;
  std::vector<ReplayPacket> packets;
  /// Packets of a catch_up that are still under way, so that they can take their place when they come late:
  /// they belong to the last frame. Sequence order.
  std::vector<ExtendedSequence> missing;
  /// The newest timestamp of the program.
  RtpTimestamp newest_timestamp;
};

/// The moment for which a plan is made.
struct ReplayMoment {
  core::Instant now;
  RtpTimestamp program_now;  ///< StreamClock::at(now).
};

class CachedPicture;

// The three plans that have something to show, each out of one picture. KeyframeCache::plan() chooses.

/// How long before the last frame of a still picture the one before it is stamped. Browsers drop frames that
/// come thicker than they can paint, the last one like any other, and nothing would follow to replace it.
inline constexpr std::chrono::milliseconds kRestBeforeStill{100};

/// All whole frames; the last one gets `last_timestamp`, the one before it kRestBeforeStill less, and each
/// one before that a millisecond less.
[[nodiscard]] ReplayPlan plan_still(const CachedPicture& picture, RtpTimestamp last_timestamp,
                                    ClockRate rate);

/// Everything, the last frame at its own time. Answers with kind `nothing` when the picture is truncated, has
/// a gap before its last frame, or exceeds the policy.
[[nodiscard]] ReplayPlan plan_catch_up(const CachedPicture& picture, const ReplayPolicy& policy,
                                       ClockRate rate);

/// How far apart the frames of plan_mend are stamped: a tenth of a millisecond at 90 kHz, so that all of them
/// come before the next live one.
inline constexpr std::int64_t kMendStep = 9;

/// Everything, stamped behind `newest`, the newest timestamp of the program. Answers with kind `nothing` when
/// the picture is truncated, exceeds the policy or what the queue of any link holds, when a packet of it is
/// missing, or while its last frame is under way.
[[nodiscard]] ReplayPlan plan_mend(const CachedPicture& picture, RtpTimestamp newest,
                                   const ReplayPolicy& policy);

/// The whole frames of a truncated picture when they are within the policy, otherwise the key frame alone; a
/// millisecond before `newest`, the newest timestamp of the program.
[[nodiscard]] ReplayPlan plan_preview(const CachedPicture& picture, RtpTimestamp newest,
                                      const ReplayPolicy& policy, ClockRate rate);

}  // namespace baton::media
