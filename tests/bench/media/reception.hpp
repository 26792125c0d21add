// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "tests/bench/media/stream.hpp"

namespace baton::bench {

/// The packets of one room's stream that a measurement is about.
struct PacketWindow {
  PacketNumber first;
  std::uint64_t count = 0;

  [[nodiscard]] bool holds(PacketNumber number) const {
    return number >= first && number.value() - first.value() < count;
  }
};

/// What became of the packets of a window, for one viewer or the sum of several.
struct ReceptionCounts {
  std::uint64_t expected = 0;
  std::uint64_t received = 0;     ///< Each once.
  std::uint64_t duplicated = 0;   ///< Copies of what had been received.
  std::uint64_t reordered = 0;    ///< Came after one that was sent later.
  std::uint64_t renumbered = 0;   ///< The RTP sequence number moved otherwise than the stream did.
  std::uint64_t other_rooms = 0;  ///< Packets of another room than the viewer's, at any time.
  std::uint64_t damaged = 0;      ///< Not what was sent, at any time.

  [[nodiscard]] std::uint64_t lost() const { return expected - received; }
  ReceptionCounts& operator+=(const ReceptionCounts& other);
};

/// One viewer's packets, each looked at as it arrives.
class Reception {
public:
  explicit Reception(RoomNumber room) : room_(room) {}

  /// From here on this is what counts.
  void open(const PacketWindow& window);

  /// Decrypted RTP of the video.
  /// @return  how long the packet was on its way, if it is one of the window that came for the first time
  std::optional<core::Duration> take(media::ByteView packet, core::Instant arrived);

  [[nodiscard]] RoomNumber room() const { return room_; }
  /// Whether anything of the right stream has come yet.
  [[nodiscard]] bool has_begun() const { return begun_; }
  [[nodiscard]] const ReceptionCounts& counts() const { return counts_; }

private:
  const RoomNumber room_;
  PacketWindow window_;
  std::vector<bool> seen_;
  std::optional<PacketNumber> latest_;
  std::optional<std::uint16_t> shift_;  // How far sequence numbers are from the stream's own.
  bool begun_ = false;
  ReceptionCounts counts_;
};

}  // namespace baton::bench
