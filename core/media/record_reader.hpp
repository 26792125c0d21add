// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Goes through records of one size that stand one after the other, without allocating. Borrows the bytes;
/// what is left at the end and is no whole record is not read.
template <typename Record, std::size_t Size, Record (*Read)(ByteView)>
class RecordReader {
public:
  explicit RecordReader(ByteView bytes) : rest_(bytes) {}

  /// The next record, or nothing at the end.
  std::optional<Record> next() {
    if (rest_.size() < Size) {
      return std::nullopt;
    }
    const Record record = Read(rest_.first(Size));
    rest_ = rest_.subspan(Size);
    return record;
  }

  /// Records that are still to come.
  [[nodiscard]] std::size_t left() const { return rest_.size() / Size; }

private:
  ByteView rest_;
};

[[nodiscard]] inline Ssrc read_ssrc(ByteView bytes) {
  return Ssrc{load_u32(bytes, 0)};
}
/// A list of sources, as in BYE and REMB.
using SsrcReader = RecordReader<Ssrc, 4, read_ssrc>;

}  // namespace baton::media
