// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/request_elements.hpp"

#include <utility>

#include "plugin/config_keys.hpp"

namespace baton::plugin {

using core::ErrorCode;
using framework::JsonView;

void refuse(ErrorCode code, std::string detail) {
  throw RequestError{code, std::move(detail)};  // NOLINT(misc-throw-by-value-catch-by-reference)
}

void refuse_element(const char* name, std::string_view expected) {
  refuse(ErrorCode::element_invalid, std::string("\"") + name + "\" must be " + std::string(expected) + ".");
}

void refuse_missing(const char* name) {
  refuse(ErrorCode::element_missing, std::string("\"") + name + "\" is missing.");
}

bool is_absent(JsonView value) {
  return !value || value.is_null();
}

std::optional<std::string> optional_string(JsonView message, const char* name) {
  const JsonView element = message.get(name);
  if (is_absent(element)) {
    return std::nullopt;
  }
  const auto text = element.as_string();
  if (!text) {
    refuse_element(name, "a string");
  }
  return std::string(*text);
}

std::string required_string(JsonView message, const char* name) {
  auto text = optional_string(message, name);
  if (!text) {
    refuse_missing(name);
  }
  return *std::move(text);
}

std::optional<std::uint64_t> optional_count(JsonView message, const char* name) {
  const JsonView element = message.get(name);
  if (is_absent(element)) {
    return std::nullopt;
  }
  const auto number = element.as_integer();
  if (!number || *number < 0) {
    refuse_element(name, "a whole number, not negative");
  }
  return static_cast<std::uint64_t>(*number);
}

std::uint64_t required_count(JsonView message, const char* name) {
  const auto count = optional_count(message, name);
  if (!count) {
    refuse_missing(name);
  }
  return *count;
}

core::Duration required_duration(JsonView message, const char* name, const core::DurationRange& range) {
  const std::uint64_t count = required_count(message, name);
  const auto lowest = static_cast<std::uint64_t>(whole_milliseconds(range.lowest));
  const auto highest = static_cast<std::uint64_t>(whole_milliseconds(range.highest));
  if (count < lowest || count > highest) {
    refuse_element(name, "a whole number of milliseconds from " + std::to_string(lowest) + " to " +
                             std::to_string(highest));
  }
  return std::chrono::milliseconds(count);
}

namespace {

std::optional<bool> flag(JsonView message, const char* name) {
  const JsonView element = message.get(name);
  if (is_absent(element)) {
    return std::nullopt;
  }
  const auto value = element.as_boolean();
  if (!value) {
    refuse_element(name, "true or false");
  }
  return value;
}

}  // namespace

bool optional_flag(JsonView message, const char* name) {
  return flag(message, name).value_or(false);
}

bool required_flag(JsonView message, const char* name) {
  const auto value = flag(message, name);
  if (!value) {
    refuse_missing(name);
  }
  return *value;
}

void require_name_id(const char* name, std::string_view text) {
  if (!core::is_valid_name_id(text)) {
    refuse_element(name, "1 to 64 letters, digits or ._~@+:=-");
  }
}

}  // namespace baton::plugin
