// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace baton::plugin {

/// How the media of one PeerConnection travel. On the wire: "gateway", "direct".
enum class MediaTransport : std::uint8_t {
  gateway,  ///< By the gateway's own PeerConnection, negotiated in `jsep`.
  direct,   ///< By Baton's own endpoint, negotiated in the message's `sdp`.
};

/// Whether there is a direct transport.
enum class DirectOffered : std::uint8_t { no, yes };

}  // namespace baton::plugin
