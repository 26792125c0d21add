// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace baton::transport {

/// The two media of a program.
enum class MediaKind : std::uint8_t { audio, video };

}  // namespace baton::transport
