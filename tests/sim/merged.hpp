// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <utility>

#include "core/activities/value.hpp"

namespace baton::sim {

/// What a client makes of a merge patch, written from RFC 7396, section 2.
[[nodiscard]] inline core::Value merged(const core::Value& target, const core::Value& patch) {
  const auto* changes = patch.get<core::Value::Members>();
  if (changes == nullptr) {
    return patch;
  }
  const auto* known = target.get<core::Value::Members>();
  core::Value::Members result = known != nullptr ? *known : core::Value::Members{};
  for (const auto& [name, change] : *changes) {
    const auto place = std::ranges::find(
        result, name, [](const auto& member) -> const auto& { return member.first; });
    if (change.is_nothing()) {
      if (place != result.end()) {
        result.erase(place);
      }
    } else if (place != result.end()) {
      place->second = merged(place->second, change);
    } else {
      result.emplace_back(name, merged({}, change));
    }
  }
  return result;
}

}  // namespace baton::sim
