// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/activities.hpp"

#include "core/activities/built_in.hpp"
#include "examples/raised_hands/raised_hands.hpp"

namespace baton::plugin {

std::shared_ptr<const core::ActivityCatalogue> offered_activities() {
  core::ActivityCatalogue activities = core::built_in_activities();
  activities.add("raised_hands", &examples::RaisedHands::make);
  return std::make_shared<const core::ActivityCatalogue>(std::move(activities));
}

}  // namespace baton::plugin
