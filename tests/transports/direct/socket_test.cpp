// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include <string>

#include "tests/transports/direct/loopback.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::transport::direct {
namespace {

TEST_CASE("An address survives the way to the system's form and back, in either family of socket") {
  struct Row {
    const char* ip;
    AddressFamily family;
    const char* text;
  };
  const auto row = GENERATE(values<Row>({
      {"192.0.2.1", AddressFamily::ipv4, "192.0.2.1:5000"},
      {"2001:db8::1", AddressFamily::ipv6, "[2001:db8::1]:5000"},
      {"::ffff:192.0.2.1", AddressFamily::ipv4, "192.0.2.1:5000"},
      {"::", AddressFamily::ipv6, "[::]:5000"},
  }));
  const auto address = SocketAddress::parse(row.ip, Port{5000});
  REQUIRE(address);
  CHECK(address->family() == row.family);
  CHECK(address->to_string() == row.text);
  for (const auto socket_family : {AddressFamily::ipv4, AddressFamily::ipv6}) {
    sockaddr_storage native{};
    const auto size = address->to_native(socket_family, native);
    if (socket_family == AddressFamily::ipv4 && row.family == AddressFamily::ipv6) {
      CHECK(size == 0);
      continue;
    }
    const auto back = SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&native), size);
    REQUIRE(back);
    CHECK(*back == *address);
    CHECK(back->hash() == address->hash());
  }
}

TEST_CASE("What is no address is refused") {
  CHECK_FALSE(SocketAddress::parse("example.org", Port{1}));
  CHECK_FALSE(SocketAddress::parse("[::1]", Port{1}));
  CHECK_FALSE(SocketAddress::parse("", Port{1}));
  sockaddr_storage native{};
  native.ss_family = AF_UNIX;
  CHECK_FALSE(SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&native), sizeof(native)));
  native.ss_family = AF_INET6;
  CHECK_FALSE(SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&native), sizeof(sockaddr_in)));
}

TEST_CASE("Only workers share a port") {
  UdpSocketSettings settings{.address = test::loopback_address(Port{0})};
  SECTION("a second socket is refused by name") {
    const auto first = UdpSocket::open(settings);
    REQUIRE(first);
    CHECK(first->local_address().port() != Port{0});
    settings.address = first->local_address();
    const auto second = UdpSocket::open(settings);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error() == UdpSocketError::address_in_use);
    CHECK(to_string(second.error()) == std::string("address_in_use"));
  }
  SECTION("workers are let in") {
    settings.sharing = PortSharing::between_workers;
    const auto first = UdpSocket::open(settings);
    REQUIRE(first);
    settings.address = first->local_address();
    CHECK(UdpSocket::open(settings).ok());
  }
}

TEST_CASE("An address of another host is refused by name") {
  const auto socket = UdpSocket::open({.address = *SocketAddress::parse("192.0.2.1", Port{0})});
  REQUIRE_FALSE(socket.ok());
  CHECK(socket.error() == UdpSocketError::address_not_local);
}

TEST_CASE("A socket says what buffers the kernel granted") {
  UdpSocketSettings settings{.address = test::loopback_address(Port{0})};
  settings.receive_buffer_bytes = 64 << 10;
  settings.send_buffer_bytes = 128 << 10;
  const auto small = UdpSocket::open(settings);
  REQUIRE(small);
  // As much as every user may have, so granted as asked.
  CHECK(small->receive_buffer_bytes() == 64 << 10);
  CHECK(small->send_buffer_bytes() == 128 << 10);
  settings.receive_buffer_bytes = std::size_t{1} << 40U;
  const auto large = UdpSocket::open(settings);
  REQUIRE(large);
  CHECK(large->receive_buffer_bytes() > small->receive_buffer_bytes());
  CHECK(large->receive_buffer_bytes() < settings.receive_buffer_bytes);
}

TEST_CASE("A socket that is moved closes once") {
  auto first = UdpSocket::open({.address = test::loopback_address(Port{0})});
  REQUIRE(first);
  const auto address = first->local_address();
  {
    const UdpSocket second = std::move(*first);
    CHECK(second.descriptor() >= 0);
    CHECK(first->descriptor() == -1);
  }
  CHECK(UdpSocket::open({.address = address}).ok());
}

}  // namespace
}  // namespace baton::transport::direct
