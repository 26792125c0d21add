// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/arrival_window.hpp"
#include "core/media/continued_counter.hpp"
#include "core/media/frame_info.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/stream_clock.hpp"
#include "core/media/video_codec.hpp"
#include "core/time.hpp"

namespace baton::media {

/// Why a packet does not become part of the program. One counter each.
enum class ProgramDrop : std::uint8_t {
  not_on_air,            ///< Its source is neither on air nor about to be.
  waiting_for_keyframe,  ///< Its source is about to go on air, and this packet does not start a key frame.
  before_switch,         ///< Older than the packet with which its source went on air, or was joined anew.
  duplicate,             ///< Its sequence number has passed already.
  sequence_jump,         ///< Far from all that came before; a second one in line with it makes it a restart.
  malformed_payload,     ///< The payload is not what the codec says.
};
inline constexpr std::size_t kProgramDropCount = 6;
[[nodiscard]] const char* to_string(ProgramDrop reason);

/// What has passed through one ProgramRewriter, for statistics. They only grow.
struct ProgramCounters {
  std::uint64_t forwarded = 0;
  std::uint64_t late = 0;      ///< Of those forwarded: in their own slot behind the newest.
  std::uint64_t switches = 0;  ///< A source went on air, the first included.
  std::uint64_t restarts =
      0;  ///< The source on air began anew (other SSRC, or a jump of its sequence number).
  std::array<std::uint64_t, kProgramDropCount> dropped{};

  [[nodiscard]] std::uint64_t dropped_for(ProgramDrop reason) const {
    return dropped[static_cast<std::size_t>(reason)];
  }
};

/// What a program calls itself on the wire, for its whole life. The caller draws the random starts (RFC 3550
/// §5.1).
struct ProgramIdentity {
  Ssrc ssrc;
  PayloadType payload_type;
  SequenceNumber first_sequence;
  RtpTimestamp first_timestamp;
};

/// The answer for one packet: how it continues the program, or why it does not.
struct ProgramVerdict {
  std::optional<ProgramPacket> packet;
  ProgramDrop drop{};            ///< Meaningful without `packet`.
  bool source_switched = false;  ///< With this packet another source, or a restarted one, went on air.
};

/// Makes one continuous RTP stream of the sources that are on air one after the other.
///
/// Video: a switch only names the next source. The one on air stays until the first packet of a key frame of
/// the next one comes. Audio switches at once: the old source is off air even before the next one has sent
/// anything.
///
/// Numbers: SSRC and payload type are constant. The first packet of a source gets the sequence number after
/// the highest one that went out; gaps and late packets of a source keep their place. The timestamp moves on
/// by the time that passed since the last packet of the old source arrived, at least one tick. Codec counters
/// never step back.
///
/// The timestamps of one source are joined anew in the same way when they cannot be compared any more: after
/// a silence of more than kQuarterCircle ticks (3.3 h of video), or when they leap further than that. The
/// source's own clock went on meanwhile, further than ticks_of_silence let the program's go, and from half
/// the circle on what it sends would look older than a picture that was played again during the silence.
///
/// Duplicates are dropped: whoever encrypts would use one packet index twice, and no receiver gains by them.
///
/// A source that jumps by more than kMaxDropout ahead, or further back than ArrivalWindow::kSize, or that
/// changes its SSRC, is believed at the second packet in line (as RFC 3550 appendix A.1 does), or at once
/// when the packet starts a key frame. It is then treated like a switch to itself.
///
/// Pure; one owner at a time. Allocates nothing.
class ProgramRewriter {
public:
  /// Packets that may be missing between two of one source before it counts as a jump (RFC 3550 appendix
  /// A.1).
  static constexpr std::int64_t kMaxDropout = 3000;

  ProgramRewriter(Codec codec, ProgramIdentity identity);

  /// `source` is to go on air. Naming the one on air takes back a switch that has not happened yet.
  void switch_to(SourceId source);
  /// Nothing is on air any more, and nothing is about to be. The numbering is kept for whoever comes next.
  void end_source();

