// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace baton::media {

/// How far `to` lies ahead of `from` on a circle of 2^bits numbers (RFC 1982 §3.2): a negative answer means
/// behind. The one distance that RFC 1982 leaves undefined, exactly half the circle, counts as behind. `bits`
/// is 1 to 32; higher bits of the two numbers are ignored.
constexpr std::int64_t serial_distance(std::uint64_t from, std::uint64_t to, unsigned bits) {
  const std::uint64_t size = std::uint64_t{1} << bits;
  const std::uint64_t ahead = (to - from) & (size - 1);
  return ahead < size / 2 ? static_cast<std::int64_t>(ahead)
                          : static_cast<std::int64_t>(ahead) - static_cast<std::int64_t>(size);
}

/// A number of `Bits` bits that wraps. It has no `<`: on a circle "less" is not transitive, so one asks for
/// the distance, or whether one number is newer than another. `Tag` keeps different counters apart.
template <typename Tag, unsigned Bits>
class SerialNumber {
public:
  static_assert(Bits >= 1 && Bits <= 32);
  using Value = std::conditional_t<(Bits <= 8), std::uint8_t,
                                   std::conditional_t<(Bits <= 16), std::uint16_t, std::uint32_t>>;
  static constexpr unsigned kBits = Bits;

  constexpr SerialNumber() = default;
  /// Bits above `Bits` are cut off.
  constexpr explicit SerialNumber(Value value) : value_(static_cast<Value>(value & kMask)) {}
  /// The low bits of an unwrapped number.
  static constexpr SerialNumber wrap(std::int64_t unwrapped) {
    return SerialNumber(static_cast<Value>(static_cast<std::uint64_t>(unwrapped) & kMask));
  }

  [[nodiscard]] constexpr Value value() const { return value_; }

  /// Steps from this number to `other`; negative when `other` is older.
  [[nodiscard]] constexpr std::int64_t distance_to(SerialNumber other) const {
    return serial_distance(value_, other.value_, Bits);
  }
  [[nodiscard]] constexpr bool is_newer_than(SerialNumber other) const {
    return other.distance_to(*this) > 0;
  }
  [[nodiscard]] constexpr SerialNumber plus(std::int64_t steps) const {
    return wrap(static_cast<std::int64_t>(value_) + steps);
  }
  [[nodiscard]] constexpr SerialNumber next() const { return plus(1); }

  friend constexpr bool operator==(SerialNumber, SerialNumber) = default;

private:
  static constexpr std::uint64_t kMask = (std::uint64_t{1} << Bits) - 1;
  Value value_ = 0;
};

/// Turns a wrapping number into a 64-bit one that does not wrap. Each number is placed nearest to the highest
/// one seen so far, so late packets get a lower number and do not disturb those that follow.
template <typename Serial>
class SerialUnwrapper {
public:
  constexpr std::int64_t unwrap(Serial number) {
    const std::int64_t unwrapped = peek(number);
    if (!highest_ || unwrapped > *highest_) {
      highest_ = unwrapped;
    }
    return unwrapped;
  }

  /// What unwrap() would answer, without remembering it. The first number stands for itself.
  [[nodiscard]] constexpr std::int64_t peek(Serial number) const {
    return highest_ ? *highest_ + Serial::wrap(*highest_).distance_to(number)
                    : static_cast<std::int64_t>(number.value());
  }

  [[nodiscard]] constexpr std::optional<std::int64_t> highest() const { return highest_; }
  constexpr void reset() { highest_.reset(); }

private:
  std::optional<std::int64_t> highest_;
};

}  // namespace baton::media
