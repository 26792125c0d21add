// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "core/media/dependency_descriptor.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace media = baton::media;

// Rewriting the frame number changes that number and nothing else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  const auto parsed = media::parse_dependency_descriptor(bytes);
  if (!parsed) {
    return 0;
  }
  media::write_frame_number(bytes, parsed->frame_number + 1U);
  const auto again = media::parse_dependency_descriptor(bytes);
  expect(again.ok());
  expect(again->frame_number == static_cast<std::uint16_t>(parsed->frame_number + 1U));
  expect(again->template_id == parsed->template_id);
  expect(again->starts_keyframe() == parsed->starts_keyframe());
  expect(again->end_of_frame == parsed->end_of_frame);
  return 0;
}
