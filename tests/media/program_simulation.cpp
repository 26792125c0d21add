// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/media/program_simulation.hpp"

#include <algorithm>
#include <utility>

namespace baton::media::test {
namespace {

constexpr std::int64_t kFrameInterval = 33;
constexpr std::uint32_t kSimulatedSsrc = 0x50607080;
constexpr ProgramIdentity kIdentity{Ssrc{kSimulatedSsrc}, PayloadType{101}, SequenceNumber(65000),
                                    RtpTimestamp(0xFFFF0000)};

/// The packet with its counters as the viewer sees them.
Received received(const Viewer& viewer, SequenceNumber number, ExtendedSequence sequence,
                  RtpTimestamp timestamp, const CodecCounters& counters) {
  const CounterShift& shift = viewer.sink.counter_shift();
  return {number,
          sequence.value,
          timestamp,
          static_cast<std::uint16_t>((counters.picture_id->value + shift.picture_id) & 0x7FFF),
          static_cast<std::uint8_t>(counters.tl0_pic_idx->value + shift.tl0_pic_idx),
          viewer.replays};
}

}  // namespace

ProgramSimulation::ProgramSimulation(std::uint64_t seed, const Network& network)
    : random_(seed),
      network_(network),
      rewriter_(VideoCodec::vp8, kIdentity),
      cache_(ClockRate{90'000},
             {.max_bytes = 128 * 1024, .max_packets = 300, .max_age = std::chrono::seconds(4)}) {
  for (std::uint64_t id = 1; id <= 3; ++id) {
    Source source;
    source.id = SourceId{id};
    source.first_sequence = static_cast<std::uint16_t>(random_());
    source.first_timestamp = static_cast<std::uint32_t>(random_());
    source.picture_id = static_cast<std::uint16_t>(random_() & 0x7FFFU);
    source.tl0_pic_idx = static_cast<std::uint8_t>(random_());
    sources_.push_back(source);
  }
}

void ProgramSimulation::run(std::int64_t duration_ms) {
  for (std::int64_t now = 0; now < duration_ms; ++now) {
    if (now % kFrameInterval == 0) {
      direct();
      for (auto& source : sources_) {
        if (!source.silent) {
          send_frame(source, now);
        }
      }
    }
    std::stable_sort(under_way_.begin(), under_way_.end(),
                     [](const auto& left, const auto& right) { return left.arrival_ms < right.arrival_ms; });
    while (!under_way_.empty() && under_way_.front().arrival_ms <= now) {
      const Travelling packet = std::move(under_way_.front());
      under_way_.erase(under_way_.begin());
      deliver(packet);
      ++step_;
    }
    if (roll(150) == 0) {
      join(now);
    }
    if (!viewers_.empty() && roll(50) == 0) {
      ask_again(viewers_[random_() % viewers_.size()], now);
    }
  }
}

void ProgramSimulation::direct() {
  if (roll(45) == 0) {
    rewriter_.switch_to(SourceId{1 + random_() % sources_.size()});
  }
  if (roll(150) == 0) {
    rewriter_.end_source();
    cache_.source_ended();
  }
  for (auto& source : sources_) {
    // A source falls silent every few seconds, for about a second.
    if (roll(source.silent ? 30 : 120) == 0) {
      source.silent = !source.silent;
    }
    const bool asked = rewriter_.pending() == source.id && roll(4) == 0;
    source.keyframe_due |= asked || roll(120) == 0;
  }
}

void ProgramSimulation::send_frame(Source& source, std::int64_t now) {
  const Frame frame = source.keyframe_due ? Frame::key : Frame::delta;
  source.keyframe_due = false;
  ++source.frames;
  source.picture_id = static_cast<std::uint16_t>((source.picture_id + 1) & 0x7FFFU);
  ++source.tl0_pic_idx;
  const int pieces = frame == Frame::key ? 2 + roll(6) : 1 + roll(3);
  for (int piece = 0; piece < pieces; ++piece) {
    Travelling packet;
    packet.source = source.id;
    packet.index = source.packets;
    packet.frame = source.frames;
    packet.sent_ms = now;
    packet.bytes = make_rtp({.sequence = static_cast<std::uint16_t>(source.first_sequence + source.packets),
                             .timestamp = source.first_timestamp + static_cast<std::uint32_t>(now) * 90U,
                             .ssrc = static_cast<std::uint32_t>(source.id.value),
                             .marker = piece + 1 == pieces ? Marker::set : Marker::clear,
                             .payload = make_vp8(frame, piece == 0 ? Piece::first : Piece::middle,
                                                 source.picture_id, source.tl0_pic_idx)});
    ++source.packets;
    travel(std::move(packet), now);
  }
}

void ProgramSimulation::travel(Travelling packet, std::int64_t now) {
  if (roll(1000) < network_.lost_per_mille) {
    return;
  }
  packet.arrival_ms = now + roll(network_.max_delay_ms + 1);
  if (roll(1000) < network_.duplicated_per_mille) {
    Travelling copy = packet;
    copy.arrival_ms = now + roll(10 * network_.max_delay_ms + 10);
    under_way_.push_back(std::move(copy));
  }
  under_way_.push_back(std::move(packet));
}

void ProgramSimulation::deliver(const Travelling& packet) {
  Bytes copy = packet.bytes;
  auto rtp = MutableRtpPacket::parse(copy);
  const auto verdict = rewriter_.rewrite(packet.source, at_ms(packet.arrival_ms), rtp->view());
  if (!verdict.packet) {
    return;
  }
  span_ += verdict.source_switched ? 1 : 0;
  apply(*verdict.packet, *rtp);
  check_bytes(copy, *verdict.packet);
  forwarded_.push_back(
      {span_, packet.source, packet.index, packet.frame, packet.sent_ms, *verdict.packet, step_});
  cache_.append(*verdict.packet, store_.add(copy, {})->packet, at_ms(packet.arrival_ms));
  for (auto& viewer : viewers_) {
    const SinkState before = viewer.sink.state();
    const auto answer = viewer.sink.admit(*verdict.packet);
    if (before != SinkState::live && viewer.sink.state() == SinkState::live) {
      viewer.live_since_step = step_;
    }
    if (answer.sequence) {
      viewer.received.push_back(received(viewer, *answer.sequence, verdict.packet->sequence,
                                         verdict.packet->timestamp, verdict.packet->counters));
    }
  }
}

void ProgramSimulation::check_bytes(const Bytes& bytes, const ProgramPacket& decided) {
  const auto view = RtpPacketView::parse(bytes);
  const auto info = inspect(VideoCodec::vp8, view->payload(), view->marker());
  if (view->sequence_number() != decided.sequence.wire() || view->timestamp() != decided.timestamp ||
      view->ssrc() != kIdentity.ssrc || view->payload_type() != kIdentity.payload_type) {
    byte_error_ = "the header is not what was decided";
  }
  if (!info || info->picture_id->value != decided.counters.picture_id->value ||
      info->tl0_pic_idx->value != decided.counters.tl0_pic_idx->value) {
    byte_error_ = "the counters are not what was decided";
  }
}

ReplayPlan ProgramSimulation::plan_at(std::int64_t now) const {
  return cache_.plan({at_ms(now), rewriter_.timestamp_at(at_ms(now))}, {.max_catch_up_frames = 12});
}

void ProgramSimulation::join(std::int64_t now) {
  const auto plan = plan_at(now);
  Viewer viewer{
      SinkRewriter(SequenceNumber(static_cast<std::uint16_t>(random_())), StartCondition::keyframe)};
  viewer.replay = plan.kind;
  replay(viewer, plan);
  viewers_.push_back(std::move(viewer));
}

void ProgramSimulation::ask_again(Viewer& viewer, std::int64_t now) {
  const auto plan = plan_at(now);
  if (plan.kind == ReplayKind::still && viewer.sink.can_replay(plan)) {
    replay(viewer, plan);
  }
}

void ProgramSimulation::replay(Viewer& viewer, const ReplayPlan& plan) {
  viewer.sink.begin_replay(plan);
  if (viewer.sink.state() == SinkState::live) {
    viewer.live_since_step = step_;
  }
  if (!plan.packets.empty()) {
    ++viewer.replays;
  }
  for (const auto& packet : plan.packets) {
    viewer.received.push_back(received(viewer, viewer.sink.map_replayed(packet.sequence), packet.sequence,
                                       packet.timestamp, packet.counters));
  }
  if (plan.kind == ReplayKind::still || plan.kind == ReplayKind::preview) {
    viewer.replay_ends_frame &= RtpPacketView::parse(plan.packets.back().bytes)->marker() == Marker::set;
  }
}

}  // namespace baton::media::test
