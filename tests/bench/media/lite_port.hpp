// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "tests/bench/media/client_port.hpp"
#include "tests/bench/media/timed_receiver.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::bench {

/// A socket for clients. Throws std::runtime_error when there is none to be had.
[[nodiscard]] transport::direct::UdpSocket open_client_socket(const transport::direct::SocketAddress& ip,
                                                              std::size_t receive_buffer_bytes);

/// Clients that are ICE-lite, behind one UDP port: Baton's own endpoint, as a client.
class LitePort final : public ClientPort {
public:
  LitePort(const transport::direct::SocketAddress& ip,
           std::shared_ptr<const transport::direct::DtlsContext> context,
           transport::direct::EndpointListener& listener);

  [[nodiscard]] const transport::direct::SocketAddress& address() const override {
    return socket_.local_address();
  }
  void add(transport::direct::PeerId client, const transport::direct::IceCredentials& own,
           const ServerSide& server) override;
  void send_rtp(transport::direct::PeerId client, media::ByteView packet, core::Instant now) override {
    (void)endpoint_.send_rtp(client, packet, now);
  }
  void send_rtcp(transport::direct::PeerId client, media::ByteView packet, core::Instant now) override {
    (void)endpoint_.send_rtcp(client, packet, now);
  }
  void flush(core::Instant now) override { endpoint_.flush(now); }
  [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
  void turn() override;
  [[nodiscard]] std::uint64_t overflowed() const override { return receiver_.overflowed(); }
  [[nodiscard]] std::uint64_t unreadable() const override { return endpoint_.counters().unprotect_failed; }

private:
  transport::direct::UdpSocket socket_;
  transport::direct::BatchSender sender_;
  ReceiveBuffers buffers_;
  TimedReceiver receiver_;
  transport::direct::Endpoint endpoint_;
};

}  // namespace baton::bench
