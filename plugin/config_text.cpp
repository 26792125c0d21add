// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <type_traits>
#include <vector>

#include "plugin/config_lists.hpp"
#include "plugin/config_roles.hpp"
#include "plugin/config_words.hpp"

namespace baton::plugin {

namespace {

using core::Duration;

std::string range_text(const ValueRange& range) {
  return "from " + std::to_string(range.lowest) + " to " + std::to_string(range.highest);
}

std::string number_text(const ValueRange& range, Unit unit) {
  switch (unit) {
    case Unit::milliseconds:
      return "must be a whole number of milliseconds " + range_text(range);
    case Unit::bytes:
      return "must be a whole number of bytes " + range_text(range);
    case Unit::none:
      break;
  }
  return "must be a whole number " + range_text(range);
}

template <class Target>
std::string allowed_for(const SettingKey<Target>& key) {
  return std::visit(
      [&]<class T>(T Target::*) -> std::string {
        using Value = Unwrapped<T>;
        if constexpr (std::is_same_v<Value, std::string>) {
          return "must be text of " + std::to_string(key.range.lowest) + " to " +
                 std::to_string(key.range.highest) + " bytes" +
                 (key.confidential == Confidential::yes ? "" : " in UTF-8 without control characters");
        } else if constexpr (std::is_same_v<Value, Duration> || std::is_same_v<Value, std::size_t>) {
          return number_text(key.range, key.unit);
        } else if constexpr (std::is_same_v<Value, std::vector<core::RoleDefinition>>) {
          return allowed_roles();
        } else if constexpr (std::is_same_v<Value, std::vector<TokenKey>>) {
          return allowed_join_keys();
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
          return allowed_turn_urls(key.range);
        } else if constexpr (std::is_same_v<Value, std::vector<IpAddress>>) {
          return allowed_ip_addresses(key.range);
        } else if constexpr (std::is_same_v<Value, core::RateLimit>) {
          return "must be two whole numbers in [ ], each " + range_text(key.range);
        } else {
          return "must be " + alternatives<Value>();
        }
      },
      key.member);
}

template <class Target>
std::string default_for(const SettingKey<Target>& key) {
  const Target defaults;
  return std::visit(
      [&]<class T>(T Target::*member) -> std::string {
        const T& value = defaults.*member;
        if constexpr (std::is_same_v<T, std::string>) {
          return to_text(value);
        } else if constexpr (!std::is_same_v<T, Unwrapped<T>> ||
                             std::is_same_v<T, std::vector<std::string>> ||
                             std::is_same_v<T, std::vector<IpAddress>>) {
          // An optional member is one without a default; so is a list of addresses.
          return {};
        } else if constexpr (std::is_same_v<T, std::vector<core::RoleDefinition>> ||
                             std::is_same_v<T, std::vector<TokenKey>>) {
          return "()";
        } else if constexpr (std::is_same_v<T, core::RateLimit>) {
          return "[" + std::to_string(value.burst) + ", " + std::to_string(value.per_second) + "]";
        } else if constexpr (std::is_same_v<T, Duration>) {
          return std::to_string(whole_milliseconds(value));
        } else if constexpr (std::is_same_v<T, std::size_t>) {
          return std::to_string(value);
        } else {
          return to_text(std::string(value_to_word(value)));
        }
      },
      key.member);
}

constexpr std::size_t kMaxShownBytes = 64;

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text.substr(0, kMaxShownBytes)) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    const bool printable = c >= 0x20 && c < 0x7F;
    result += printable ? c : '?';
  }
  return result + (text.size() > kMaxShownBytes ? "...\"" : "\"");
}

std::string to_text_of(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.begin(), buffer.end(), value);
  return error == std::errc() ? std::string(buffer.begin(), end) : "a fraction";
}

/// Levenshtein distance: how many letters must be changed, added or removed.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string allowed(const ServerKey& key) {
  return allowed_for(key);
}

std::string allowed(const RoomKey& key, RoomOrigin origin) {
  return allowed_for(key) + (may_be_never(key, origin) ? ", or 0 for never" : "");
}

std::string to_text(const SettingValue& value) {
  struct Writer {
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(double number) const { return to_text_of(number); }
    std::string operator()(const SettingList& list) const { return std::string(list.type); }
    std::string operator()(const SettingGroup& group) const { return std::string(group.type); }
  };
  return std::visit(Writer{}, value);
}

std::string default_text(const ServerKey& key) {
  return default_for(key);
}

std::string default_text(const RoomKey& key) {
  return default_for(key);
}

std::string_view nearest_name(std::string_view mistyped, std::span<const std::string_view> known) {
  constexpr std::size_t kLongestName = 64;
  if (mistyped.size() > kLongestName) {
    return {};
  }
  std::string_view best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (const std::string_view name : known) {
    // A missing or different unit is the commonest slip, and far in letters: `grace` for `grace_ms`.
    const bool stem = mistyped.size() >= 4 && name.starts_with(mistyped);
    const std::size_t distance = stem ? 1 : edit_distance(mistyped, name);
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best_distance <= std::max<std::size_t>(1, mistyped.size() / 3) ? best : std::string_view();
}

}  // namespace baton::plugin
