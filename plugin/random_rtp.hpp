// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/media/initial_sequence.hpp"
#include "core/media/rtp_types.hpp"
#include "plugin/secrets.hpp"

/// What a new RTP stream draws by lot (RFC 3550 §5.1). Any thread.
namespace baton::plugin {

/// The first sequence number; see media::initial_sequence_number.
[[nodiscard]] inline media::SequenceNumber random_sequence() {
  return media::initial_sequence_number(random_number());
}

[[nodiscard]] inline media::Ssrc random_ssrc() {
  return media::Ssrc{static_cast<std::uint32_t>(random_number())};
}

}  // namespace baton::plugin
