// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/host_candidates.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace baton::plugin {
namespace {

using transport::direct::AddressFamily;
using transport::direct::Port;
using transport::direct::SocketAddress;

constexpr std::uint16_t kNoPort = 9;  // RFC 8839 §4.2.1.2 wants the discard port beside no address.

/// Without the port and the brackets of to_string().
std::string ip_of(const SocketAddress& address) {
  const std::string text = address.to_string();
  const std::string ip = text.substr(0, text.rfind(':'));
  return address.family() == AddressFamily::ipv6 ? ip.substr(1, ip.size() - 2) : ip;
}

/// RFC 8445 §5.1.2.1: the type, then the local preference, then the component.
std::uint32_t priority_of(std::size_t position) {
  constexpr std::uint32_t kHostPreference = 126;
  constexpr std::uint32_t kHighestLocalPreference = 65'535;
  constexpr std::uint32_t kFirstComponent = 1;
  const auto local = kHighestLocalPreference - static_cast<std::uint32_t>(position);
  return (kHostPreference << 24U) + (local << 8U) + (256 - kFirstComponent);
}

std::optional<SocketAddress> mapped_address(const SocketAddress& local, const SocketAddresses& mapped) {
  const auto found = std::ranges::find(mapped, local.family(), &SocketAddress::family);
  if (found == mapped.end()) {
    return std::nullopt;
  }
  return found->port() == Port{} ? SocketAddress::parse(ip_of(*found), local.port()) : *found;
}

}  // namespace

SocketAddresses advertised_addresses(const SocketAddresses& local, const SocketAddresses& mapped,
                                     MappedAddress fate) {
  SocketAddresses result;
  const auto add = [&](const SocketAddress& address) {
    const bool is_new = std::ranges::find(result, address) == result.end();
    if (is_new && result.size() < kMaxHostCandidates) {
      result.push_back(address);
    }
  };
  for (const SocketAddress& address : local) {
    if (address.is_any() || address.port() == Port{}) {
      continue;
    }
    const auto outside = mapped_address(address, mapped);
    if (outside) {
      add(*outside);
    }
    if (!outside || fate == MappedAddress::kept) {
      add(address);
    }
  }
  return result;
}

void set_default_candidate(SdpMediaLine& line, const SocketAddresses& addresses) {
  if (addresses.empty()) {
    line.port = kNoPort;
    line.connection = "IN IP4 0.0.0.0";
    return;
  }
  const SocketAddress& address = addresses.front();
  line.port = address.port().value;
  line.connection = (address.family() == AddressFamily::ipv6 ? "IN IP6 " : "IN IP4 ") + ip_of(address);
}

void add_candidates(SdpMediaLine& line, const SocketAddresses& addresses) {
  for (std::size_t i = 0; i < std::min(addresses.size(), kMaxHostCandidates); ++i) {
    const std::string foundation = std::to_string(i + 1);
    line.attributes.push_back({"candidate", foundation + " 1 udp " + std::to_string(priority_of(i)) + " " +
                                                ip_of(addresses[i]) + " " +
                                                std::to_string(addresses[i].port().value) + " typ host"});
  }
  line.attributes.push_back({"end-of-candidates", {}});
}

}  // namespace baton::plugin
