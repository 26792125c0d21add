// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/media/bytes.hpp"
#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::transport::direct::test {

using Bytes = std::vector<std::uint8_t>;

inline SocketAddress loopback_address(Port port) {
  return *SocketAddress::parse("127.0.0.1", port);
}

inline UdpSocket open_socket(const UdpSocketSettings& settings) {
  auto socket = UdpSocket::open(settings);
  if (!socket) {
    throw std::runtime_error(to_string(socket.error()));
  }
  return std::move(*socket);
}

inline UdpSocket open_loopback(Offload segmentation = Offload::where_available,
                               Offload coalescing = Offload::off) {
  return open_socket(
      {.address = loopback_address(Port{0}), .segmentation = segmentation, .coalescing = coalescing});
}

/// Whether something can be read within the time.
inline bool readable(const UdpSocket& socket, std::chrono::milliseconds patience) {
  pollfd wanted{socket.descriptor(), POLLIN, 0};
  return poll(&wanted, 1, static_cast<int>(patience.count())) > 0;
}

/// Copies of the next datagrams, as many as are wanted or arrive before nothing does for two seconds.
inline std::vector<Bytes> receive_all(const UdpSocket& socket, BatchReceiver& receiver, std::size_t wanted) {
  std::vector<Bytes> result;
  while (result.size() < wanted && readable(socket, std::chrono::seconds(2))) {
    for (const auto& datagram : receiver.receive()) {
      result.emplace_back(datagram.bytes.begin(), datagram.bytes.end());
    }
  }
  return result;
}

}  // namespace baton::transport::direct::test
