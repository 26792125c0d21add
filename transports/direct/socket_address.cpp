// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/socket_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace baton::transport::direct {

std::optional<SocketAddress> SocketAddress::parse(std::string_view ip, Port port) {
  const std::string text(ip);
  SocketAddress result;
  result.port_ = port;
  in_addr ipv4{};
  if (inet_pton(AF_INET, text.c_str(), &ipv4) == 1) {
    std::memcpy(result.ip_.data(), &ipv4, sizeof(ipv4));
    return result;
  }
  sockaddr_in6 ipv6{};
  if (inet_pton(AF_INET6, text.c_str(), &ipv6.sin6_addr) == 1) {
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port.value);
    return from_native(reinterpret_cast<const sockaddr*>(&ipv6), sizeof(ipv6));
  }
  return std::nullopt;
}

std::optional<SocketAddress> SocketAddress::from_native(const sockaddr* address, std::size_t size) {
  SocketAddress result;
  if (size >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, address, sizeof(ipv4));
    std::memcpy(result.ip_.data(), &ipv4.sin_addr, sizeof(ipv4.sin_addr));
    result.port_ = Port{ntohs(ipv4.sin_port)};
    return result;
  }
  if (size >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, address, sizeof(ipv6));
    result.port_ = Port{ntohs(ipv6.sin6_port)};
    if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr)) {
      std::copy_n(ipv6.sin6_addr.s6_addr + 12, 4, result.ip_.begin());
      return result;
    }
    std::copy_n(ipv6.sin6_addr.s6_addr, 16, result.ip_.begin());
    result.scope_ = IN6_IS_ADDR_LINKLOCAL(&ipv6.sin6_addr) ? ipv6.sin6_scope_id : 0;
    result.family_ = AddressFamily::ipv6;
    return result;
  }
  return std::nullopt;
}

bool SocketAddress::is_any() const {
  return std::ranges::all_of(ip_, [](std::uint8_t byte) { return byte == 0; });
}

std::string SocketAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_ipv6 = family_ == AddressFamily::ipv6;
  inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, ip_.data(), text.data(), text.size());
  const std::string ip = is_ipv6 ? "[" + std::string(text.data()) + "]" : std::string(text.data());
  return ip + ":" + std::to_string(port_.value);
}

std::size_t SocketAddress::hash() const noexcept {
  return std::hash<std::string_view>{}(
             std::string_view(reinterpret_cast<const char*>(ip_.data()), ip_.size())) ^
         (std::size_t{port_.value} * 0x9E3779B97F4A7C15U) ^ scope_;
}

std::array<std::uint64_t, 3> SocketAddress::words() const {
  std::array<std::uint64_t, 3> result{};
  std::memcpy(result.data(), ip_.data(), ip_.size());
  result[2] =
      std::uint64_t{scope_} << 32U | std::uint64_t{port_.value} << 16U | static_cast<std::uint64_t>(family_);
  return result;
}

socklen_t SocketAddress::to_native(AddressFamily socket_family, sockaddr_storage& result) const {
  if (socket_family == AddressFamily::ipv4) {
    if (family_ != AddressFamily::ipv4) {
      return 0;
    }
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port_.value);
    std::memcpy(&ipv4.sin_addr, ip_.data(), sizeof(ipv4.sin_addr));
    std::memcpy(&result, &ipv4, sizeof(ipv4));
    return sizeof(ipv4);
  }
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(port_.value);
  ipv6.sin6_scope_id = scope_;
  if (family_ == AddressFamily::ipv6) {
    std::ranges::copy(ip_, ipv6.sin6_addr.s6_addr);
  } else {
    ipv6.sin6_addr.s6_addr[10] = 0xFF;
    ipv6.sin6_addr.s6_addr[11] = 0xFF;
    std::copy_n(ip_.begin(), 4, ipv6.sin6_addr.s6_addr + 12);
  }
  std::memcpy(&result, &ipv6, sizeof(ipv6));
  return sizeof(ipv6);
}

}  // namespace baton::transport::direct
