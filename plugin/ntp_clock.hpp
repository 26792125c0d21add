// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/ntp_time.hpp"

namespace baton::plugin {

/// The system's wall clock beside the one that core's times are of, both as they are now. Any thread.
[[nodiscard]] media::WallClock read_wall_clock();

}  // namespace baton::plugin
