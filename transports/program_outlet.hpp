// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "core/media/kept_packets.hpp"
#include "core/media/keyframe_cache.hpp"
#include "core/media/packet_history.hpp"
#include "core/media/replay_plan.hpp"
#include "core/media/report_block.hpp"
#include "core/media/stream_clock.hpp"
#include "core/media/video_codec.hpp"
#include "core/time.hpp"
#include "transports/fan_out.hpp"
#include "transports/media_sink.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport {

/// Where viewers of a program are connected: its last picture, and the numbering and repair of each of them.
/// A program has one for the viewers behind the gateway, and one for each thread that serves others.
///
/// Not thread safe: whoever owns it serialises. What wants a key frame says so, and its owner asks the
/// source.
class ProgramOutlet {
public:
  /// `video_history`, in which packets are found as well that the last picture does not have, outlives the
  /// outlet; null for none.
  ProgramOutlet(media::VideoCodec codec, const media::KeyframeCacheLimits& last_picture,
                const media::ReplayPolicy& replay, const media::PacketHistory* video_history);

  // --- what the program does

  /// Keeps the packet for those who come later, if it is a part of the picture.
  void keep(const ForwardedPacket& packet);
  /// Sends packets that were kept to all viewers. They are changed in place.
  void send(std::span<LivePacket> packets) { fan_out_.send(packets); }
  /// Packets of the video went missing before they came here: viewers need a key frame to go on.
  void interrupt_video() { fan_out_.interrupt_video(); }
  /// The source is off air for good.
  void source_ended() { cache_.source_ended(); }
  /// Once, when a key frame would keep it cheap to join late.
  [[nodiscard]] bool take_keyframe_wish() { return cache_.take_keyframe_wish(); }

  // --- viewers

  void add(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
           media::SequenceNumber first_video);
  /// The viewer's connection is up: it gets the last picture at once.
  [[nodiscard]] media::KeyframeNeed start(SinkId id, core::Instant now);
  void remove(SinkId id);
  /// The viewer sent PLI or FIR. While the source is quiet it gets the last picture again, by `tick`;
  /// otherwise, or when that is not due now (see PictureRepair), the source is to be asked.
  [[nodiscard]] media::KeyframeNeed needs_keyframe(SinkId id, core::Instant now);
  /// The viewer lost packets that nobody sends again. While the source moves it is played all since the key
  /// frame once more, by `tick`, or a key frame is asked for; a picture that stands still mends itself by
  /// `reported` and `needs_keyframe`.
  void lost_for_good(SinkId id, core::Instant now);
  /// The viewer reported on the video. While the source is quiet it gets the last picture again when it lacks
  /// the end, and, a few times, when it lacks packets within.
  void reported(SinkId id, const media::ReportBlock& report, core::Instant now);
  /// From when on reports can matter: never while the source moves, once every viewer has reported what it
  /// was played.
  [[nodiscard]] core::Instant reports_matter_from() const;

  /// When `tick` has something to do.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  [[nodiscard]] media::KeyframeNeed tick(core::Instant now);

  /// Gives another outlet, which has had nothing yet, all that is kept here, so that it can go on from here.
  void copy_picture_to(ProgramOutlet& other) const;

  [[nodiscard]] const media::KeyframeCache& cache() const { return cache_; }
  /// Where packets of the video are found again.
  [[nodiscard]] const media::ResendSource& video_kept() const { return video_kept_; }
  [[nodiscard]] std::size_t viewers() const { return fan_out_.size(); }
  [[nodiscard]] OutletStatus status() const { return fan_out_.status(); }
  /// What time it is in the medium; nothing before its first packet.
  [[nodiscard]] const std::optional<media::StreamClock>& clock(MediaKind kind) const {
    return kind == MediaKind::audio ? audio_clock_ : video_clock_;
  }

private:
  [[nodiscard]] bool shows_still(core::Instant now) const;
  [[nodiscard]] media::ReplayPlan plan(core::Instant now) const;
  [[nodiscard]] PacketExtensions replay_extensions() const;

  const media::ReplayPolicy replay_policy_;
  media::KeyframeCache cache_;
  const media::KeptPackets video_kept_;
  FanOut fan_out_;
  std::optional<media::StreamClock> audio_clock_;
  std::optional<media::StreamClock> video_clock_;
  std::optional<VideoOrientation> orientation_;
};

}  // namespace baton::transport
