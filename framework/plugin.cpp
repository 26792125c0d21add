// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/plugin.hpp"

namespace baton::framework {

// By value, since a plugin may want to keep it.
Json Plugin::on_admin_message(SharedJson request) {  // NOLINT(performance-unnecessary-value-param)
  static_cast<void>(request);
  return Json::object().set("error", "This plugin takes no administrative requests.");
}

}  // namespace baton::framework
