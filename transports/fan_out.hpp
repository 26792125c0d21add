// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/media/picture_repair.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/replay_pacer.hpp"
#include "core/media/replay_plan.hpp"
#include "core/media/replay_reception.hpp"
#include "core/media/resend_gate.hpp"
#include "core/media/resend_source.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/sink_rewriter.hpp"
#include "core/time.hpp"
#include "transports/media_sink.hpp"
#include "transports/outlet_status.hpp"

namespace baton::transport {

/// Names one subscription for as long as the process lives.
struct SinkId {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const SinkId&, const SinkId&) = default;
};

/// Whether the source on air has gone quiet.
enum class PictureState : std::uint8_t { still, moving };

/// A packet of the program on its way to its viewers. The bytes are borrowed.
struct LivePacket {
  MediaKind kind{};
  media::ProgramPacket decided;
  media::MutableRtpPacket packet;  ///< As `decided` says.
  media::ByteSpan descriptor;      ///< That travels beside it; empty for none. As `decided` says.
  PacketExtensions extensions;     ///< But for the descriptor.
  core::Instant arrival;
  media::CounterShift written{};  ///< How far the counters in the bytes are ahead of those of `decided`.
};

/// Sends each packet of a program to every viewer whose connection is up, with that viewer's own sequence
/// number. What is replayed is paced (ReplayPacer), and live video waits behind it. Not thread safe: its
/// program serialises.
class FanOut {
public:
  /// The packets of one round of `play_again`, unless a single picture has more, of `mend`, and of
  /// `send_waiting`: 3 ms of the program's lock, for which the packets of the source wait.
  static constexpr std::size_t kMaxReplayRound = 2000;
  /// From the beginning of one round to that of the next, for each packet of it. A few times of what sending
  /// takes: a lock that is taken again at once is not had by those who wait for it.
  static constexpr core::Duration kReplayPace = std::chrono::microseconds(5);
  /// How often packets are looked for whose turn has come: what is due to one viewer meanwhile leaves
  /// together.
  static constexpr core::Duration kPacingInterval = std::chrono::milliseconds(5);

  /// `video` is where packets are found whose turn has come; it outlives this object.
  FanOut(const media::ResendSource& video, const media::ReplayPace& pace) : video_kept_(video), pace_(pace) {}

  /// A viewer; nothing is sent before `start`. `first_*` are the random first sequence numbers (RFC 3550
  /// §5.1).
  void add(SinkId id, std::shared_ptr<MediaSink> sink, media::SequenceNumber first_audio,
           media::SequenceNumber first_video);
  /// The viewer's connection is up. Replays what `plan` says; the caller has made the plan just now.
  void start(SinkId id, const media::ReplayPlan& plan, const PacketExtensions& extensions, core::Instant now);
  /// Whether `start` was called for this viewer already, or the viewer is not known at all.
  [[nodiscard]] bool started_or_unknown(SinkId id) const;
  void remove(SinkId id);

  // Whether, and when, the picture of a quiet source is played to a viewer again.

