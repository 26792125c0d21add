// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "plugin/host_candidates.hpp"
#include "transports/direct/socket_address.hpp"

namespace baton::plugin {

/// The addresses of this host's interfaces that are up, with this port: IPv4 first, without loopback and
/// link-local ones. Empty when the system does not tell.
[[nodiscard]] SocketAddresses local_addresses(transport::direct::Port port);

}  // namespace baton::plugin
