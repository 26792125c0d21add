// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace baton::media {

/// What a reception report says of the picture that was played: of its end, which no gap in the numbers
/// shows, and of packets within.
enum class Reception : std::uint8_t { complete, lacks_the_end, has_gaps };

/// What became of a viewer's wish for the picture.
enum class PictureWish : std::uint8_t {
  due_now,
  due_later,  ///< It had the picture just now: once the interval is over.
  pending,    ///< An earlier wish waits already.
  doubted,    ///< It has reported all of the picture: granted if it asks again soon.
};

/// When the last picture is played to one viewer again while its source is quiet. Nobody else would help a
/// viewer that lost a part of it: a source with nothing new to show sends no key frame, and a gateway keeps
/// no packets for a connection whose round-trip time it does not know yet.
///
/// Played again, never faster than the interval, when the viewer asks for a key frame, when it reports that
/// the end did not arrive, and, a few times, when it reports nothing at all: a receiver that got no packet
/// does not know that there is anything to ask for. Who reports gaps knows, and may have been able to do
/// without what it lacks.
///
/// Browsers ask for a key frame every few seconds when nothing moves, whether they lack anything or not. So
/// one that has reported all of the picture must ask twice, as all do that cannot show one.
///
/// Tiny; pure; one owner at a time.
class PictureRepair {
public:
  /// The least time between two replays to one viewer; larger pictures wait longer, see kBytesPerSecond.
  static constexpr core::Duration kInterval = std::chrono::seconds(1);
  /// What replays may take of one viewer's connection: 2 Mbit/s, as a moving picture would.
  static constexpr std::size_t kBytesPerSecond = std::size_t{256} * 1024;
  /// Who lacks a key frame asks again within this time; browsers do every 200 ms.
  static constexpr core::Duration kInsists = std::chrono::seconds(1);
  /// A receiver's first report of video comes within a second and a half (RFC 3550 §6.2, with the intervals
  /// of browsers).
  static constexpr core::Duration kUnreportedInterval = std::chrono::seconds(2);
  /// Replays to a viewer of which no report ever came; by then its ICE agent has given up, too. That it asks
  /// for a key frame is no report: what answers it may be lost as well, and who got nothing may not ask
  /// again.
  static constexpr int kMaxUnreported = 15;
  /// The least time between two replays that mend a moving picture: until one has arrived, reports may speak
  /// of what was lost before it.
  static constexpr core::Duration kMendInterval = std::chrono::milliseconds(100);
  /// A frame that is under way is whole soon.
  static constexpr core::Duration kMendRetry = std::chrono::milliseconds(5);
  static constexpr int kMaxMendRetries = 5;
  /// How often is looked whether a source has stopped that owes viewers a key frame: for all of them in the
  /// same moments.
  static constexpr core::Duration kStillRetry = std::chrono::milliseconds(100);

  /// The viewer can be sent to from now on, and was played this much of a picture.
  void played(core::Instant now, std::size_t bytes);
  /// The viewer asks for a key frame.
  PictureWish asked(core::Instant now);
  /// The viewer lost what nobody repeats, while the source moves.
  void lost_for_good(core::Instant now);
  /// It cannot be mended in this moment: again after kMendRetry, a few times, or until a key frame that is
  /// arriving is whole.
  enum class MendObstacle : std::uint8_t { any, keyframe_arrives };
  void put_off_mending(MendObstacle obstacle, core::Instant now);
  [[nodiscard]] bool is_mending() const { return wish_ == Wish::mending; }
  /// The viewer waits for a key frame, and has been played a preview at best. A source that stops before it
  /// has sent one may have none to send, and then the viewer is to have the last picture: again after
  /// kStillRetry.
  void await_still(core::Instant now);
  [[nodiscard]] bool awaits_still() const { return wish_ == Wish::once_still; }
  /// The viewer sent a report on the stream. It lacks the end only if nothing was under way.
  void reported(Reception reception, core::Instant now);
  /// The picture could not be played now: once more after the interval, or after kStillRetry.
  void postpone(core::Instant now);
  /// The source moves: what is wished for comes with the live stream.
  void source_moved(core::Instant now);

  /// When to play the picture again; nothing when that is not wanted.
  [[nodiscard]] std::optional<core::Instant> due() const { return due_; }
  /// Whether a report that nothing is lacking would say anything new.
  [[nodiscard]] bool awaits_report() const { return reception_ != Reception::complete; }

private:
  void wait_for_report(core::Instant now);
  PictureWish wish(core::Instant now);

  core::Instant earliest_{};
  core::Instant earliest_mending_{};
  int mend_retries_ = 0;
  std::optional<core::Instant> due_;
  enum class Reports : std::uint8_t { none_yet, came } reports_ = Reports::none_yet;
  enum class Wish : std::uint8_t { none, pending, mending, once_still } wish_ = Wish::none;
  std::optional<core::Instant> doubted_at_;
  Reception reception_ = Reception::lacks_the_end;  // As reported last, since the last replay.
  int unreported_ = 0;
};

}  // namespace baton::media
