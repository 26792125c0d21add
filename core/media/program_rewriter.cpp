// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/program_rewriter.hpp"

#include <algorithm>

namespace baton::media {
namespace {

constexpr unsigned kTl0PicIdxBits = 8;
constexpr unsigned kFrameNumberBits = 16;

}  // namespace

const char* to_string(ProgramDrop reason) {
  switch (reason) {
    case ProgramDrop::not_on_air:
      return "not_on_air";
    case ProgramDrop::waiting_for_keyframe:
      return "waiting_for_keyframe";
    case ProgramDrop::before_switch:
      return "before_switch";
    case ProgramDrop::duplicate:
      return "duplicate";
    case ProgramDrop::sequence_jump:
      return "sequence_jump";
    case ProgramDrop::malformed_payload:
      return "malformed_payload";
  }
  return "unknown";
}

ProgramRewriter::ProgramRewriter(Codec codec, ProgramIdentity identity)
    : codec_(codec),
      identity_(identity),
      next_sequence_(identity.first_sequence.value()),
      clock_(clock_rate(codec), identity.first_timestamp) {}

void ProgramRewriter::switch_to(SourceId source) {
  if (on_air_ && on_air_->source == source) {
    pending_.reset();
    return;
  }
  pending_ = source;
  if (!is_video()) {
    on_air_.reset();
  }
}

void ProgramRewriter::end_source() {
  on_air_.reset();
  pending_.reset();
}

std::optional<SourceId> ProgramRewriter::current() const {
  return on_air_ ? std::optional(on_air_->source) : std::nullopt;
}

RtpTimestamp ProgramRewriter::next_timestamp(core::Instant arrival) const {
  if (!clock_.started()) {
    return identity_.first_timestamp;
  }
  return clock_.newest().plus(std::max<std::int64_t>(clock_.ticks_since_newest(arrival), 1));
}

ProgramVerdict ProgramRewriter::rewrite(SourceId source, core::Instant arrival, const RtpPacketView& packet,
                                        ByteView descriptor) {
  const bool is_pending = pending_ == source;
  if (!is_pending && current() != source) {
    return refuse(ProgramDrop::not_on_air);
  }
  FrameInfo frame;
  if (const auto* video = std::get_if<VideoCodec>(&codec_)) {
    const auto inspected = inspect(*video, packet.payload(), packet.marker(), descriptor);
    if (!inspected) {
      return refuse(ProgramDrop::malformed_payload);
    }
    frame = *inspected;
  } else {
    frame.ends_frame = true;
  }
  if (is_pending) {
    return is_video() && !frame.starts_keyframe ? refuse(ProgramDrop::waiting_for_keyframe)
                                                : start_source(source, arrival, packet, frame);
  }
  return continue_source(*on_air_, arrival, packet, frame);
}

ProgramVerdict ProgramRewriter::refuse(ProgramDrop reason) {
  ++counters_.dropped[static_cast<std::size_t>(reason)];
  return {.packet = std::nullopt, .drop = reason, .source_switched = false};
}

ProgramVerdict ProgramRewriter::continue_source(OnAir& on_air, core::Instant arrival,
                                                const RtpPacketView& packet, const FrameInfo& frame) {
  const auto [where, unwrapped] = place(on_air, packet);
  switch (where) {
    case Place::newest:
      if (timestamps_are_apart(on_air, arrival, packet)) {
        join_timestamps(on_air, arrival, packet, unwrapped);
      }
      break;
    case Place::late:
      ++counters_.late;
      break;
    case Place::before_switch:
      return refuse(ProgramDrop::before_switch);
    case Place::duplicate:
      return refuse(ProgramDrop::duplicate);
    case Place::jump:
      if (!frame.starts_keyframe) {
        on_air.after_jump = Expected{packet.ssrc(), packet.sequence_number().next()};
        return refuse(ProgramDrop::sequence_jump);
      }
      return restart_source(on_air.source, arrival, packet, frame);
    case Place::restart:
      return restart_source(on_air.source, arrival, packet, frame);
  }
  return forward(on_air, arrival, packet, frame, unwrapped);
}

bool ProgramRewriter::timestamps_are_apart(const OnAir& on_air, core::Instant arrival,
                                           const RtpPacketView& packet) const {
  const std::int64_t step = clock_.newest().distance_to(packet.timestamp().plus(on_air.timestamp_offset));
  return step > kQuarterCircle || step < -kQuarterCircle ||
         clock_.ticks_since_newest(arrival) > kQuarterCircle;
}

void ProgramRewriter::join_timestamps(OnAir& on_air, core::Instant arrival, const RtpPacketView& packet,
                                      std::int64_t unwrapped) const {
  on_air.timestamp_offset = packet.timestamp().distance_to(next_timestamp(arrival));
  on_air.first_out += unwrapped - on_air.first_in;
  on_air.first_in = unwrapped;
}

ProgramRewriter::Placed ProgramRewriter::place(const OnAir& on_air, const RtpPacketView& packet) {
  const std::int64_t highest = on_air.arrived.highest();
  const std::int64_t step = SequenceNumber::wrap(highest).distance_to(packet.sequence_number());
  const std::int64_t unwrapped = highest + step;
  if (packet.ssrc() == on_air.ssrc) {
    if (step > 0 && step <= kMaxDropout) {
      return {Place::newest, unwrapped};
    }
    if (step <= 0 && on_air.arrived.covers(unwrapped)) {
      if (unwrapped < on_air.first_in) {
        return {Place::before_switch, unwrapped};
      }
      return {on_air.arrived.contains(unwrapped) ? Place::duplicate : Place::late, unwrapped};
    }
  }
  const bool in_line = on_air.after_jump == Expected{packet.ssrc(), packet.sequence_number()};
  return {in_line ? Place::restart : Place::jump, unwrapped};
}

ProgramVerdict ProgramRewriter::restart_source(SourceId source, core::Instant arrival,
                                               const RtpPacketView& packet, const FrameInfo& frame) {
  ++counters_.restarts;
  on_air_.reset();
  if (!is_video() || frame.starts_keyframe) {
    return start_source(source, arrival, packet, frame);
  }
  if (pending_) {
    // Somebody else is about to take over: the restarted source does not get in the way.
    return refuse(ProgramDrop::not_on_air);
  }
  pending_ = source;
  return refuse(ProgramDrop::waiting_for_keyframe);
}

ProgramVerdict ProgramRewriter::start_source(SourceId source, core::Instant arrival,
                                             const RtpPacketView& packet, const FrameInfo& frame) {
  const std::int64_t first_in = packet.sequence_number().value();
  OnAir& on_air = on_air_.emplace(OnAir{
      .source = source,
      .ssrc = packet.ssrc(),
      .first_in = first_in,
      .first_out = next_sequence_,
      .timestamp_offset = packet.timestamp().distance_to(next_timestamp(arrival)),
      .arrived = {},
      .after_jump = std::nullopt,
      .keyframe_timestamp = std::nullopt,
  });
  // As if the number before had arrived: the first packet is then the newest like any other.
  on_air.arrived.restart(first_in - 1);

  if (pending_ == source) {
    pending_.reset();
  }
  picture_id_.switch_source();
  tl0_pic_idx_.switch_source();
  frame_number_.switch_source();
  ++counters_.switches;

  auto verdict = forward(on_air, arrival, packet, frame, first_in);
  verdict.source_switched = true;
  return verdict;
}

ProgramVerdict ProgramRewriter::forward(OnAir& on_air, core::Instant arrival, const RtpPacketView& packet,
                                        const FrameInfo& frame, std::int64_t unwrapped) {
  const std::int64_t sequence = on_air.first_out + (unwrapped - on_air.first_in);
  const RtpTimestamp timestamp = packet.timestamp().plus(on_air.timestamp_offset);
  if (unwrapped > on_air.arrived.highest()) {
    clock_.tick(timestamp, arrival);
    next_sequence_ = sequence + 1;
  }
  on_air.arrived.mark(unwrapped);
  on_air.after_jump.reset();

  ProgramPacket out;
  out.sequence = ExtendedSequence{sequence};
  out.timestamp = timestamp;
  out.ssrc = identity_.ssrc;
  out.payload_type = identity_.payload_type;
  out.ends_frame = frame.ends_frame;
  out.padding_only = frame.padding_only;
  if (frame.starts_keyframe && on_air.keyframe_timestamp != packet.timestamp()) {
    out.starts_keyframe = true;
    on_air.keyframe_timestamp = packet.timestamp();
  }
  continue_counters(frame, out);
  ++counters_.forwarded;
  return {.packet = out, .drop = {}, .source_switched = false};
}

void ProgramRewriter::continue_counters(const FrameInfo& frame, ProgramPacket& packet) {
  if (frame.picture_id) {
    packet.counters.picture_id = frame.picture_id;
    const auto bits = static_cast<unsigned>(frame.picture_id->width);
    // One bit more than a picture ID can have is kept out by the writer, which knows the width.
    packet.counters.picture_id->value =
        static_cast<std::uint16_t>(picture_id_.continue_with(frame.picture_id->value, bits) & 0x7FFFU);
  }
  if (frame.tl0_pic_idx) {
    packet.counters.tl0_pic_idx = frame.tl0_pic_idx;
    packet.counters.tl0_pic_idx->value = static_cast<std::uint8_t>(
        tl0_pic_idx_.continue_with(frame.tl0_pic_idx->value, kTl0PicIdxBits) & 0xFFU);
  }
  if (frame.frame_number) {
    packet.counters.frame_number = static_cast<std::uint16_t>(
        frame_number_.continue_with(*frame.frame_number, kFrameNumberBits) & 0xFFFFU);
  }
}

}  // namespace baton::media
