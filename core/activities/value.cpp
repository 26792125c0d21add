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

bool operator==(const Value& left, const Value& right) {
  const auto* mine = left.get<Value::Members>();
  const auto* others = right.get<Value::Members>();
  if (mine == nullptr || others == nullptr) {
    return left.data_ == right.data_;
  }
  if (mine->size() != others->size()) {
    return false;
  }
  // Mostly they come from the same hand, in the same order.
  const bool same_order = std::ranges::equal(*mine, *others, {}, &Value::Members::value_type::first,
                                             &Value::Members::value_type::first);
  if (same_order) {
    return std::ranges::equal(*mine, *others);
  }
  return std::ranges::equal(members_by_name(*mine), members_by_name(*others),
                            [](const auto* one, const auto* other) { return *one == *other; });
}

std::vector<const Value::Members::value_type*> members_by_name(const Value::Members& members) {
  std::vector<const Value::Members::value_type*> sorted;
  sorted.reserve(members.size());
  for (const auto& member : members) {
    sorted.push_back(&member);
  }
  const auto name = [](const auto* member) -> const std::string& { return member->first; };
  if (!std::ranges::is_sorted(sorted, {}, name)) {
    std::ranges::sort(sorted, {}, name);
  }
  return sorted;
}

}  // namespace baton::core
