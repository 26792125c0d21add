// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/payload_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  baton::fuzz::inspect_and_rewrite(baton::media::VideoCodec::vp8, data, size);
  return 0;
}
