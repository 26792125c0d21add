// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/media/bytes.hpp"
#include "core/media/extension_set.hpp"
#include "core/media/ntp_time.hpp"
#include "core/media/repair_delay.hpp"
#include "core/media/repeated_packet.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/sent_packet_table.hpp"
#include "core/time.hpp"
#include "transports/direct/bandwidth_observer.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/frame_cut.hpp"
#include "transports/direct/packet_output.hpp"
#include "transports/direct/report_schedule.hpp"
#include "transports/direct/sent_stream.hpp"
#include "transports/direct/turn_time.hpp"
#include "transports/direct/viewed_program.hpp"
#include "transports/direct/viewer_settings.hpp"
#include "transports/direct/viewer_statistics.hpp"
#include "transports/media_sink.hpp"

namespace baton::transport::direct {

/// What a viewer says that concerns its program. Called on the peer's thread, out of
/// ViewerPeer::incoming_rtcp and ViewerPeer::advance and never while a packet goes out, so whoever holds a
/// lock around sending does not meet itself. What is called may send.
class ViewerListener {
public:
  ViewerListener() = default;
  ViewerListener(const ViewerListener&) = delete;
  ViewerListener& operator=(const ViewerListener&) = delete;
  virtual ~ViewerListener() = default;

  /// It reported on the video.
  virtual void on_viewer_reported(const media::ReportBlock& report, core::Instant now) = 0;
  /// It asked for a key frame, or lost what cannot be repeated.
  virtual void on_keyframe_needed(core::Instant now) = 0;
};

/// What a peer works with. All must outlive it, but for the wall clock, which is copied; `bandwidth` may be
/// null.
struct ViewerSurroundings {
  PacketOutput& output;
  const ViewedProgram& program;
  ViewerListener& listener;
  const TurnTime& turn;
  media::WallClock wall;  ///< The same for all peers, so that all their media are in step.
  BandwidthObserver* bandwidth = nullptr;
};

/// The media of one viewer of one program: what it is sent, live, replayed or once again, and what it says.
///
/// When the socket is full, nothing waits. The rest of the video frame that was under way is dropped for
/// this viewer (FrameCut); audio goes on, since it is little and each packet counts. What is missing then is
/// what the viewer asks for when the next frame shows it the gap, and it is repeated within the budget of
/// ResendGate. If retransmission was not negotiated, only a key frame helps, and one is asked for.
///
/// Packets that the program itself does not have (lost on the way to us) are not repeated and are no reason
/// for a key frame: they are asked of the publisher, and come late.
///
/// A far viewer that loses packets is asked to delay its picture for as long as a repetition takes
/// (RepairDelay), if it can be told so. The sound follows, where the browser keeps both in step.
///
/// A viewer is mended before any round trip is known. The first sender report follows the first packet, so
/// that its first report tells one.
///
/// Allocates at construction; one thread.
class ViewerPeer final : public MediaSink {
public:
  /// Lost packets that one compound may ask for: more than a round trip of 10 Mbit/s would lose with ten of
  /// a hundred.
  static constexpr std::size_t kMaxLostPerCompound = 512;

  ViewerPeer(const ViewerSettings& settings, const ViewerSurroundings& surroundings);

  /// A packet of the program, live or replayed.
  void send(const OutgoingPacket& packet) override;

  /// One decrypted compound.
  void incoming_rtcp(media::ByteView compound, core::Instant now);
  /// Datagrams to this viewer were not sent. Sends nothing and calls nobody.
  void on_unsent(std::size_t datagrams, UnsentReason reason, core::Instant now);

  /// When `advance` has something to do.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  void advance(core::Instant now);

  [[nodiscard]] ViewerStatistics statistics() const;

private:
  struct Extensions;
  struct Heard;
  struct Restored;

  [[nodiscard]] std::optional<SentStream>& stream(MediaKind kind) {
    return kind == MediaKind::audio ? audio_ : video_;
  }
  void drop(ViewerDrop reason) { ++counters_.dropped[static_cast<std::size_t>(reason)]; }
  void drop(ViewerRtcpDrop reason, std::size_t count = 1) {
    counters_.rtcp_dropped[static_cast<std::size_t>(reason)] += count;
  }
  [[nodiscard]] bool is_cut(MediaKind kind, const media::RtpPacketView& packet);
  void complete(Extensions& extensions, const SentStream& stream, std::size_t size_without,
                core::Instant now);
  [[nodiscard]] Handover hand_over(media::ByteView header, media::ByteView payload, core::Instant now);
  [[nodiscard]] bool restore(const media::Resend& resend, media::SequenceNumber number, Restored& restored);

  void heed(const media::RtcpPacketView& packet, Heard& heard, core::Instant now);
  void heed_reports(const media::RtcpPacketView& packet, Heard& heard, core::Instant now);
  void heed_losses(const media::RtcpPacketView& packet, Heard& heard, core::Instant now);
  void heed_keyframe_request(const media::RtcpPacketView& packet, Heard& heard);
  void heed_transport_feedback(const media::RtcpPacketView& packet, core::Instant now);
  void repeat(MediaKind kind, SentStream& stream, media::SequenceNumber number, core::Instant now);
  [[nodiscard]] std::optional<core::Duration> round_trip() const;
  void report(core::Instant now);

  const ViewerSurroundings around_;
  const media::ExtensionForms forms_;
  const media::ExtensionMap kept_extensions_;
  const std::string name_;
  std::optional<SentStream> audio_;
  std::optional<SentStream> video_;
  std::optional<media::SentPacketTable> table_;  // When some medium has transport-wide numbers.
  FrameCut frame_cut_;
  media::RepairDelay repair_delay_;
  std::optional<VideoOrientation> orientation_;  // The last that was told.
  std::optional<core::Instant> keyframe_wished_at_;
  ReportSchedule reports_;
  ViewerStatistics counters_;  // Only what is counted here; statistics() adds the rest.
};

}  // namespace baton::transport::direct
