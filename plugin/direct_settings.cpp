// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/direct_settings.hpp"

#include "transports/direct/socket_address.hpp"

namespace baton::plugin {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  using transport::direct::Port;
  using transport::direct::SocketAddress;
  return SocketAddress::parse(text, Port{}) ? std::optional(IpAddress(text)) : std::nullopt;
}

}  // namespace baton::plugin
