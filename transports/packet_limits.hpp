// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace baton::transport {

/// The largest RTP packet that is forwarded, in bytes: what fits an Ethernet frame with room to spare.
/// Browsers keep to 1,200.
inline constexpr std::size_t kMaxPacketBytes = 2048;
/// Janus hands a dependency descriptor over beside the packet, in at most this many bytes.
inline constexpr std::size_t kMaxDescriptorBytes = 256;

}  // namespace baton::transport
