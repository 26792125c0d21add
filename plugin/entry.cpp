// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/export.hpp"
#include "plugin/instance.hpp"

BATON_EXPORT_PLUGIN(baton::plugin::BatonPlugin);