  /// Decides on one packet that `source` sent and that arrived at `arrival`. `descriptor` is the data of its
  /// dependency descriptor extension, empty for none. Changes no bytes: apply() does, on a copy.
  ProgramVerdict rewrite(SourceId source, core::Instant arrival, const RtpPacketView& packet,
                         ByteView descriptor = {});

  /// The source whose packets pass now.
  [[nodiscard]] std::optional<SourceId> current() const;
  /// The source that goes on air with its next key frame (audio: with its next packet). May be the same one
  /// as was on air before, after a restart. Whoever owns the program asks it for a key frame.
  [[nodiscard]] std::optional<SourceId> pending() const { return pending_; }

  /// The program's timestamp at `now`: that of the newest packet, moved on by the time since it arrived.
  [[nodiscard]] RtpTimestamp timestamp_at(core::Instant now) const { return clock_.at(now); }
  [[nodiscard]] const StreamClock& clock() const { return clock_; }

  [[nodiscard]] const ProgramCounters& counters() const { return counters_; }
  [[nodiscard]] const ProgramIdentity& identity() const { return identity_; }
  [[nodiscard]] const Codec& codec() const { return codec_; }

private:
  struct Expected {
    Ssrc ssrc;
    SequenceNumber sequence_number;
    friend bool operator==(const Expected&, const Expected&) = default;
  };
  // How the numbers of the source on air become those of the program.
  struct OnAir {
    SourceId source;
    Ssrc ssrc;
    std::int64_t first_in = 0;   // The source's first sequence number that has a place in the program.
    std::int64_t first_out = 0;  // The program's sequence number for it.
    std::int64_t timestamp_offset = 0;
    ArrivalWindow arrived;
    std::optional<Expected> after_jump;              // The packet that would confirm a jump.
    std::optional<RtpTimestamp> keyframe_timestamp;  // Of the latest key frame, in the source's own time.
  };
  // Where a packet of the source on air stands among those before it.
  enum class Place : std::uint8_t { newest, late, before_switch, duplicate, jump, restart };
  struct Placed {
    Place place;
    std::int64_t unwrapped;  // Meaningful but for a jump or restart.
  };

  ProgramVerdict refuse(ProgramDrop reason);
  ProgramVerdict continue_source(OnAir& on_air, core::Instant arrival, const RtpPacketView& packet,
                                 const FrameInfo& frame);
  ProgramVerdict start_source(SourceId source, core::Instant arrival, const RtpPacketView& packet,
                              const FrameInfo& frame);
  ProgramVerdict restart_source(SourceId source, core::Instant arrival, const RtpPacketView& packet,
                                const FrameInfo& frame);
  ProgramVerdict forward(OnAir& on_air, core::Instant arrival, const RtpPacketView& packet,
                         const FrameInfo& frame, std::int64_t unwrapped);
  static Placed place(const OnAir& on_air, const RtpPacketView& packet);
  /// Whether a new packet's timestamp cannot be told ahead from behind the program's.
  [[nodiscard]] bool timestamps_are_apart(const OnAir& on_air, core::Instant arrival,
                                          const RtpPacketView& packet) const;
  /// Lets the source's timestamps go on from the program's, beginning with this packet. What it sent before
  /// belongs to another count, so it has no place any more.
  void join_timestamps(OnAir& on_air, core::Instant arrival, const RtpPacketView& packet,
                       std::int64_t unwrapped) const;
  /// The timestamp of a packet that follows the newest one after the time that passed between them.
  [[nodiscard]] RtpTimestamp next_timestamp(core::Instant arrival) const;
  void continue_counters(const FrameInfo& frame, ProgramPacket& packet);
  [[nodiscard]] bool is_video() const { return std::holds_alternative<VideoCodec>(codec_); }

  Codec codec_;
  ProgramIdentity identity_;
  std::optional<OnAir> on_air_;
  std::optional<SourceId> pending_;

  std::int64_t next_sequence_;  // One above the highest that went out.
  StreamClock clock_;
  ContinuedCounter picture_id_;
  ContinuedCounter tl0_pic_idx_;
  ContinuedCounter frame_number_;
  ProgramCounters counters_;
};

}  // namespace baton::media
