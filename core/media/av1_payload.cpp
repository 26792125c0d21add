// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/av1_payload.hpp"

#include <cstddef>
#include <optional>

#include "core/media/byte_cursor.hpp"

namespace baton::media {
namespace {

constexpr std::uint8_t kSequenceHeaderObu = 1;  // AV1 specification §6.2.2.

std::uint8_t obu_type(std::uint8_t obu_header) {
  return static_cast<std::uint8_t>((obu_header >> 3U) & 0x0FU);
}

// A length as the AV1 specification §4.10.5 has it: seven bits in each byte, lowest first, at most eight
// bytes and 32 bits.
ParseResult<std::size_t, PayloadError> read_leb128(ByteCursor& cursor) {
  constexpr unsigned kMaxBytes = 8;
  std::uint64_t value = 0;
  for (unsigned index = 0; index < kMaxBytes; ++index) {
    const auto byte = cursor.next();
    if (!byte) {
      return PayloadError::length_beyond_end;
    }
    value |= std::uint64_t{*byte & 0x7FU} << (7 * index);
    if ((*byte & 0x80U) == 0) {
      return value <= UINT32_MAX ? ParseResult<std::size_t, PayloadError>(static_cast<std::size_t>(value))
                                 : ParseResult<std::size_t, PayloadError>(PayloadError::malformed);
    }
  }
  return PayloadError::malformed;
}

}  // namespace

ParseResult<Av1Payload, PayloadError> parse_av1_payload(ByteView payload) {
  ByteCursor cursor(payload);
  const auto aggregation_header = cursor.next();
  if (!aggregation_header) {
    return PayloadError::empty;
  }
  Av1Payload parsed;
  parsed.continues_fragment = (*aggregation_header & 0x80U) != 0;
  parsed.will_continue = (*aggregation_header & 0x40U) != 0;
  parsed.starts_coded_video_sequence = (*aggregation_header & 0x08U) != 0;
  // Zero means that each element has a length; otherwise it is the number of elements, the last without one.
  const unsigned element_count = (*aggregation_header >> 4U) & 0x03U;
  if (cursor.left() == 0) {
    return PayloadError::nothing_after_descriptor;
  }
  if (parsed.starts_coded_video_sequence && parsed.continues_fragment) {
    return PayloadError::malformed;
  }
  for (unsigned element = 1; element_count == 0 ? cursor.left() != 0 : element <= element_count; ++element) {
    std::size_t size = cursor.left();
    if (element_count == 0 || element < element_count) {
      const auto length = read_leb128(cursor);
      if (!length) {
        return length.error();
      }
      size = *length;
    }
    if (size > cursor.left()) {
      return PayloadError::length_beyond_end;
    }
    const bool begins_here = element > 1 || !parsed.continues_fragment;
    if (begins_here && size != 0) {
      parsed.has_sequence_header |= obu_type(payload[cursor.offset()]) == kSequenceHeaderObu;
    }
    cursor.skip(size);
  }
  return parsed;
}

}  // namespace baton::media
