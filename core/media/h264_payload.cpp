// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/h264_payload.hpp"

#include <cstddef>
#include <optional>

namespace baton::media {
namespace {

// NAL unit types (ITU-T H.264 table 7-1, RFC 6184 table 1).
constexpr std::uint8_t kSlice = 1;
constexpr std::uint8_t kIdrSlice = 5;
constexpr std::uint8_t kSequenceParameterSet = 7;
constexpr std::uint8_t kPictureParameterSet = 8;
constexpr std::uint8_t kLastSingleType = 23;
constexpr std::uint8_t kStapA = 24;
constexpr std::uint8_t kFuA = 28;

std::uint8_t type_of(std::uint8_t nal_header) {
  return static_cast<std::uint8_t>(nal_header & 0x1FU);
}
bool is_forbidden(std::uint8_t nal_header) {
  return (nal_header & 0x80U) != 0;
}

// Notes what one NAL unit is, or its beginning; the body is what follows the NAL unit header.
void note_nal_unit(std::uint8_t type, ByteView body, H264Payload& parsed) {
  // A slice header starts with first_mb_in_slice as an Exp-Golomb code: one set bit stands for macroblock 0.
  const bool starts_picture = !body.empty() && (body[0] & 0x80U) != 0;
  switch (type) {
    case kSlice:
      parsed.starts_picture |= starts_picture;
      break;
    case kIdrSlice:
      parsed.has_idr_slice = true;
      parsed.starts_picture |= starts_picture;
      parsed.starts_idr_picture |= starts_picture;
      break;
    case kSequenceParameterSet:
      parsed.has_sequence_parameter_set = true;
      break;
    case kPictureParameterSet:
      parsed.has_picture_parameter_set = true;
      break;
    default:
      break;
  }
}

// RFC 6184 §5.7.1: NAL units, each behind a 16-bit length.
std::optional<PayloadError> read_stap_a(ByteView units, H264Payload& parsed) {
  constexpr std::size_t kLengthSize = 2;
  if (units.empty()) {
    return PayloadError::nothing_after_descriptor;
  }
  while (!units.empty()) {
    if (units.size() < kLengthSize) {
      return PayloadError::length_beyond_end;
    }
    const std::size_t size = load_u16(units, 0);
    units = units.subspan(kLengthSize);
    if (size > units.size()) {
      return PayloadError::length_beyond_end;
    }
    if (size == 0) {
      return PayloadError::malformed;
    }
    note_nal_unit(type_of(units[0]), units.subspan(1, size - 1), parsed);
    units = units.subspan(size);
  }
  return std::nullopt;
}

// RFC 6184 §5.8: FU indicator, FU header, then a piece of the NAL unit without its header.
std::optional<PayloadError> read_fu_a(ByteView payload, H264Payload& parsed) {
  constexpr std::size_t kHeadersSize = 2;
  if (payload.size() < kHeadersSize) {
    return PayloadError::descriptor_too_long;
  }
  if (payload.size() == kHeadersSize) {
    return PayloadError::nothing_after_descriptor;
  }
  const bool is_start = (payload[1] & 0x80U) != 0;
  const std::uint8_t type = type_of(payload[1]);
  if (is_start) {
    note_nal_unit(type, payload.subspan(kHeadersSize), parsed);
  } else {
    parsed.has_idr_slice = type == kIdrSlice;
  }
  return std::nullopt;
}

}  // namespace

ParseResult<H264Payload, PayloadError> parse_h264_payload(ByteView payload) {
  if (payload.empty()) {
    return PayloadError::empty;
  }
  if (is_forbidden(payload[0])) {
    return PayloadError::malformed;
  }
  H264Payload parsed;
  std::optional<PayloadError> error;
  const std::uint8_t type = type_of(payload[0]);
  if (type >= kSlice && type <= kLastSingleType) {
    parsed.packetization = H264Packetization::single_nal_unit;
    note_nal_unit(type, payload.subspan(1), parsed);
  } else if (type == kStapA) {
    parsed.packetization = H264Packetization::stap_a;
    error = read_stap_a(payload.subspan(1), parsed);
  } else if (type == kFuA) {
    parsed.packetization = H264Packetization::fu_a;
    error = read_fu_a(payload, parsed);
  } else {
    error = PayloadError::unsupported_type;
  }
  if (error) {
    return *error;
  }
  return parsed;
}

}  // namespace baton::media
