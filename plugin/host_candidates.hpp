// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugin/sdp_description.hpp"
#include "transports/direct/socket_address.hpp"

/// Where a browser is told to send its connectivity checks: the candidates of a lite agent, all of type
/// `host` (RFC 8445 §5.3).
namespace baton::plugin {

/// The most candidates of one description; more are left out.
inline constexpr std::size_t kMaxHostCandidates = 16;

using SocketAddresses = std::vector<transport::direct::SocketAddress>;

/// What becomes of a local address that a NAT maps one to one to a public one.
enum class MappedAddress : std::uint8_t { hidden, kept };

/// The addresses to tell, best first and each once, at most kMaxHostCandidates.
/// @param local   those of the sockets, in the order of preference; what cannot be sent to (0.0.0.0, `::`,
///                port 0) is left out
/// @param mapped  the public addresses of a 1:1 NAT: the first of each family stands for all local ones of
///                that family, with their ports unless it has one of its own; empty without such a NAT
[[nodiscard]] SocketAddresses advertised_addresses(const SocketAddresses& local,
                                                   const SocketAddresses& mapped, MappedAddress fate);

/// Sets the line's port and `c=` to the first address, the default candidate (RFC 8839 §4.2.1.2). Without any
/// they say that there is none.
void set_default_candidate(SdpMediaLine& line, const SocketAddresses& addresses);

/// Writes `a=candidate` for each address (RFC 8839 §5.1), with priorities that fall in their order (RFC 8445
/// §5.1.2.1), and `a=end-of-candidates` (RFC 8838 §8.2): a lite agent finds no more.
void add_candidates(SdpMediaLine& line, const SocketAddresses& addresses);

}  // namespace baton::plugin
