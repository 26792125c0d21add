// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace baton::transport::direct {

/// A UDP port number, in the host's byte order. 0 lets the system choose.
struct Port {
  std::uint16_t value = 0;
  friend constexpr auto operator<=>(const Port&, const Port&) = default;
};

enum class AddressFamily : std::uint8_t { ipv4, ipv6 };

/// A UDP transport address. An IPv4 address that arrives on an IPv6 socket (RFC 4291 §2.5.5.2) is an IPv4
/// address here: one peer has one form of address, whatever socket it came through.
class SocketAddress {
public:
  /// 0.0.0.0, port 0.
  SocketAddress() = default;

  /// From the text of an IPv4 or IPv6 address without brackets; nothing when it is neither.
  static std::optional<SocketAddress> parse(std::string_view ip, Port port);
  /// From what a system call filled in; nothing for other families.
  static std::optional<SocketAddress> from_native(const sockaddr* address, std::size_t size);

  [[nodiscard]] AddressFamily family() const { return family_; }
  [[nodiscard]] Port port() const { return port_; }
  [[nodiscard]] bool is_any() const;
  /// Such as "192.0.2.1:5000" or "[2001:db8::1]:5000". Allocates.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] std::size_t hash() const noexcept;
  /// All of it as numbers, the same for equal addresses only: for tables of fixed size.
  [[nodiscard]] std::array<std::uint64_t, 3> words() const;

  /// Fills in the form that a socket of this family wants, and returns its size. An IPv4 address becomes
  /// ::ffff:a.b.c.d for an IPv6 socket; an IPv6 address cannot be given to an IPv4 socket: 0.
  socklen_t to_native(AddressFamily socket_family, sockaddr_storage& result) const;

  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;

private:
  // An IPv4 address is in the first four bytes, the others are 0. Network order.
  std::array<std::uint8_t, 16> ip_{};
  std::uint32_t scope_ = 0;  // Of a link-local IPv6 address: the interface.
  Port port_;
  AddressFamily family_ = AddressFamily::ipv4;
};

}  // namespace baton::transport::direct

template <>
struct std::hash<baton::transport::direct::SocketAddress> {
  std::size_t operator()(const baton::transport::direct::SocketAddress& address) const noexcept {
    return address.hash();
  }
};
