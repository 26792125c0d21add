// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/client_port.hpp"

#include <stdexcept>

namespace baton::bench {
namespace {

namespace direct = transport::direct;

// Bursts of many viewers at once, while this process waits for its processor.
constexpr std::size_t kReceiveBufferBytes = std::size_t{64} << 20U;
constexpr std::size_t kHandshakesPerTurn = 4;

direct::UdpSocket open(const direct::SocketAddress& ip) {
  // What the server sent as one segmented message is taken whole: cutting it is the network device's work,
  // for which a server on the same machine would have to pay otherwise. Nothing is segmented on the way to
  // the server, as no browser does that.
  auto socket = direct::UdpSocket::open({.address = ip,
                                         .receive_buffer_bytes = kReceiveBufferBytes,
                                         .segmentation = direct::Offload::off,
                                         .coalescing = direct::Offload::where_available});
  if (!socket) {
    throw std::runtime_error(std::string("No socket for clients: ") + direct::to_string(socket.error()));
  }
  return std::move(*socket);
}

direct::EndpointSettings settings() {
  direct::EndpointSettings result;
  // The server is the one who checks, and Janus 1.1.2 keeps the way open by indications, which prove nothing.
  result.ice.consent_timeout = std::chrono::hours(24);
  return result;
}

}  // namespace

ClientPort::ClientPort(const direct::SocketAddress& ip, std::shared_ptr<const direct::DtlsContext> context,
                       direct::EndpointListener& listener)
    : socket_(open(ip)),
      sender_(socket_),
      receiver_(socket_),
      endpoint_(std::move(context), sender_, listener, settings()) {}

void ClientPort::turn() {
  const auto take = [this](media::ByteSpan datagram, const direct::SocketAddress& from,
                           core::Instant arrived) { endpoint_.incoming(datagram, from, arrived); };
  // Others wait for their turn, too.
  constexpr int kBatchesPerTurn = 8;
  for (int batch = 0; batch < kBatchesPerTurn && receiver_.receive(take); ++batch) {
  }
  const auto now = monotonic_now();
  endpoint_.do_handshakes(kHandshakesPerTurn, now);
  endpoint_.advance(now);
  endpoint_.flush(now);
}

}  // namespace baton::bench
