// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_keys.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "plugin/config_lists.hpp"
#include "plugin/config_roles.hpp"
#include "plugin/config_words.hpp"

namespace baton::plugin {

namespace {

using core::Duration;

constexpr bool is_within(const ValueRange& range, std::int64_t value) {
  return value >= range.lowest && value <= range.highest;
}

/// Secrets may be any text that a file or JSON can carry; all other text is shown to people.
bool is_acceptable_text(const ValueRange& range, Confidential confidential, const std::string& text) {
  if (!is_within(range, static_cast<std::int64_t>(text.size()))) {
    return false;
  }
  return confidential == Confidential::yes || core::is_valid_text(text);
}

/// What a value means for a member of type `T`.
template <class T>
struct Conversion {
  /// Nothing when the value is refused.
  std::optional<T> meaning;
  /// Why it is, where that is more than what the row allows.
  std::string problem{};
};

template <class T>
Conversion<T> conversion_of(std::variant<T, std::string> read) {
  if (auto* problem = std::get_if<std::string>(&read)) {
    return {std::nullopt, std::move(*problem)};
  }
  return {std::get<T>(std::move(read))};
}

template <class T>
Conversion<T> converted(const SettingValue& value, const ValueRange& range, Confidential confidential) {
  if constexpr (std::is_same_v<T, std::string>) {
    const auto* text = std::get_if<std::string>(&value);
    const bool accepted = text != nullptr && is_acceptable_text(range, confidential, *text);
    return {accepted ? std::optional<T>(*text) : std::nullopt};
  } else if constexpr (std::is_same_v<T, Duration> || std::is_same_v<T, std::size_t>) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || !is_within(range, *number)) {
      return {std::nullopt};
    }
    if constexpr (std::is_same_v<T, Duration>) {
      return {std::chrono::milliseconds(*number)};
    } else {
      return {static_cast<std::size_t>(*number)};
    }
  } else if constexpr (std::is_same_v<T, std::vector<core::RoleDefinition>>) {
    return conversion_of(read_roles(value));
  } else if constexpr (std::is_same_v<T, std::vector<TokenKey>>) {
    return conversion_of(read_join_keys(value));
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return {read_turn_urls(value, range)};
  } else if constexpr (std::is_same_v<T, std::vector<IpAddress>>) {
    return {read_ip_addresses(value, range)};
  } else if constexpr (std::is_same_v<T, core::RateLimit>) {
    return {read_rate_limit(value, range)};
  } else {
    const auto* word = std::get_if<std::string>(&value);
    return {word != nullptr ? word_to_value<T>(*word) : std::nullopt};
  }
}

/// What is wrong with the value, if it is refused; empty where it is not what the row allows.
template <class Target, class Base, class T>
std::optional<std::string> set_member(Target& target, T Base::*member, const SettingValue& value,
                                      const ValueRange& range, Confidential confidential) {
  auto result = converted<Unwrapped<T>>(value, range, confidential);
  if (!result.meaning) {
    return std::move(result.problem);
  }
  target.*member = *std::move(result.meaning);
  return std::nullopt;
}

ValueRange range_for(const RoomKey& key, const SettingValue& value, RoomOrigin origin) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number != nullptr && *number == 0 && may_be_never(key, origin)) {
    return {0, 0};
  }
  return key.range;
}

}  // namespace

std::optional<std::string> apply(const ServerKey& key, const SettingValue& value, ServerSettings& target) {
  auto problem =
      std::visit([&](auto member) { return set_member(target, member, value, key.range, key.confidential); },
                 key.member);
  return problem && problem->empty() ? allowed(key) : problem;
}

std::optional<std::string> apply(const RoomKey& key, const SettingValue& value, RoomOrigin origin,
                                 RoomDraft& target) {
  const ValueRange range = range_for(key, value, origin);
  auto problem = std::visit(
      [&](auto member) { return set_member(target, member, value, range, key.confidential); }, key.member);
  return problem && problem->empty() ? allowed(key, origin) : problem;
}

std::optional<std::string> apply(const RoomKey& key, const SettingValue& value, core::RoomEdit& target) {
  const auto set = [&]<class Edit>(Edit member) -> std::optional<std::string> {
    if constexpr (std::is_same_v<Edit, std::monostate>) {
      return "is fixed when a room is created";
    } else {
      return set_member(target, member, value, key.range, key.confidential);
    }
  };
  auto problem = std::visit(set, key.edit);
  return problem && problem->empty() ? allowed(key, RoomOrigin::request) : problem;
}

