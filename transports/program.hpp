// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/media/keyframe_cache.hpp"
#include "core/media/keyframe_throttle.hpp"
#include "core/media/packet_store.hpp"
#include "core/media/program_rewriter.hpp"
#include "core/media/replay_plan.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/time.hpp"
#include "transports/fan_out.hpp"
#include "transports/held_packets.hpp"
#include "transports/media_sink.hpp"
#include "transports/media_waker.hpp"
#include "transports/outlet_status.hpp"
#include "transports/program_outlet.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport {

/// What a program is made with.
struct ProgramSettings {
  media::VideoCodec video_codec = media::VideoCodec::vp8;
  media::ProgramIdentity audio;
  media::ProgramIdentity video;
  media::KeyframeCacheLimits last_picture;
  media::ReplayPolicy replay;
  core::Duration keyframe_interval = media::KeyframeThrottle::kDefaultInterval;
  /// How long the first packets of a frame may wait for the others of it on their way to the program's own
  /// viewers. What is handed to one viewer at once wakes whoever sends it once. 0: nothing waits.
  core::Duration batch_window{0};
};

/// The source on air changed, or went away.
struct ProgramSwitch {
  /// Whose picture viewers see from now on. It may be held without a word that it was on air: see
  /// `take_switch`.
  media::SourceId source;
  enum class State : std::uint8_t { on_air, held } state;
  core::Instant at;
};

/// What a program can say of itself, for `status`, and of all its viewers, wherever they are connected.
struct ProgramStatus : OutletStatus {
  std::optional<media::SourceId> on_air;
  std::optional<media::SourceId> pending;
  bool has_picture = false;
  bool picture_truncated = false;
  std::uint64_t keyframes_requested = 0;
  std::uint64_t malformed = 0;
  std::uint64_t too_large = 0;
  std::uint64_t muted = 0;
  /// Memory for packets, as much as was ever needed at once: for the last picture, and for what workers keep
  /// for retransmission or have not sent yet.
  std::size_t kept_bytes = 0;
  media::ProgramCounters audio;
  media::ProgramCounters video;
  media::CacheCounters cache;
};

/// The room's virtual feed: it follows one source after the other, and to its viewers it is one stream.
///
/// Threads. `incoming`, `count_muted`, `viewer_needs_keyframe` and the other `viewer_...` are called by the
/// threads that move packets, all other methods by the media worker. One mutex serialises them; the control
/// thread never takes it (docs/adr/0004), so a busy control thread cannot delay a packet.
class Program {
public:
  /// `waker` outlives the program.
  Program(const ProgramSettings& settings, MediaWaker& waker);

  [[nodiscard]] const ProgramSettings& settings() const { return settings_; }

  // --- the packet path
  // ---------------------------------------------------------------------------------------------

  /// One packet of any feed of the room; those of feeds that are not on air are counted and dropped.
  void incoming(media::SourceId source, MediaKind kind, media::ByteView bytes,
                const PacketExtensions& extensions, core::Instant now);
  /// A feed dropped a packet because its sender is muted.
  void count_muted() { muted_.fetch_add(1, std::memory_order_relaxed); }
  /// A viewer sent PLI or FIR. While the source is quiet it gets the last picture again, by the worker;
  /// otherwise, or when that is not due now (see PictureRepair), the source is asked.
  void viewer_needs_keyframe(SinkId id, core::Instant now);
  /// A viewer reported on the video. While the source is quiet it gets the last picture again when it lacks
  /// the end; when it lacks packets within, it only has to ask. While the source moves, and every viewer has
  /// reported once what it was played, this takes no lock.
  void viewer_reported(SinkId id, const media::ReportBlock& report, core::Instant now);
  /// A viewer lost packets that nobody sends again (see UnmendedLosses): it is played what it lacks.
  void viewer_lost_for_good(SinkId id, core::Instant now);
  /// A viewer of an outlet elsewhere needs a key frame of the source. Takes no lock; the worker asks.
  void keyframe_needed_elsewhere();

  // --- the media worker
  // --------------------------------------------------------------------------------------------

  /// Who goes on air with its next key frame. Until then the source on air stays. Without `keyframes` the
  /// source has no video: its sound goes on air, and the last picture is held.
  void follow(media::SourceId source, std::shared_ptr<KeyframeSource> keyframes, core::Instant now);
  /// Nobody: the last picture is held.
  void follow_nobody(core::Instant now);
  /// The source's connection is up, so it can be asked for a key frame now.
  void source_connected(media::SourceId source, core::Instant now);
  /// The source is over. Nothing happens unless it is on air or about to be.
  void source_ended(media::SourceId source, core::Instant now);

  void add_sink(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
                media::SequenceNumber first_video);
  /// The viewer's connection is up: it gets the last picture at once.
  void start_sink(SinkId id, core::Instant now);
  void remove_sink(SinkId id);

  /// From now on all that the program forwards goes to `tap` as well. `outlet`, which has had nothing yet and
  /// which nobody else uses now, is given what went out before, as far as a viewer who joins needs it.
  void attach(std::shared_ptr<ProgramTap> tap, ProgramOutlet& outlet);
  /// Nothing is handed to the tap any more when this returns.
  void detach(const ProgramTap& tap);

  /// When `tick` has something to do by itself; any thread.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  void tick(core::Instant now);
  /// The latest switch that was not taken yet. Of several in a row only the last matters.
  [[nodiscard]] std::optional<ProgramSwitch> take_switch();

  [[nodiscard]] ProgramStatus status();

private:
  void send_live(const ForwardedPacket& forwarded);
  void send_held();
  void ask_for_keyframe(core::Instant now);
  void keep_asking(core::Instant now);
  void note_deadline();
  void note_reports();
  void follow_picture(media::SourceId source, const media::ProgramVerdict& verdict, core::Instant now);
  void hold_picture(core::Instant now);
  void tell(const ProgramSwitch& change);
  void ask_if(media::KeyframeNeed need, core::Instant now);

  static constexpr std::int64_t kNoDeadline = INT64_MAX;

  const ProgramSettings settings_;
  MediaWaker& waker_;

  std::mutex mutex_;
  // All of these are guarded by mutex_.
  media::ProgramRewriter audio_;
  media::ProgramRewriter video_;
  media::PacketStore audio_store_;
  media::PacketStore video_store_;
  ProgramOutlet outlet_;
  HeldPackets held_;
  media::KeyframeThrottle throttle_;
  std::shared_ptr<KeyframeSource> keyframes_;
  std::vector<std::shared_ptr<ProgramTap>> taps_;
  OutletStatus detached_;  // What taps that are gone have sent.
  std::optional<ProgramSwitch> switch_;
  std::uint64_t keyframes_requested_ = 0;

  std::atomic<bool> needed_elsewhere_{false};
  // Whether there is a switch_ to be taken, so that the worker takes no lock to find none.
  std::atomic<bool> switched_{false};
  // Written under mutex_, read by the worker without it.
  std::atomic<std::int64_t> deadline_{kNoDeadline};
  // Written under mutex_ with each packet of the video, read without it by the threads that bring reports.
  // One that is passed over costs little: the next comes within a second or two.
  std::atomic<std::int64_t> reports_matter_from_{INT64_MIN};
  std::atomic<std::uint64_t> malformed_{0};
  std::atomic<std::uint64_t> too_large_{0};
  std::atomic<std::uint64_t> muted_{0};
};

}  // namespace baton::transport
