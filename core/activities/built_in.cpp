// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/built_in.hpp"

#include "core/activities/poker.hpp"

namespace baton::core {

ActivityCatalogue built_in_activities() {
  ActivityCatalogue activities;
  activities.add("poker", &Poker::make);
  return activities;
}

}  // namespace baton::core
