// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/packet_store.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// How much of a program is kept for those who lost a packet. Each bound is reached by itself.
struct PacketHistoryLimits {
  /// Sequence numbers, lost ones included, since their place is kept.
  std::size_t max_packets = 2048;
  /// Bytes of packets.
  std::size_t max_bytes = std::size_t{2} * 1024 * 1024;
  /// A packet that comes later than this is of no use to anybody who plays in real time.
  core::Duration max_age = std::chrono::seconds(3);
};

/// One packet of the history. The bytes are borrowed from it until the next packet is stored.
struct StoredPacket {
  ByteView bytes;       ///< The whole RTP packet, as rewritten for the program.
  ByteView descriptor;  ///< Data of its dependency descriptor where that travels beside it; else empty.
  ExtendedSequence sequence;
  CodecCounters counters;
  core::Instant stored_at;
};

/// What became of a packet that was offered to the history.
enum class HistoryStore : std::uint8_t {
  stored,
  duplicate,
  too_old,  ///< Its place has passed.
};
inline constexpr std::size_t kHistoryStoreCount = 3;

/// The latest packets of a program, for retransmission (RFC 4588). There is one for all viewers: each finds
/// a packet by the number that it has in the program (see SentNumbers), so a viewer costs nothing here.
///
/// It keeps no bytes of its own: packets are shared with whoever else has them, and let go by the next one
/// that is stored when they are past a bound. Its table is as large as its stream needs, so in the steady
/// state it allocates nothing. Pure; one owner at a time.
class PacketHistory {
public:
  /// A limit of nothing counts as one packet.
  explicit PacketHistory(const PacketHistoryLimits& limits);

  /// Offers one packet of the program, as rewritten.
  HistoryStore store(const ProgramPacket& decided, SharedPacket packet, core::Instant now);

  /// The packet, or nothing when it never came, or a bound has passed over it.
  [[nodiscard]] std::optional<StoredPacket> find(ExtendedSequence sequence, core::Instant now) const;

  /// Bytes of all packets that it has.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// How often each answer was given; they only grow.
  [[nodiscard]] const std::array<std::uint64_t, kHistoryStoreCount>& counters() const { return counters_; }

private:
  struct Slot {
    std::optional<ExtendedSequence> sequence;
    SharedPacket packet;
    core::Instant stored_at{};
    CodecCounters counters;
  };

  HistoryStore judge_and_store(const ProgramPacket& decided, SharedPacket packet, core::Instant now);
  void grow_for(ExtendedSequence sequence);
  void double_slots();
  template <typename Condition>
  void let_go_while(Condition is_past_a_bound);
  [[nodiscard]] bool is_empty() const { return highest_ < lowest_; }
  [[nodiscard]] std::size_t index_of(ExtendedSequence sequence) const;
  [[nodiscard]] bool is_useful(const Slot& slot, core::Instant now) const;

  PacketHistoryLimits limits_;
  std::vector<Slot> slots_;  // A ring: number N lives at N modulo their number.
  // All that is there lies between these two, which are less far apart than there are slots. Meaningful while
  // there are slots; nothing is there when the lowest is above the highest.
  ExtendedSequence lowest_;
  ExtendedSequence highest_;
  std::size_t bytes_ = 0;
  std::array<std::uint64_t, kHistoryStoreCount> counters_{};
};

}  // namespace baton::media
