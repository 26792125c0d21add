// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/dependency_descriptor.hpp"

namespace baton::media {
namespace {

constexpr std::size_t kMandatorySize = 3;

}  // namespace

const char* to_string(DependencyDescriptorError error) {
  switch (error) {
    case DependencyDescriptorError::too_short:
      return "too_short";
    case DependencyDescriptorError::too_long:
      return "too_long";
  }
  return "unknown";
}

ParseResult<DependencyDescriptor, DependencyDescriptorError> parse_dependency_descriptor(ByteView data) {
  if (data.size() < kMandatorySize) {
    return DependencyDescriptorError::too_short;
  }
  if (data.size() > kMaxDependencyDescriptorSize) {
    return DependencyDescriptorError::too_long;
  }
  DependencyDescriptor parsed;
  parsed.start_of_frame = (data[0] & 0x80U) != 0;
  parsed.end_of_frame = (data[0] & 0x40U) != 0;
  parsed.template_id = static_cast<std::uint8_t>(data[0] & 0x3FU);
  parsed.frame_number = load_u16(data, 1);
  // The extended fields exist when there are more than the mandatory bytes; their first bit announces the
  // structure.
  parsed.has_template_structure = data.size() > kMandatorySize && (data[kMandatorySize] & 0x80U) != 0;
  return parsed;
}

void write_frame_number(ByteSpan data, std::uint64_t frame_number) {
  if (data.size() >= kMandatorySize) {
    store_u16(data, 1, static_cast<std::uint16_t>(frame_number & 0xFFFFU));
  }
}

}  // namespace baton::media
