// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "plugin/sdp_direct.hpp"

/// Our end of connections, for tests of descriptions.
namespace baton::plugin::test {

/// One IPv4 and one IPv6 address, and always the same certificate.
[[nodiscard]] DirectLocal sample_local();
[[nodiscard]] ProgramSources sample_sources();
/// Other credentials than those of sample_local().
[[nodiscard]] transport::direct::IceCredentials fresh_credentials();
[[nodiscard]] transport::direct::SocketAddress address(std::string_view ip, int port);

}  // namespace baton::plugin::test
