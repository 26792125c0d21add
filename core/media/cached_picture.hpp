// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/codec_counters.hpp"
#include "core/media/packet_store.hpp"
#include "core/media/program_packet.hpp"
#include "core/time.hpp"

namespace baton::media {

/// How much one picture (a key frame and all that follows) may hold. Each bound is reached by itself.
struct KeyframeCacheLimits {
  /// Bytes of packets. While a new key frame is arriving, the old picture and the new one exist side by side,
  /// so a cache keeps at most twice this.
  std::size_t max_bytes = std::size_t{4} * 1024 * 1024;
  /// Sequence numbers from the key frame's first packet on; lost ones count, since their place is kept.
  std::size_t max_packets = 8192;
  /// From the arrival of the key frame's first packet.
  core::Duration max_age = std::chrono::seconds(60);
};

/// One packet of a cached picture.
struct CachedPacket {
  SharedPacket packet;  ///< As rewritten for the program.
  ExtendedSequence sequence;
  RtpTimestamp timestamp;
  CodecCounters counters;
  core::Instant arrival;
  bool ends_frame = false;
  bool padding_only = false;
};

/// A key frame and the packets after it, in the order of their sequence numbers, with places for those
/// missing.
class CachedPicture {
public:
  enum class Insert : std::uint8_t {
    stored,
    duplicate,
    before_keyframe,  ///< Older than the key frame's first packet.
    full,             ///< A bound was met: nothing newer is stored from here on.
  };

  explicit CachedPicture(const KeyframeCacheLimits& limits) : limits_(limits) {}

  /// Forgets everything and begins with the first packet of a key frame.
  Insert begin(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival);
  /// Forgets what is older than this first packet of another key frame and begins with it, keeping the
  /// packets after it, which have overtaken it.
  Insert begin_within(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival);
  /// Adds a packet in its place.
  Insert insert(const ProgramPacket& decided, SharedPacket packet, core::Instant arrival);
  /// Stores nothing from here on.
  void truncate() { truncated_ = true; }
  /// Forgets everything.
  void clear();
  /// Takes the packets from `first` on out of `other` (which forgets them) into this one, as far as there is
  /// room.
  void take_from(CachedPicture& other, ExtendedSequence first);

  /// Shares all packets with another one, which forgets its own, as far as it has room.
  void copy_to(CachedPicture& other) const;

  [[nodiscard]] bool empty() const { return slots_.empty(); }
  [[nodiscard]] bool truncated() const { return truncated_; }
  /// All packets of the key frame have arrived.
  [[nodiscard]] bool keyframe_complete() const { return keyframe_size_ != 0; }
  /// Some bound is used by three quarters or more.
  [[nodiscard]] bool nearly_full() const;

  /// Places, filled or missing, the last one filled; index 0 is the key frame's first packet.
  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  /// The packet at a place, or nothing when it is missing.
  [[nodiscard]] const CachedPacket* at(std::size_t index) const;
  /// The packet with this number, or nothing when it is missing.
  [[nodiscard]] const CachedPacket* find(ExtendedSequence sequence) const;
  /// The sequence number of a place.
  [[nodiscard]] ExtendedSequence sequence_at(std::size_t index) const;
  /// Places of the key frame: meaningful when it is complete.
  [[nodiscard]] std::size_t keyframe_size() const { return keyframe_size_; }
  /// Places from the first on without a gap.
  [[nodiscard]] std::size_t contiguous_size() const { return contiguous_size_; }
  /// Places from the first on that make up whole frames without a gap.
  [[nodiscard]] std::size_t complete_size() const { return complete_size_; }

private:
  struct Slot {
    CachedPacket packet;
    bool present = false;
  };

  Insert store(std::size_t index, const ProgramPacket& decided, SharedPacket packet, core::Instant arrival);
  void advance_contiguous();
  void frame_ends_before(std::size_t index);
  void recount();

  KeyframeCacheLimits limits_;
  std::vector<Slot> slots_;
  std::size_t bytes_ = 0;  // Of all packets.
  std::int64_t base_ = 0;
  core::Instant begun_at_{};
  core::Duration age_{};
  std::size_t keyframe_size_ = 0;
  std::size_t contiguous_size_ = 0;
  std::size_t complete_size_ = 0;
  std::optional<RtpTimestamp> open_frame_;  // The frame that contiguous_size_ ends in the middle of.
  bool truncated_ = false;
};

}  // namespace baton::media
