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
#include "core/media/replay_plan.hpp"
#include "core/media/replay_reception.hpp"
#include "core/media/rtcp_view.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/sink_rewriter.hpp"
#include "core/time.hpp"
#include "transports/media_sink.hpp"

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
  media::CounterShift written{};   ///< How far the counters in the bytes are ahead of those of `decided`.
};

/// Pictures that were played to viewers again, for statistics. They only grow.
struct ReplayCounters {
  std::uint64_t repeated = 0;   ///< Played again.
  std::uint64_t throttled = 0;  ///< Asked for again too soon: played later, or waiting already.
  std::uint64_t doubted = 0;    ///< Asked for once by a viewer who has it.
  std::uint64_t postponed = 0;  ///< Due, but it would have stepped back in time.
  std::uint64_t mended = 0;     ///< Played again while the source moved, for what nobody repeats.
};

/// Sends each packet of a program to every viewer whose connection is up, with that viewer's own sequence
/// number. Not thread safe: its program serialises.
class FanOut {
public:
  /// The packets of one round of `play_again`, unless a single picture has more: 3 ms of the program's lock,
  /// for which the packets of the source wait.
  static constexpr std::size_t kMaxReplayRound = 2000;
  /// From the beginning of one round to that of the next, for each packet of it. A few times of what sending
  /// takes: a lock that is taken again at once is not had by those who wait for it.
  static constexpr core::Duration kReplayPace = std::chrono::microseconds(5);

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
  /// repeats are played the plan when it is due, and the others have what they need, or will ask. The caller
  /// has made the plan just now; where it has nothing to play it is put off. Answers whether a viewer is left
  /// that needs a key frame.
  [[nodiscard]] media::KeyframeNeed mend(const media::ReplayPlan& plan,
                                         media::PictureRepair::MendObstacle obstacle,
                                         const PacketExtensions& extensions, core::Instant now);
  /// Whether one of those viewers lost what nobody repeats.
  [[nodiscard]] bool is_mending(core::Instant now) const;

  /// Sends live packets, in the order in which the program forwarded them, to one viewer after the other:
  /// what goes to one address leaves together. The packets are changed in place, and unspecified afterwards.
  void send(std::span<LivePacket> packets);

  /// Packets of the video went missing on the way here: no viewer can go on without a key frame.
  void interrupt_video();

  [[nodiscard]] std::size_t size() const { return viewers_.size(); }
  /// Packets that were not sent to a viewer, by reason; they only grow.
  [[nodiscard]] const std::array<std::uint64_t, media::kSinkDropCount>& drops() const { return drops_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] const ReplayCounters& replays() const { return replays_; }

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
  };

  void send(Viewer& viewer, LivePacket& packet);
  [[nodiscard]] Viewer* find(SinkId id);
  [[nodiscard]] Viewer* find_started(SinkId id);
  void replay(Viewer& viewer, const media::ReplayPlan& plan, const PacketExtensions& extensions,
              core::Instant now);
  void note_due(const Viewer& viewer);
  void find_earliest_due();

  std::vector<Viewer> viewers_;  // In the order of their names, by which each packet from them finds them.
  std::array<std::uint64_t, media::kSinkDropCount> drops_{};
  std::uint64_t sent_ = 0;
  std::size_t awaited_ = 0;  // Started viewers whose PictureRepair awaits a report.
  ReplayCounters replays_;
  std::optional<core::Instant> replay_due_;  // The earliest of all viewers', or that of one removed.
  core::Instant next_round_{};               // No sooner, whoever is due.
  SinkId served_last_;                       // The next round begins behind this one.
};

}  // namespace baton::transport
