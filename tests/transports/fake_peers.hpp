// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/media/rtp_packet.hpp"
#include "tests/media/media_builders.hpp"
#include "transports/media_sink.hpp"
#include "transports/media_waker.hpp"
#include "transports/program.hpp"

/// The far ends of a program in tests: viewers that keep what they are sent, and hosts that count what they
/// are asked.
namespace baton::transport::test {

using media::test::at_ms;
using media::test::Bytes;
using media::test::Frame;
using media::test::Piece;

/// What one viewer was sent.
struct Received {
  MediaKind kind;
  std::uint16_t sequence;
  std::uint32_t timestamp;
  std::uint32_t ssrc;
  std::uint8_t payload_type;
  Bytes bytes;
  PacketExtensions extensions;  ///< Without the dependency descriptor, which is borrowed.
  Bytes descriptor;
  media::SentAs sent;
};

class FakeSink final : public MediaSink {
public:
  void send(const OutgoingPacket& packet) override {
    const auto view = media::RtpPacketView::parse(packet.bytes);
    PacketExtensions extensions = packet.extensions;
    extensions.dependency_descriptor = {};
    const media::ByteView descriptor = packet.extensions.dependency_descriptor;
    const std::lock_guard lock(mutex_);
    received_.push_back({packet.kind, view->sequence_number().value(), view->timestamp().value(),
                         view->ssrc().value, view->payload_type().value,
                         Bytes(packet.bytes.begin(), packet.bytes.end()), extensions,
                         Bytes(descriptor.begin(), descriptor.end()), packet.sent});
  }
  [[nodiscard]] std::vector<Received> received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<Received> received_;
};

class FakeHost final : public KeyframeSource {
public:
  void request_keyframe() override { ++asked_; }
  [[nodiscard]] int asked() const { return asked_; }

private:
  std::atomic<int> asked_{0};
};

class FakeWaker final : public MediaWaker {
public:
  void wake() override { ++rings_; }
  [[nodiscard]] int rings() const { return rings_; }

private:
  std::atomic<int> rings_{0};
};

/// Plays a host's video: one packet a frame, every 33 ms.
class FakeVideo {
public:
  FakeVideo(Program& program, std::uint64_t source, std::uint16_t first_sequence,
            std::uint32_t first_timestamp)
      : program_(program), source_{source}, sequence_(first_sequence), timestamp_(first_timestamp) {}

  void frame(Frame frame, std::int64_t ms) {
    const Bytes packet =
        media::test::make_rtp({.sequence = sequence_++,
                               .timestamp = timestamp_,
                               .ssrc = static_cast<std::uint32_t>(source_.value),
                               .payload_type = 120,
                               .marker = media::Marker::set,
                               .payload = media::test::make_vp8(frame, Piece::first, picture_++)});
    timestamp_ += 2970;
    program_.incoming(source_, MediaKind::video, packet, {}, at_ms(ms));
  }

private:
  Program& program_;
  media::SourceId source_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  std::uint16_t picture_ = 0;
};

inline ProgramSettings test_settings() {
  ProgramSettings settings;
  settings.audio = {media::Ssrc{0xA0A0A0A0}, media::PayloadType{111}, media::SequenceNumber::wrap(100),
                    media::RtpTimestamp::wrap(0)};
  settings.video = {media::Ssrc{0xB0B0B0B0}, media::PayloadType{96}, media::SequenceNumber::wrap(65'530),
                    media::RtpTimestamp::wrap(0xFFFFFF00)};
  return settings;
}

}  // namespace baton::transport::test
