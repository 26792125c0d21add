// SPDX-License-Identifier: GPL-3.0-or-later
// Baton with one more activity: a library that Janus loads in place of libjanus_baton.so.
#include "core/activities/built_in.hpp"
#include "examples/raised_hands/raised_hands.hpp"
#include "framework/export.hpp"
#include "plugin/instance.hpp"

namespace baton::examples {

class BatonWithRaisedHands final : public plugin::BatonPlugin {
public:
  BatonWithRaisedHands() : BatonPlugin(activities()) {}

private:
  static core::ActivityCatalogue activities() {
    core::ActivityCatalogue all = core::built_in_activities();
    all.add("raised_hands", &RaisedHands::make);
    return all;
  }
};

}  // namespace baton::examples

BATON_EXPORT_PLUGIN(baton::examples::BatonWithRaisedHands);
