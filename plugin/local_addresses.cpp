// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/local_addresses.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>

namespace baton::plugin {

namespace {

using transport::direct::AddressFamily;
using transport::direct::Port;
using transport::direct::SocketAddress;

/// 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291 §2.5.6).
bool is_link_local(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
    return (ntohl(ipv4.sin_addr.s_addr) >> 16U) == 0xA9FEU;
  }
  const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address);
  return IN6_IS_ADDR_LINKLOCAL(&ipv6.sin6_addr) != 0;
}

std::optional<SocketAddress> usable(const ifaddrs& interface, Port port) {
  if (interface.ifa_addr == nullptr || (interface.ifa_flags & IFF_UP) == 0 ||
      (interface.ifa_flags & IFF_LOOPBACK) != 0) {
    return std::nullopt;
  }
  const bool is_ipv4 = interface.ifa_addr->sa_family == AF_INET;
  if ((!is_ipv4 && interface.ifa_addr->sa_family != AF_INET6) || is_link_local(*interface.ifa_addr)) {
    return std::nullopt;
  }
  sockaddr_storage with_port{};
  const std::size_t size = is_ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (is_ipv4) {
    auto& ipv4 = reinterpret_cast<sockaddr_in&>(with_port);
    ipv4 = reinterpret_cast<const sockaddr_in&>(*interface.ifa_addr);
    ipv4.sin_port = htons(port.value);
  } else {
    auto& ipv6 = reinterpret_cast<sockaddr_in6&>(with_port);
    ipv6 = reinterpret_cast<const sockaddr_in6&>(*interface.ifa_addr);
    ipv6.sin6_port = htons(port.value);
  }
  return SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&with_port), size);
}

}  // namespace

SocketAddresses local_addresses(Port port) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) {
    return {};
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  SocketAddresses addresses;
  for (const ifaddrs* interface = list; interface != nullptr; interface = interface->ifa_next) {
    if (const auto address = usable(*interface, port)) {
      addresses.push_back(*address);
    }
  }
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const SocketAddress& address) { return address.family() == AddressFamily::ipv4; });
  return addresses;
}

}  // namespace baton::plugin
