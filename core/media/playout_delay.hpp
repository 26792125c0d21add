// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "core/media/bytes.hpp"
#include "core/time.hpp"

namespace baton::media {

/// What a receiver is asked to keep between the arrival of a frame and its display:
/// ExtensionKind::playout_delay of libwebrtc. Both are multiples of 10 ms and less than 40.96 s; `min` is not
/// above `max`.
struct PlayoutDelay {
  core::Duration min{0};
  core::Duration max{0};
  friend bool operator==(const PlayoutDelay&, const PlayoutDelay&) = default;
};

/// Bytes of the element.
inline constexpr std::size_t kPlayoutDelaySize = 3;
/// Twelve bits of each, in units of 10 ms. `data` has that size.
void write_playout_delay(ByteSpan data, const PlayoutDelay& delay);

}  // namespace baton::media
