// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/codec_counters.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"

namespace baton::media {

/// How much of a program is kept for those who lost a packet. Each bound is reached by itself.
struct PacketHistoryLimits {
  /// Sequence numbers, lost ones included, since their place is kept.
  std::size_t max_packets = 2048;
  /// Memory for packet bytes.
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
  too_old,    ///< Its place has passed.
  too_large,  ///< More bytes than the history may hold, or than a packet can have.
};
inline constexpr std::size_t kHistoryStoreCount = 4;

/// The latest packets of a program, for retransmission (RFC 4588). There is one for all viewers: each finds
/// a packet by the number that it has in the program (see SentNumbers), so a viewer costs nothing here.
///
/// The bytes stand in a ring, the oldest of them being overwritten by the newest; nothing is ever moved or
/// freed. All memory is taken with the first packet. Pure; one owner at a time.
class PacketHistory {
public:
  /// A limit of nothing counts as one.
  explicit PacketHistory(const PacketHistoryLimits& limits);

  /// Offers one packet of the program: `bytes` as rewritten, `descriptor` the rewritten descriptor data where
  /// it travels beside the packet. Both are copied.
  HistoryStore store(const ProgramPacket& packet, ByteView bytes, ByteView descriptor, core::Instant now);

  /// The packet, or nothing when it never came, or a bound has passed over it.
  [[nodiscard]] std::optional<StoredPacket> find(ExtendedSequence sequence, core::Instant now) const;

  /// Forgets everything and frees the memory.
  void release_memory();

  /// How often each answer was given; they only grow.
  [[nodiscard]] const std::array<std::uint64_t, kHistoryStoreCount>& counters() const { return counters_; }

private:
  struct Slot {
    std::optional<ExtendedSequence> sequence;
    std::uint64_t position = 0;  // Of the first byte, in all bytes that were ever written.
    std::uint16_t size = 0;
    std::uint16_t descriptor_size = 0;
    core::Instant stored_at{};
    CodecCounters counters;
  };

  HistoryStore judge_and_store(const ProgramPacket& packet, ByteView bytes, ByteView descriptor,
                               core::Instant now);
  [[nodiscard]] std::size_t slot_of(ExtendedSequence sequence) const;
  [[nodiscard]] bool is_overwritten(const Slot& slot) const;

  PacketHistoryLimits limits_;
  std::vector<Slot> slots_;  // A ring: number N lives at N mod max_packets.
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::uint64_t written_ = 0;  // Bytes that were ever written, ends of the ring that were left out included.
  ExtendedSequence highest_;   // Meaningful while there are slots.
  std::array<std::uint64_t, kHistoryStoreCount> counters_{};
};

}  // namespace baton::media
