// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <unordered_map>

#include "tests/bench/media/client_port.hpp"
#include "tests/bench/media/timed_receiver.hpp"
#include "tests/transports/direct/client/direct_client.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::bench {

/// Clients that check a server which is ICE-lite, as browsers do: a socket each.
class CheckingPort final : public ClientPort {
public:
  CheckingPort(const transport::direct::SocketAddress& ip,
               std::shared_ptr<const transport::direct::DtlsContext> context,
               transport::direct::EndpointListener& listener);
  ~CheckingPort() override;

  /// The address alone: clients' ports are learnt from their checks.
  [[nodiscard]] const transport::direct::SocketAddress& address() const override { return ip_; }
  void add(transport::direct::PeerId client, const transport::direct::IceCredentials& own,
           const ServerSide& server) override;
  void send_rtp(transport::direct::PeerId client, media::ByteView packet, core::Instant now) override;
  void send_rtcp(transport::direct::PeerId client, media::ByteView packet, core::Instant now) override;
  void flush(core::Instant) override {}
  [[nodiscard]] int descriptor() const override { return epoll_; }
  void turn() override;
  [[nodiscard]] std::uint64_t overflowed() const override;
  [[nodiscard]] std::uint64_t unreadable() const override;

private:
  struct Member {
    Member(transport::direct::UdpSocket opened, ReceiveBuffers& buffers)
        : socket(std::move(opened)), receiver(socket, buffers) {}
    transport::direct::PeerId id;
    transport::direct::UdpSocket socket;
    TimedReceiver receiver;
    transport::direct::SocketAddress server;
    std::unique_ptr<transport::direct::test::DirectClient> client;
    bool told = false;
  };
  void receive(Member& member);
  void send(const Member& member) const;

  const transport::direct::SocketAddress ip_;
  const std::shared_ptr<const transport::direct::DtlsContext> context_;
  transport::direct::EndpointListener& listener_;
  const int epoll_;
  ReceiveBuffers buffers_;
  std::unordered_map<transport::direct::PeerId, std::unique_ptr<Member>> members_;
  core::Instant arrived_{};  // Of the datagram that is being taken.
  core::Instant next_look_{};
};

}  // namespace baton::bench
