// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>
#include <vector>

#include "core/media/keyframe_cache.hpp"
#include "core/media/program_rewriter.hpp"
#include "core/media/sink_rewriter.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace media = baton::media;

namespace {

constexpr std::size_t kStepSize = 8;

// One program with one viewer. The input is a script of steps of eight bytes each.
class Script {
public:
  void step(media::ByteView bytes) {
    now_ += std::chrono::milliseconds(bytes[1]);
    const media::SourceId source{bytes[2] & 3U};
    switch (bytes[0] & 15U) {
      case 0:
        rewriter_.switch_to(source);
        break;
      case 1:
        rewriter_.end_source();
        cache_.source_ended();
        break;
      case 2:
        join();
        break;
      case 3:
        sink_.interrupt();
        break;
      case 4:
        ask_again();
        break;
      default:
        packet(source, bytes);
        break;
    }
  }

private:
  // Bytes 3 and 4: sequence number, 5 and 6: high half of the timestamp, 7: kind of payload.
  void packet(media::SourceId source, media::ByteView bytes) {
    std::vector<std::uint8_t> raw{0x80, 96, bytes[3], bytes[4], bytes[5], bytes[6], 0, 0, 0, 0, 0, bytes[2]};
    raw[1] = static_cast<std::uint8_t>(raw[1] | (bytes[7] & 0x80U));
    raw.insert(raw.end(), {0x90, 0xC0, 0x80, bytes[6], bytes[4], static_cast<std::uint8_t>(bytes[7] & 1U)});
    if ((bytes[7] & 2U) != 0) {
      raw.resize(media::kRtpFixedHeaderSize);
    }
    auto rtp = media::MutableRtpPacket::parse(raw);
    const auto verdict = rewriter_.rewrite(source, now_, rtp->view());
    if (!verdict.packet) {
      return;
    }
    expect(program_numbers_.insert(verdict.packet->sequence.value).second);
    media::apply(*verdict.packet, *rtp);
    expect(rtp->view().sequence_number() == verdict.packet->sequence.wire());
    cache_.append(*verdict.packet, store_.add(raw, {})->packet, now_);
    if (const auto number = sink_.admit(*verdict.packet).sequence) {
      got(*number);
    }
  }

  void join() {
    sink_ = media::SinkRewriter(media::SequenceNumber(65'530), media::StartCondition::keyframe);
    viewer_numbers_.clear();
    viewer_unwrapper_.reset();
    replay(plan_now());
  }

  void ask_again() {
    const auto plan = plan_now();
    if (sink_.can_replay(plan)) {
      replay(plan);
    }
  }

  media::ReplayPlan plan_now() const {
    auto plan = cache_.plan({now_, rewriter_.timestamp_at(now_)}, {.max_catch_up_frames = 4});
    expect((plan.kind == media::ReplayKind::nothing) == plan.packets.empty());
    return plan;
  }

  void replay(const media::ReplayPlan& plan) {
    sink_.begin_replay(plan);
    for (const auto& packet : plan.packets) {
      got(sink_.map_replayed(packet.sequence));
    }
  }

  void got(media::SequenceNumber number) {
    expect(viewer_numbers_.insert(viewer_unwrapper_.unwrap(number)).second);
  }

  baton::core::Instant now_{};
  media::ProgramRewriter rewriter_{media::VideoCodec::vp8,
                                   {media::Ssrc{1}, media::PayloadType{96}, media::SequenceNumber(65'530),
                                    media::RtpTimestamp(0xFFFFFF00)}};
  media::PacketStore store_;
  media::KeyframeCache cache_{media::ClockRate{90'000}, {.max_bytes = 64 * 1024, .max_packets = 64}};
  media::SinkRewriter sink_{media::SequenceNumber(0), media::StartCondition::keyframe};
  media::SerialUnwrapper<media::SequenceNumber> viewer_unwrapper_;
  std::set<std::int64_t> program_numbers_;
  std::set<std::int64_t> viewer_numbers_;
};

}  // namespace

// No number of the program or of the viewer is ever used twice.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script;
  for (std::size_t offset = 0; offset + kStepSize <= size; offset += kStepSize) {
    script.step(media::ByteView(data + offset, kStepSize));
  }
  return 0;
}
