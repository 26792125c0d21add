// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/rate_limit.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/join_token.hpp"

/// Settings of the server that are lists.
namespace baton::plugin {

/// The keys that a value defines, or what is wrong with it: a phrase that follows the name `join_keys` and
/// holds no secret. Reads the files of public keys, so it blocks on the disk.
[[nodiscard]] std::variant<std::vector<TokenKey>, std::string> read_join_keys(const SettingValue& value);
/// What `read_join_keys` takes, as the end of a sentence.
[[nodiscard]] std::string allowed_join_keys();

/// Addresses of TURN servers (RFC 7065), as many as `count` says; nothing if there is anything else.
[[nodiscard]] std::optional<std::vector<std::string>> read_turn_urls(const SettingValue& value,
                                                                     const ValueRange& count);
[[nodiscard]] std::string allowed_turn_urls(const ValueRange& count);

/// Addresses without ports, as many as `count` says and none twice; nothing if there is anything else.
[[nodiscard]] std::optional<std::vector<IpAddress>> read_ip_addresses(const SettingValue& value,
                                                                      const ValueRange& count);
[[nodiscard]] std::string allowed_ip_addresses(const ValueRange& count);

/// Two numbers within the range: so many at once, and so many a second.
[[nodiscard]] std::optional<core::RateLimit> read_rate_limit(const SettingValue& value,
                                                             const ValueRange& range);

}  // namespace baton::plugin
