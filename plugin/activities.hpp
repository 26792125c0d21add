// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/activities/activity.hpp"

namespace baton::plugin {

/// The activities that this server offers to the hosts of its rooms. Whoever has a further one adds it here.
[[nodiscard]] std::shared_ptr<const core::ActivityCatalogue> offered_activities();

}  // namespace baton::plugin
