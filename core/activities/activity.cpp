// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/activity.hpp"

namespace baton::core {

std::vector<std::string> ActivityCatalogue::names() const {
  std::vector<std::string> names;
  names.reserve(kinds_.size());
  for (const auto& [name, make] : kinds_) {
    names.push_back(name);
  }
  return names;
}

}  // namespace baton::core