bool editable(const RoomKey& key) {
  return !std::holds_alternative<std::monostate>(key.edit);
}

void ChosenLimits::note(const RoomKey& key) {
  max_viewers_ = max_viewers_ || key.name == "max_viewers";
  max_controllers_ = max_controllers_ || key.name == "max_controllers";
}

namespace {

struct SizeLimits {
  std::size_t viewers;
  std::size_t controllers;
};

SizeLimits limits_of(RoomSize size) {
  switch (size) {
    case RoomSize::small:
      return {10, 1};
    case RoomSize::medium:
      return {25, 3};
    case RoomSize::large:
      return {100, 5};
    case RoomSize::event:
      break;
  }
  return {1000, 10};
}

std::optional<Conflict> complete_limits(RoomDraft& draft, const ChosenLimits& chosen) {
  const bool p2p = draft.mode == core::RoomMode::p2p;
  if (draft.size) {
    const SizeLimits limits = limits_of(*draft.size);
    if (p2p && limits.viewers > core::limits::kViewersPeerToPeer) {
      return Conflict{
          "size",
          "must be \"small\" or \"medium\" in a room of mode \"p2p\", where the host serves every "
          "viewer"};
    }
    if (!chosen.max_viewers()) {
      draft.max_viewers = limits.viewers;
    }
    if (!chosen.max_controllers()) {
      draft.max_controllers = limits.controllers;
    }
  }
  if (p2p && draft.max_viewers > core::limits::kViewersPeerToPeer) {
    if (chosen.max_viewers()) {
      return Conflict{"max_viewers", "must be at most " + std::to_string(core::limits::kViewersPeerToPeer) +
                                         " in a room of mode \"p2p\", where the host serves every viewer"};
    }
    draft.max_viewers = core::limits::kViewersPeerToPeer;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Conflict> complete(RoomDraft& draft, const ChosenLimits& chosen) {
  if (auto conflict = complete_limits(draft, chosen)) {
    return conflict;
  }
  if (draft.mode != core::RoomMode::p2p && draft.suggest_sfu_viewers.value_or(0) > 0) {
    return Conflict{"suggest_sfu_viewers", "must be 0 or absent in a room of mode \"sfu\""};
  }
  if (draft.presence_timeout <= draft.heartbeat_interval) {
    return Conflict{"presence_timeout_ms", "must be longer than heartbeat_interval_ms, which is " +
                                               std::to_string(whole_milliseconds(draft.heartbeat_interval)) +
                                               ": everybody would count as offline between two heartbeats"};
  }
  return std::nullopt;
}

std::optional<Conflict> conflict_in(const ServerSettings& settings) {
  const bool wants_keys = settings.join_auth == JoinAuth::jwt;
  if (wants_keys && settings.join_keys.empty()) {
    return Conflict{"join_keys", "must hold a key where join_auth is \"jwt\": nobody could come in"};
  }
  if (!wants_keys && !settings.join_keys.empty()) {
    return Conflict{"join_keys", "must be absent unless join_auth is \"jwt\": no token is asked for"};
  }
  if (settings.turn_secret && settings.turn_urls.empty()) {
    return Conflict{"turn_urls", "must be given with turn_secret"};
  }
  if (!settings.turn_secret && !settings.turn_urls.empty()) {
    return Conflict{"turn_secret", "must be given with turn_urls"};
  }
  if (!settings.direct_port && !settings.direct_addresses.empty()) {
    return Conflict{"direct_port", "must be given with direct_addresses: without it nobody is told of them"};
  }
  if (!settings.direct_port && !settings.direct_public_addresses.empty()) {
    return Conflict{"direct_port",
                    "must be given with direct_public_addresses: without it nobody is told of them"};
  }
  return std::nullopt;
}

std::optional<Conflict> conflict_in(const RoomDraft& draft, JoinAuth join_auth) {
  if (join_auth == JoinAuth::pin && !draft.pin) {
    return Conflict{"pin", "must be given: this server has join_auth = \"pin\""};
  }
  return std::nullopt;
}

}  // namespace baton::plugin
