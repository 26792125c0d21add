// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/room_settings.hpp"
#include "framework/json.hpp"
#include "plugin/client_request.hpp"

/// Reads the elements of a client's message, one line each. What is missing or wrong is thrown as a
/// RequestError, which the RequestDecoder catches: nothing else may call these.
namespace baton::plugin {

[[noreturn]] void refuse(core::ErrorCode code, std::string detail = {});
/// `expected` follows "must be".
[[noreturn]] void refuse_element(const char* name, std::string_view expected);
[[noreturn]] void refuse_missing(const char* name);

/// Absent and JSON null are the same to clients.
[[nodiscard]] bool is_absent(framework::JsonView value);

[[nodiscard]] std::optional<std::string> optional_string(framework::JsonView message, const char* name);
[[nodiscard]] std::string required_string(framework::JsonView message, const char* name);

[[nodiscard]] std::optional<std::uint64_t> optional_count(framework::JsonView message, const char* name);
[[nodiscard]] std::uint64_t required_count(framework::JsonView message, const char* name);
[[nodiscard]] core::Duration required_duration(framework::JsonView message, const char* name,
                                               const core::DurationRange& range);

/// Absent is false.
[[nodiscard]] bool optional_flag(framework::JsonView message, const char* name);
[[nodiscard]] bool required_flag(framework::JsonView message, const char* name);

/// Refuses a name that is none (core::is_valid_name_id).
void require_name_id(const char* name, std::string_view text);

template <class Id>
Id required_id(framework::JsonView message, const char* name) {
  std::string text = required_string(message, name);
  require_name_id(name, text);
  return Id(std::move(text));
}

template <class Id>
std::optional<Id> optional_id(framework::JsonView message, const char* name) {
  auto text = optional_string(message, name);
  if (!text) {
    return std::nullopt;
  }
  require_name_id(name, *text);
  return Id(*std::move(text));
}

template <class Id>
Id required_number(framework::JsonView message, const char* name) {
  return Id(required_count(message, name));
}

template <class Id>
std::optional<Id> optional_number(framework::JsonView message, const char* name) {
  const auto count = optional_count(message, name);
  return count ? std::optional(Id(*count)) : std::nullopt;
}

}  // namespace baton::plugin
