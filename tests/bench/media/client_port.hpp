// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/time.hpp"
#include "tests/bench/media/timed_receiver.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/endpoint.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::bench {

/// One UDP port and the clients behind it, each with ICE, DTLS and SRTP of its own. Not a thread: whoever
/// owns it calls turn() when the descriptor is readable, and every few milliseconds.
class ClientPort {
public:
  /// Throws std::runtime_error when there is no socket to be had.
  ClientPort(const transport::direct::SocketAddress& ip,
             std::shared_ptr<const transport::direct::DtlsContext> context,
             transport::direct::EndpointListener& listener);

  [[nodiscard]] int descriptor() const { return socket_.descriptor(); }
  [[nodiscard]] const transport::direct::SocketAddress& address() const { return socket_.local_address(); }
  [[nodiscard]] transport::direct::Endpoint& endpoint() { return endpoint_; }
  [[nodiscard]] std::uint64_t overflowed() const { return receiver_.overflowed(); }

  /// Takes what has arrived, which the listener is told with the time of its arrival, and sends what is due.
  void turn();

private:
  transport::direct::UdpSocket socket_;
  transport::direct::BatchSender sender_;
  TimedReceiver receiver_;
  transport::direct::Endpoint endpoint_;
};

}  // namespace baton::bench
