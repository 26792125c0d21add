// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace baton::media {

/// Keeps one codec counter (picture ID, TL0PICIDX, frame number) going over source switches: the first value
/// of a new source becomes the one after the highest that went out, and the source's own steps are kept from
/// there on. Counts in 64 bits; the caller cuts the answer to the width of the field.
class ContinuedCounter {
public:
  /// The next value comes from another source.
  void switch_source() { width_ = 0; }

  /// The program's value for a source's `value` of `bits` bits (1 to 32). When a source changes the width of
  /// its counter it counts as another source, since the old and the new values have nothing in common.
  std::uint64_t continue_with(std::uint32_t value, unsigned bits);

private:
  unsigned width_ = 0;           // Of the source's counter; 0 until the source has shown one.
  std::int64_t highest_in_ = 0;  // Of the source on air, unwrapped.
  std::int64_t offset_ = 0;
  std::optional<std::int64_t> highest_out_;
};

}  // namespace baton::media
