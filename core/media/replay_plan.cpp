// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/replay_plan.hpp"

#include <optional>

#include "core/media/cached_picture.hpp"

namespace baton::media {
namespace {

// What a viewer is played to mend a loss must not be the cause of the next one, and live packets wait behind
// it. This is a key frame and a second of 600 kbit/s.
constexpr std::size_t kMaxMendBytes = std::size_t{96} * 1024;

struct Extent {
  std::size_t frames = 0;
  std::size_t bytes = 0;
};

// Frames and bytes of the first `size` places. A frame is a run of packets with one timestamp.
Extent extent_of(const CachedPicture& picture, std::size_t size) {
  Extent extent;
  std::optional<RtpTimestamp> frame;
  for (std::size_t index = 0; index < size; ++index) {
    const CachedPacket* packet = picture.at(index);
    if (packet == nullptr) {
      continue;
    }
    extent.bytes += packet->packet.size();
    if (frame != packet->timestamp) {
      frame = packet->timestamp;
      ++extent.frames;
    }
  }
  return extent;
}

bool within(const Extent& extent, const ReplayPolicy& policy) {
  return extent.frames <= policy.max_catch_up_frames && extent.bytes <= policy.max_catch_up_bytes;
}

// Fills the plan with the first `size` places. The last frame gets `last_timestamp`, each one before it
// `step` ticks less and all of them `rest` ticks less, so that a receiver plays them at once and is at the
// last one when live begins.
void replay(const CachedPicture& picture, std::size_t size, RtpTimestamp last_timestamp, std::int64_t step,
            ReplayPlan& plan, std::int64_t rest = 0) {
  const Extent extent = extent_of(picture, size);
  const auto frames_before_last = static_cast<std::int64_t>(extent.frames) - 1;
  RtpTimestamp stamp = last_timestamp.plus(-rest - (frames_before_last + 1) * step);
  std::optional<RtpTimestamp> frame;
  std::size_t frames = 0;
  plan.packets.reserve(size);
  for (std::size_t index = 0; index < size; ++index) {
    const CachedPacket* packet = picture.at(index);
    if (packet == nullptr) {
      continue;
    }
    if (frame != packet->timestamp) {
      frame = packet->timestamp;
      stamp = ++frames == extent.frames ? last_timestamp : stamp.plus(step);
    }
    plan.packets.push_back(
        {packet->packet.bytes(), packet->packet.descriptor(), packet->sequence, stamp, packet->counters});
  }
}

// Where the last frame starts as far as its packets have arrived. The last place is always filled.
std::size_t start_of_last_frame(const CachedPicture& picture) {
  const RtpTimestamp last = picture.at(picture.size() - 1)->timestamp;
  std::size_t start = picture.size() - 1;
  for (std::size_t index = start; index > 0; --index) {
    const CachedPacket* before = picture.at(index - 1);
    if (before == nullptr) {
      continue;
    }
    if (before->timestamp != last) {
      break;
    }
    start = index - 1;
  }
  return start;
}

}  // namespace

ReplayPlan plan_still(const CachedPicture& picture, RtpTimestamp last_timestamp, ClockRate rate) {
  ReplayPlan plan;
  plan.kind = ReplayKind::still;
  replay(picture, picture.complete_size(), last_timestamp, ticks_per_millisecond(rate), plan,
         kRestBeforeStill.count() * ticks_per_millisecond(rate));
  const bool nothing_left_out = picture.complete_size() == picture.size() && !picture.truncated();
  plan.after = nothing_left_out ? AfterReplay::go_live : AfterReplay::wait_for_keyframe;
  plan.keyframe = nothing_left_out ? KeyframeNeed::none : KeyframeNeed::wanted;
  return plan;
}

ReplayPlan plan_catch_up(const CachedPicture& picture, const ReplayPolicy& policy, ClockRate rate) {
  ReplayPlan plan;
  if (picture.empty() || picture.truncated() || !within(extent_of(picture, picture.size()), policy)) {
    return plan;
  }
  const std::size_t last_frame = start_of_last_frame(picture);
  if (picture.contiguous_size() < last_frame) {
    return plan;
  }
  plan.kind = ReplayKind::catch_up;
  plan.after = AfterReplay::go_live;
  plan.keyframe = KeyframeNeed::none;
  replay(picture, picture.size(), picture.at(picture.size() - 1)->timestamp, ticks_per_millisecond(rate),
         plan);
  for (std::size_t index = last_frame; index < picture.size(); ++index) {
    if (picture.at(index) == nullptr) {
      plan.missing.push_back(picture.sequence_at(index));
    }
  }
  return plan;
}

ReplayPlan plan_mend(const CachedPicture& picture, RtpTimestamp newest, const ReplayPolicy& policy) {
  ReplayPlan plan;
  const bool whole = !picture.empty() && !picture.truncated() && picture.complete_size() == picture.size();
  const Extent extent = whole ? extent_of(picture, picture.size()) : Extent{};
  if (!whole || !within(extent, policy) || extent.bytes > kMaxMendBytes) {
    return plan;
  }
  plan.kind = ReplayKind::mend;
  plan.after = AfterReplay::go_live;
  plan.keyframe = KeyframeNeed::none;
  replay(picture, picture.size(), newest.plus(static_cast<std::int64_t>(extent.frames) * kMendStep),
         kMendStep, plan);
  return plan;
}

ReplayPlan plan_preview(const CachedPicture& picture, RtpTimestamp newest, const ReplayPolicy& policy,
                        ClockRate rate) {
  ReplayPlan plan;
  plan.kind = ReplayKind::preview;
  const bool all_of_it = picture.truncated() && within(extent_of(picture, picture.complete_size()), policy);
  const std::size_t size = all_of_it ? picture.complete_size() : picture.keyframe_size();
  replay(picture, size, newest.plus(-ticks_per_millisecond(rate)), ticks_per_millisecond(rate), plan);
  return plan;
}

}  // namespace baton::media
