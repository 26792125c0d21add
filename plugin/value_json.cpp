// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/value_json.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace baton::plugin {

namespace {

using core::Value;
using framework::Json;
using framework::JsonView;

std::optional<Value> list_of(JsonView json, int depth) {
  Value::List list;
  list.reserve(json.size());
  bool fits = true;
  json.for_each_element([&](JsonView element) {
    auto value = fits ? value_of(element, depth) : std::nullopt;
    fits = value.has_value();
    if (fits) {
      list.push_back(*std::move(value));
    }
  });
  return fits ? std::optional<Value>(std::move(list)) : std::nullopt;
}

std::optional<Value> members_of(JsonView json, int depth) {
  Value::Members members;
  members.reserve(json.size());
  bool fits = true;
  json.for_each_member([&](std::string_view name, JsonView member) {
    auto value = fits ? value_of(member, depth) : std::nullopt;
    fits = value.has_value();
    if (fits) {
      members.emplace_back(name, *std::move(value));
    }
  });
  return fits ? std::optional<Value>(std::move(members)) : std::nullopt;
}

struct Writer {
  Json operator()(std::monostate /*nothing*/) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(double value) const { return value; }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(const Value::List& list) const {
    Json json = Json::array();
    for (const Value& value : list) {
      json.append(json_of(value));
    }
    return json;
  }
  Json operator()(const Value::Members& members) const {
    Json json = Json::object();
    for (const auto& [name, value] : members) {
      json.set(name.c_str(), json_of(value));
    }
    return json;
  }
};

}  // namespace

std::optional<Value> value_of(JsonView json, int depth) {
  if (const auto text = json.as_string()) {
    return Value(*text);
  }
  if (const auto truth = json.as_boolean()) {
    return Value(*truth);
  }
  if (const auto integer = json.as_integer()) {
    return Value(*integer);
  }
  if (const auto number = json.as_number()) {
    return Value(*number);
  }
  if (!json.is_array() && !json.is_object()) {
    return Value();
  }
  if (depth <= 0) {
    return std::nullopt;
  }
  return json.is_array() ? list_of(json, depth - 1) : members_of(json, depth - 1);
}

Json json_of(const Value& value) {
  return std::visit(Writer(), value.data());
}

}  // namespace baton::plugin
