// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/activities/activity.hpp"

namespace baton::core {

/// The activities that come with Baton: `poker`. Whoever has further ones adds them before it opens rooms.
[[nodiscard]] ActivityCatalogue built_in_activities();

}  // namespace baton::core
