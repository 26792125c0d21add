// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/merge_patch.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

namespace baton::core {

namespace {

/// Whether JSON writes it as null: it has no word for a number that is not finite.
bool is_written_as_null(const Value& value) {
  const auto* number = value.get<double>();
  return value.is_nothing() || (number != nullptr && !std::isfinite(*number));
}

/// Whether a patch can bring it in: as the value of a member, or of a member's member, null means "gone".
bool can_be_told(const Value& value) {
  const auto* members = value.get<Value::Members>();
  return members != nullptr
             ? std::ranges::all_of(*members, [](const auto& member) { return can_be_told(member.second); })
             : !is_written_as_null(value);
}

std::optional<Value> difference(const Value::Members& from, const Value::Members& to) {
  const auto old_ones = members_by_name(from);
  const auto new_ones = members_by_name(to);
  Value::Members patch;
  auto before = old_ones.begin();
  auto after = new_ones.begin();
  while (before != old_ones.end() || after != new_ones.end()) {
    const bool is_gone =
        after == new_ones.end() || (before != old_ones.end() && (*before)->first < (*after)->first);
    if (is_gone) {
      patch.emplace_back((*before)->first, Value());
      ++before;
      continue;
    }
    const auto& [name, value] = **after;
    ++after;
    const bool was_there = before != old_ones.end() && (*before)->first == name;
    const Value* known = was_there ? &(*before)->second : nullptr;
    before += was_there ? 1 : 0;
    if (known != nullptr && *known == value) {
      continue;
    }
    const auto* known_members = known != nullptr ? known->get<Value::Members>() : nullptr;
    const auto* members = value.get<Value::Members>();
    if (known_members != nullptr && members != nullptr) {
      auto inner = difference(*known_members, *members);
      if (!inner) {
        return std::nullopt;
      }
      patch.emplace_back(name, *std::move(inner));
    } else if (can_be_told(value)) {
      patch.emplace_back(name, value);
    } else {
      return std::nullopt;
    }
  }
  return Value(std::move(patch));
}

std::size_t text_size(const std::string& text) {
  const auto escaped = std::ranges::count_if(text, [](char one) { return one == '"' || one == '\\'; });
  return text.size() + 2 + static_cast<std::size_t>(escaped);
}

struct Measure {
  std::size_t operator()(std::monostate /*nothing*/) const { return std::string("null").size(); }
  std::size_t operator()(bool value) const { return std::string(value ? "true" : "false").size(); }
  std::size_t operator()(std::int64_t value) const { return std::to_string(value).size(); }
  std::size_t operator()(double value) const { return std::to_string(value).size(); }
  std::size_t operator()(const std::string& value) const { return text_size(value); }
  std::size_t operator()(const Value::List& list) const {
    std::size_t size = separators(list.size());
    for (const Value& value : list) {
      size += json_size(value);
    }
    return size;
  }
  std::size_t operator()(const Value::Members& members) const {
    std::size_t size = separators(members.size());
    for (const auto& [name, value] : members) {
      size += text_size(name) + 1 + json_size(value);
    }
    return size;
  }
  /// The brackets, and the commas between.
  static std::size_t separators(std::size_t count) { return 2 + (count > 0 ? count - 1 : 0); }
};

}  // namespace

std::optional<Value> merge_patch(const Value& from, const Value& to) {
  const auto* old_members = from.get<Value::Members>();
  const auto* new_members = to.get<Value::Members>();
  return old_members != nullptr && new_members != nullptr ? difference(*old_members, *new_members)
                                                          : std::nullopt;
}

std::size_t json_size(const Value& value) {
  return std::visit(Measure(), value.data());
}

}  // namespace baton::core
