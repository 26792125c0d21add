// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"

namespace baton::media {

/// Reads bytes one after the other and never past the end: the way through a payload descriptor whose
/// optional fields each follow from bits of those before.
class ByteCursor {
public:
  explicit ByteCursor(ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - offset_; }

  /// The next byte, or nothing at the end.
  std::optional<std::uint8_t> next() {
    if (left() == 0) {
      return std::nullopt;
    }
    return bytes_[offset_++];
  }

  enum class Skip : std::uint8_t { done, beyond_end };
  /// Passes over `count` bytes, or over none when there are fewer.
  Skip skip(std::size_t count) {
    if (count > left()) {
      return Skip::beyond_end;
    }
    offset_ += count;
    return Skip::done;
  }

private:
  ByteView bytes_;
  std::size_t offset_ = 0;
};

}  // namespace baton::media
