// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/media/rtp_types.hpp"
#include "core/time.hpp"
#include "transports/media_sink.hpp"
#include "transports/media_waker.hpp"
#include "transports/program.hpp"

namespace baton::transport {

/// Whether a feed's audio goes on to the program.
enum class AudioState : std::uint8_t { heard, muted };

/// The media that one session sends. Packets come in on one thread; everything else may be asked on any
/// thread.
class Feed {
public:
  /// `keyframes` is null for a feed without video. `waker` outlives the feed.
  Feed(media::SourceId source, std::shared_ptr<Program> program, std::shared_ptr<KeyframeSource> keyframes,
       MediaWaker& waker);

  // --- the packet path
  // ---------------------------------------------------------------------------------------------

  void incoming_rtp(MediaKind kind, media::ByteView bytes, const PacketExtensions& extensions,
                    core::Instant now);
  /// Reports count as a sign of life: a still picture sends nothing else for minutes.
  void incoming_rtcp(core::Instant now);

  // --- any thread
  // --------------------------------------------------------------------------------------------------

  [[nodiscard]] media::SourceId source() const { return source_; }
  /// Which it may be a source of.
  [[nodiscard]] const Program& program() const { return *program_; }
  [[nodiscard]] const std::shared_ptr<KeyframeSource>& keyframes() const { return keyframes_; }
  /// When something last arrived; nothing before the first packet.
  [[nodiscard]] std::optional<core::Instant> last_arrival() const;
  /// When the first packet of the picture arrived; of the sound, of a feed without video. An encoder of
  /// video may start long after that of audio.
  [[nodiscard]] std::optional<core::Instant> picture_began() const;

  /// Audio that arrives from now on is heard, or counted by the program and dropped; it stays a sign of life.
  void set_audio(AudioState audio) { audio_.store(audio, std::memory_order_relaxed); }

  /// The first arrival after `seen` wakes the worker, and `take_resumed` says so once; it may have come
  /// before this call. `seen` is the last arrival that the caller knows of.
  void watch(std::optional<core::Instant> seen);
  [[nodiscard]] bool take_resumed();

private:
  void sign_of_life(core::Instant now);
  [[nodiscard]] bool begins_picture(MediaKind kind) const { return kind == MediaKind::video || !keyframes_; }
  void tell_if_watched();

  static constexpr std::int64_t kNever = INT64_MIN;

  const media::SourceId source_;
  const std::shared_ptr<Program> program_;
  const std::shared_ptr<KeyframeSource> keyframes_;
  MediaWaker& waker_;
  std::atomic<std::int64_t> last_arrival_{kNever};
  std::atomic<std::int64_t> picture_began_{kNever};
  std::atomic<AudioState> audio_{AudioState::heard};
  std::atomic<bool> watched_{false};
  std::atomic<bool> resumed_{false};
};

}  // namespace baton::transport