  /// The viewer asks for a key frame; nothing when it is not known or not started.
  std::optional<media::PictureWish> picture_wanted(SinkId id, core::Instant now);
  /// The viewer reports on the video. Of a picture that moves the end is always under way, and the viewer
  /// learns of losses by what follows; so then only that a report came is of interest.
  void reported(SinkId id, const media::ReportBlock& report, PictureState picture, core::Instant now);
  /// The viewer lost what nobody repeats, while the source moves: `mend` is due, soon.
  void lost_for_good(SinkId id, core::Instant now);
  /// Whether some viewer has not reported all that it was played.
  [[nodiscard]] bool awaits_reports() const { return awaited_ > 0; }
  /// When `play_again` or `mend` is due; nothing when no viewer waits.
  [[nodiscard]] std::optional<core::Instant> replay_due() const;
  /// Plays the picture to viewers for whom it is due, as many as a round has room for; the others are served
  /// before them by the next rounds. The caller has made the plan just now.
  void play_again(const media::ReplayPlan& plan, const PacketExtensions& extensions, core::Instant now);
  /// The source is not quiet any more: of the viewers who wait for the picture, those who lost what nobody
  /// repeats are played the plan when it is due, those who were played a preview wait on, and the others have
  /// what they need, or will ask. The caller has made the plan just now; where it has nothing to play it is
  /// put off. Answers whether a viewer is left that needs a key frame.
  [[nodiscard]] media::KeyframeNeed mend(const media::ReplayPlan& plan,
                                         media::PictureRepair::MendObstacle obstacle,
                                         const PacketExtensions& extensions, core::Instant now);
  /// Whether one of those viewers lost what nobody repeats.
  [[nodiscard]] bool is_mending(core::Instant now) const;
  /// When `send_waiting` has something to do; nothing when no packet of a replay waits.
  [[nodiscard]] std::optional<core::Instant> waiting_due() const;
  /// Sends the packets of replays whose turn has come, as many as a round has room for.
  void send_waiting(const PacketExtensions& extensions, core::Instant now);

  /// Sends live packets, in the order in which the program forwarded them, to one viewer after the other:
  /// what goes to one address leaves together. The packets are changed in place, and unspecified afterwards.
  void send(std::span<LivePacket> packets);

  /// Packets of the video went missing on the way here: no viewer can go on without a key frame.
  void interrupt_video();

  [[nodiscard]] std::size_t size() const { return viewers_.size(); }
  [[nodiscard]] OutletStatus status() const;

private:
  enum class Link : std::uint8_t { connecting, up };
  struct Viewer {
    SinkId id;
    std::shared_ptr<MediaSink> sink;
    media::SinkRewriter audio;
    media::SinkRewriter video;
    Link link = Link::connecting;
    media::PictureRepair repair;
    media::ReplayReception reception;
    media::ReplayPacer pacer;
    std::optional<media::SequenceNumber> last_video{};  // The highest number that was handed over.

    void note_handed_over(media::SequenceNumber number) {
      if (!last_video || number.is_newer_than(*last_video)) {
        last_video = number;
      }
    }
  };

  void send(Viewer& viewer, LivePacket& packet);
  [[nodiscard]] bool waits(Viewer& viewer, const LivePacket& live, const media::WaitingPacket& named);
  void send_kept(Viewer& viewer, const media::Resend& kept, media::SequenceNumber number,
                 const PacketExtensions& extensions);
  std::size_t send_waiting(Viewer& viewer, const PacketExtensions& extensions, core::Instant now);
  void note_waiting(const Viewer& viewer, core::Instant now);
  void make_way(Viewer& viewer, const media::ProgramPacket& packet, core::Instant arrival);
  void end_round(std::size_t packets, core::Instant now);
  [[nodiscard]] Viewer* find(SinkId id);
  [[nodiscard]] Viewer* find_started(SinkId id);
  void replay(Viewer& viewer, const media::ReplayPlan& plan, const PacketExtensions& extensions,
              core::Instant now);
  void note_due(const Viewer& viewer);
  void find_earliest_due();

  const media::ResendSource& video_kept_;
  const media::ReplayPace pace_;
  std::vector<Viewer> viewers_;  // In the order of their names, by which each packet from them finds them.
  OutletStatus status_;
  std::size_t awaited_ = 0;                  // Started viewers whose PictureRepair awaits a report.
  std::optional<core::Instant> replay_due_;  // The earliest of all viewers', or that of one removed.
  core::Instant next_round_{};               // No sooner, whoever is due.
  SinkId served_last_;                       // The next round begins behind this one.
  std::vector<SinkId> waiting_;              // For whom packets wait: who is to be served next stands first.
  core::Instant next_waiting_round_{};       // Meaningful while somebody waits.
};

}  // namespace baton::transport
