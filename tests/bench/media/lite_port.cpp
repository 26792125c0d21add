// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/lite_port.hpp"

#include <stdexcept>
#include <string>

namespace baton::bench {
namespace {

namespace direct = transport::direct;

// Bursts for many viewers at once, while this process waits for its processor.
constexpr std::size_t kReceiveBufferBytes = std::size_t{64} << 20U;
constexpr std::size_t kHandshakesPerTurn = 4;

direct::EndpointSettings settings() {
  direct::EndpointSettings result;
  // The server is the one who checks, and Janus 1.1.2 keeps the way open by indications, which prove nothing.
  result.ice.consent_timeout = std::chrono::hours(24);
  return result;
}

}  // namespace

direct::UdpSocket open_client_socket(const direct::SocketAddress& ip, std::size_t receive_buffer_bytes) {
  // What the server sent as one segmented message is taken whole: cutting it is the network device's work,
  // for which a server on the same machine would have to pay otherwise. Nothing is segmented on the way to
  // the server, as no browser does that.
  auto socket = direct::UdpSocket::open({.address = ip,
                                         .receive_buffer_bytes = receive_buffer_bytes,
                                         .segmentation = direct::Offload::off,
                                         .coalescing = direct::Offload::where_available});
  if (!socket) {
    throw std::runtime_error(std::string("No socket for clients: ") + direct::to_string(socket.error()));
  }
  return std::move(*socket);
}

LitePort::LitePort(const direct::SocketAddress& ip, std::shared_ptr<const direct::DtlsContext> context,
                   direct::EndpointListener& listener)
    : socket_(open_client_socket(ip, kReceiveBufferBytes)),
      sender_(socket_),
      receiver_(socket_, buffers_),
      endpoint_(std::move(context), sender_, listener, settings()) {}

void LitePort::add(direct::PeerId client, const direct::IceCredentials& own, const ServerSide& server) {
  const auto result = endpoint_.add(client, {own, server.role, server.fingerprint}, monotonic_now());
  if (result != direct::AddPeerResult::added) {
    throw std::runtime_error(direct::to_string(result));
  }
}

void LitePort::turn() {
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
