// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace baton::media {

/// Remembers which of the last kSize sequence numbers (unwrapped) of one source have arrived, to tell a late
/// packet from a duplicate. Fixed memory.
class ArrivalWindow {
public:
  /// Also the longest delay, in packets, after which a late packet is still told from a duplicate. A
  /// retransmission that comes later than this is of no use to anybody who plays in real time.
  static constexpr std::int64_t kSize = 1024;

  /// Forgets everything and starts with `first` as the highest number.
  void restart(std::int64_t first);

  [[nodiscard]] std::int64_t highest() const { return highest_; }
  /// Inside the window, or newer than all of it.
  [[nodiscard]] bool covers(std::int64_t number) const { return number > highest_ - kSize; }
  /// Whether the number was marked before. Only for covered numbers.
  [[nodiscard]] bool contains(std::int64_t number) const;
  /// Marks a covered number; a newer one than all before moves the window.
  void mark(std::int64_t number);

private:
  static constexpr std::size_t kWords = static_cast<std::size_t>(kSize) / 64;
  [[nodiscard]] static std::size_t word_of(std::int64_t number);
  [[nodiscard]] static std::uint64_t bit_of(std::int64_t number);

  std::array<std::uint64_t, kWords> arrived_{};  // A ring: number N lives at bit N mod kSize.
  std::int64_t highest_ = 0;
};

}  // namespace baton::media
