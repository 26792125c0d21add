// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/replay_stage.hpp"

#include <catch2/catch.hpp>
#include <optional>

namespace baton::transport::test {
namespace {

using media::VideoCodec;

std::uint8_t high(std::uint32_t value) {
  return static_cast<std::uint8_t>(value >> 8U);
}

std::uint8_t low(std::uint32_t value) {
  return static_cast<std::uint8_t>(value & 0xFFU);
}

/// One frame in one packet: payload, and descriptor where the codec has one.
struct Encoded {
  Bytes payload;
  Bytes descriptor;
};

Encoded encode(VideoCodec codec, Frame frame, std::uint16_t number) {
  const bool key = frame == Frame::key;
  switch (codec) {
    case VideoCodec::vp8:
      return {media::test::make_vp8(frame, Piece::first, number & 0x7FFFU, low(number)), {}};
    case VideoCodec::vp9: {
      const std::uint8_t flags = key ? 0xA8 : 0xE8;  // I, L and B; P for a delta frame.
      return {{flags, static_cast<std::uint8_t>(0x80U | high(number)), low(number), 0, low(number), 0xAA},
              {}};
    }
    case VideoCodec::h264:
      return {{static_cast<std::uint8_t>(key ? 0x65 : 0x61), 0x88, 0xAA}, {}};
    case VideoCodec::av1: {
      Bytes descriptor{0x80, high(number), low(number)};
      if (key) {
        descriptor.insert(descriptor.end(), {0x80, 0});
      }
      return {{static_cast<std::uint8_t>(key ? 0x18 : 0x10), 0x30, 1}, descriptor};
    }
  }
  return {};
}

}  // namespace

void Source::frame(Frame frame, std::int64_t ms, media::Marker marker) {
  const Encoded encoded = encode(codec_, frame, number_);
  const Bytes packet = media::test::make_rtp({.sequence = number_,
                                              .timestamp = static_cast<std::uint32_t>(ms * 90),
                                              .ssrc = 1,
                                              .payload_type = 120,
                                              .marker = marker,
                                              .payload = encoded.payload});
  PacketExtensions extensions;
  extensions.dependency_descriptor = encoded.descriptor;
  program_.incoming(media::SourceId{1}, MediaKind::video, packet, extensions, at_ms(ms));
  ++number_;
}

ProgramSettings settings_for(media::VideoCodec codec) {
  ProgramSettings settings = test_settings();
  settings.video_codec = codec;
  return settings;
}

Still::Still(const ProgramSettings& settings)
    : program(settings, waker), source(program, settings.video_codec) {
  program.follow(media::SourceId{1}, host, at_ms(0));
  witness = join(1, 0);
  source.frame(Frame::key, 0);
  source.frame(Frame::delta, 33);
  source.frame(Frame::delta, 66);
  report(1, witness->received().back(), 100);
}

std::shared_ptr<FakeSink> Still::join(std::uint64_t id, std::int64_t ms) {
  auto sink = std::make_shared<FakeSink>();
  program.add_sink(SinkId{id}, sink, media::SequenceNumber::wrap(0), media::SequenceNumber::wrap(65'534));
  program.start_sink(SinkId{id}, at_ms(ms));
  return sink;
}

void Still::tick_if_due(std::int64_t ms) {
  if (const auto due = program.next_deadline(); due && *due <= at_ms(ms)) {
    program.tick(at_ms(ms));
  }
}

void Still::ask(std::uint64_t id, std::int64_t ms) {
  program.viewer_needs_keyframe(SinkId{id}, at_ms(ms));
  tick_if_due(ms);
}

void Still::report(std::uint64_t id, const Received& last, std::int64_t ms, std::int32_t lost) {
  media::ReportBlock report;
  report.highest = media::SequenceNumber(last.sequence);
  report.cumulative_lost = lost;
  program.viewer_reported(SinkId{id}, report, at_ms(ms));
  tick_if_due(ms);
}

void check_continuous(media::VideoCodec codec, const std::vector<Received>& packets) {
  std::optional<media::FrameInfo> before;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    CAPTURE(i);
    const auto view = media::test::view_of(packets[i].bytes);
    const auto info = media::inspect(codec, view.payload(), view.marker(), packets[i].descriptor);
    REQUIRE(info.ok());
    if (i > 0) {
      CHECK(packets[i].sequence == static_cast<std::uint16_t>(packets[i - 1].sequence + 1));
      CHECK(media::RtpTimestamp(packets[i].timestamp)
                .is_newer_than(media::RtpTimestamp(packets[i - 1].timestamp)));
      if (info->picture_id) {
        CHECK(info->picture_id->value == ((before->picture_id->value + 1U) & 0x7FFFU));
      }
      if (info->tl0_pic_idx) {
        CHECK(info->tl0_pic_idx->value == low(before->tl0_pic_idx->value + 1U));
      }
      if (info->frame_number) {
        CHECK(*info->frame_number == static_cast<std::uint16_t>(*before->frame_number + 1));
      }
    }
    before = *info;
  }
}

}  // namespace baton::transport::test
