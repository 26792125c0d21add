// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/time.hpp"

namespace baton::transport::direct {

/// The present of a worker's turn. The worker writes it before each turn; a MediaSink, which is called
/// without a time, reads it. One for all peers of a thread, which it outlives.
struct TurnTime {
  core::Instant now{};
};

}  // namespace baton::transport::direct
