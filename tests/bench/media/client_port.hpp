// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "tests/bench/media/peer_description.hpp"
#include "transports/direct/endpoint.hpp"

namespace baton::bench {

/// Any number of clients with ICE, DTLS and SRTP of their own. Not a thread: whoever owns it calls turn()
/// when the descriptor is readable, and every few milliseconds. The listener is told out of that, with the
/// times at which packets arrived.
class ClientPort {
public:
  ClientPort() = default;
  ClientPort(const ClientPort&) = delete;
  ClientPort& operator=(const ClientPort&) = delete;
  virtual ~ClientPort() = default;

  /// What the clients' descriptions say.
  [[nodiscard]] virtual const transport::direct::SocketAddress& address() const = 0;
  /// Throws std::runtime_error when there is no place for it.
  virtual void add(transport::direct::PeerId client, const transport::direct::IceCredentials& own,
                   const ServerSide& server) = 0;

  virtual void send_rtp(transport::direct::PeerId client, media::ByteView packet, core::Instant now) = 0;
  virtual void send_rtcp(transport::direct::PeerId client, media::ByteView packet, core::Instant now) = 0;
  /// What was sent leaves at the latest now.
  virtual void flush(core::Instant now) = 0;

  [[nodiscard]] virtual int descriptor() const = 0;
  virtual void turn() = 0;

  /// Datagrams that found a socket's buffer full, as this process did not fetch them in time.
  [[nodiscard]] virtual std::uint64_t overflowed() const = 0;
  /// Packets that could not be decrypted.
  [[nodiscard]] virtual std::uint64_t unreadable() const = 0;
};

/// Clients that answer share one UDP port; those that check have one each.
[[nodiscard]] std::unique_ptr<ClientPort> open_client_port(
    IceSide side, const transport::direct::SocketAddress& ip,
    std::shared_ptr<const transport::direct::DtlsContext> context,
    transport::direct::EndpointListener& listener);

}  // namespace baton::bench
