// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/codec_counters.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/replay_plan.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// What a viewer's stream may start with.
enum class StartCondition : std::uint8_t { any_packet /* audio */, keyframe /* video */ };

/// Where a viewer stands.
enum class SinkState : std::uint8_t {
  waiting_for_media,     ///< Nothing was sent yet.
  waiting_for_keyframe,  ///< Something was sent, and live continues with a key frame only.
  live,
};

/// Why a packet of the program does not go to one viewer.
enum class SinkDrop : std::uint8_t {
  waiting_for_media,
  waiting_for_keyframe,
  before_live,       ///< Older than the packet with which the viewer went live.
  already_replayed,  ///< In the part that was replayed, and not one of its missing packets.
  behind_replay,     ///< Live, but stamped older than the replay was: the viewer must wait for a key frame.
};
inline constexpr std::size_t kSinkDropCount = 5;
[[nodiscard]] const char* to_string(SinkDrop reason);

/// The answer for one packet and one viewer.
struct SinkVerdict {
  std::optional<SequenceNumber> sequence;  ///< The number to send it with; nothing when it is dropped.
  SinkDrop drop{};                         ///< Meaningful without `sequence`.
};

/// One viewer's numbering of the program: sequence numbers without a gap where the replay skipped packets,
/// and never one number twice. Timestamps stay as the program has them. So do codec counters, until a picture
/// is played to the viewer again: from then on they are ahead, since a decoder drops frames that it knows.
///
/// Tiny, fixed memory; pure; one owner at a time.
class SinkRewriter {
public:
  /// Missing packets of a replay that may still come late; more are not remembered and count as replayed.
  static constexpr std::size_t kMaxMissing = 16;

  /// `first` is the first number this viewer sees; the caller draws it.
  SinkRewriter(SequenceNumber first, StartCondition condition);

  /// Whether the plan has something to play that does not step back in time behind what was sent before.
  [[nodiscard]] bool can_replay(const ReplayPlan& plan) const;
  /// Starts a replay, the first or a further one: `plan` is made for this viewer now, and no packet of the
  /// program comes in between. An empty plan leaves the viewer waiting.
  void begin_replay(const ReplayPlan& plan);
  /// The number to send a packet of that plan with.
  [[nodiscard]] SequenceNumber map_replayed(ExtendedSequence sequence) const;

  /// Decides on one live packet, each exactly once, in the order in which the program forwards them.
  SinkVerdict admit(const ProgramPacket& packet);

  /// Whether the packet begins a key frame with which the viewer can go on, whatever is missing before it.
  [[nodiscard]] bool can_begin_anew(const ProgramPacket& packet) const;
  /// Begins anew with the next key frame. Numbers behind `last_handed_over` were given to packets that were
  /// not sent, and never will be: they are given again.
  void begin_anew(SequenceNumber last_handed_over);

  /// From here on nothing passes until a key frame (any packet, for audio): the viewer paused, or lost too
  /// much.
  void interrupt();

  [[nodiscard]] SinkState state() const { return state_; }
  /// How far the viewer's codec counters are ahead of the program's.
  [[nodiscard]] const CounterShift& counter_shift() const { return shift_; }
  /// The highest number that was sent; nothing before the first.
  [[nodiscard]] std::optional<SequenceNumber> last_sent() const;
  /// The viewer cannot go on without a key frame.
  [[nodiscard]] bool wants_keyframe() const {
    return state_ != SinkState::live && condition_ == StartCondition::keyframe;
  }

private:
  SinkVerdict start_live(const ProgramPacket& packet);
  SinkVerdict send(const ProgramPacket& packet);
  SinkVerdict fill_missing(const ProgramPacket& packet);
  void note_counters(const CodecCounters& counters);
  [[nodiscard]] bool is_behind_replay(const ProgramPacket& packet) const;

  StartCondition condition_;
  SinkState state_ = SinkState::waiting_for_media;
  std::int64_t next_;                             // The viewer's next unused number, unwrapped.
  std::int64_t offset_ = 0;                       // Viewer's number = program's number + offset.
  std::int64_t live_from_ = 0;                    // The first live number of the program.
  std::optional<RtpTimestamp> replayed_until_;    // Live packets must be newer; cleared by the first one.
  SinkDrop before_live_ = SinkDrop::before_live;  // What packets older than live_from_ are.
  CounterShift shift_;
  CodecCounters
      newest_;  // The program's, of what was sent last: each as the last packet had it that had one.
  std::array<std::int64_t, kMaxMissing> missing_{};
  std::size_t missing_count_ = 0;
};

}  // namespace baton::media
