// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/media/program_packet.hpp"
#include "core/media/replay_plan.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/sink_rewriter.hpp"
#include "transports/media_sink.hpp"

namespace baton::transport {

/// Names one subscription for as long as the process lives.
struct SinkId {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const SinkId&, const SinkId&) = default;
};

/// Sends each packet of a program to every viewer whose connection is up, with that viewer's own sequence
/// number. Not thread safe: its program serialises.
class FanOut {
public:
  /// A viewer; nothing is sent before `start`. `first_*` are the random first sequence numbers (RFC 3550
  /// §5.1).
  void add(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
           media::SequenceNumber first_video);
  /// The viewer's connection is up. Replays what `plan` says; the caller has made the plan just now.
  void start(SinkId id, const media::ReplayPlan& plan, const PacketExtensions& extensions);
  /// Whether `start` was called for this viewer already, or the viewer is not known at all.
  [[nodiscard]] bool started_or_unknown(SinkId id) const;
  void remove(SinkId id);

  /// Sends one live packet to all. The bytes are changed in place and are unspecified afterwards.
  void send(MediaKind kind, const media::ProgramPacket& decided, media::MutableRtpPacket& packet,
            const PacketExtensions& extensions);

  [[nodiscard]] std::size_t size() const { return viewers_.size(); }
  /// Packets that were not sent to a viewer, by reason; they only grow.
  [[nodiscard]] const std::array<std::uint64_t, media::kSinkDropCount>& drops() const { return drops_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

private:
  enum class Link : std::uint8_t { connecting, up };
  struct Viewer {
    SinkId id;
    std::shared_ptr<MediaSink> sink;
    media::SinkRewriter audio;
    media::SinkRewriter video;
    Link link = Link::connecting;
  };

  [[nodiscard]] Viewer* find(SinkId id);
  void replay(Viewer& viewer, const media::ReplayPlan& plan, const PacketExtensions& extensions);

  std::vector<Viewer> viewers_;
  std::array<std::uint64_t, media::kSinkDropCount> drops_{};
  std::uint64_t sent_ = 0;
};

}  // namespace baton::transport
