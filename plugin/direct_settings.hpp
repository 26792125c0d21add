// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

/// What an operator decides about the direct transport.
namespace baton::plugin {

/// An IPv4 or IPv6 address in its usual form, without brackets, port or zone.
class IpAddress {
public:
  /// Nothing when the text is neither.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

private:
  explicit IpAddress(std::string_view text) : text_(text) {}

  std::string text_;
};

/// Every member has its default. Part of ServerSettings, so the names are those of the keys.
struct DirectSettings {
  /// The UDP port of all direct peers. Nothing: there is no direct transport.
  std::optional<std::size_t> direct_port;
  /// The addresses of this host that peers are told. Empty: all that it has.
  std::vector<IpAddress> direct_addresses;
  /// What a 1:1 NAT shows of those, to be told instead of them. Empty: there is none.
  std::vector<IpAddress> direct_public_addresses;
  /// Threads that move the media of direct peers. 0: one for each core.
  std::size_t direct_workers = 0;
};

}  // namespace baton::plugin
