// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"

namespace baton::media {

/// The most that a gateway hands over beside a packet, in bytes. A longer descriptor is refused.
inline constexpr std::size_t kMaxDependencyDescriptorSize = 256;

/// Why a dependency descriptor was refused.
enum class DependencyDescriptorError : std::uint8_t {
  too_short,  ///< Fewer than the three bytes of mandatory fields, or the extended flags lack their bits.
  too_long,   ///< Longer than kMaxDependencyDescriptorSize.
};
[[nodiscard]] const char* to_string(DependencyDescriptorError error);

/// The fields of the Dependency Descriptor header extension that a forwarder needs ("RTP Payload Format For
/// AV1", appendix A.8.2 and A.8.3: mandatory fields and the flags of the extended ones).
struct DependencyDescriptor {
  bool start_of_frame = false;
  bool end_of_frame = false;
  std::uint8_t template_id = 0;    ///< Six bits: frame_dependency_template_id.
  std::uint16_t frame_number = 0;  ///< Sixteen bits that wrap; references are differences from it.
  /// The template structure is attached. Senders attach it to the first packet of each coded video sequence,
  /// so together with start_of_frame it marks a key frame.
  bool has_template_structure = false;

  [[nodiscard]] bool starts_keyframe() const { return start_of_frame && has_template_structure; }
};

/// Parses the data of the header extension (without its id and length).
[[nodiscard]] ParseResult<DependencyDescriptor, DependencyDescriptorError> parse_dependency_descriptor(
    ByteView data);

/// Writes another frame number in place. `data` has been parsed before: at least three bytes.
void write_frame_number(ByteSpan data, std::uint64_t frame_number);

}  // namespace baton::media
