// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

namespace baton::framework {

/// How many event loops all PeerConnections of this Janus share (`event_loops` of janus.jcfg); nothing when
/// each has a thread of its own, or when this Janus does not say. Any thread.
[[nodiscard]] std::optional<std::size_t> shared_event_loops();

}  // namespace baton::framework
