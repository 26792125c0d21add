// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/value.hpp"

#include <algorithm>

namespace baton::core {

const Value* Value::member(std::string_view name) const {
  const auto* members = get<Members>();
  if (members == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(*members, name, &Members::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

}  // namespace baton::core
