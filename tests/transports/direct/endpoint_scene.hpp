// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/transports/direct/client/direct_client.hpp"
#include "tests/transports/direct/dtls_pair.hpp"
#include "tests/transports/direct/packets.hpp"
#include "tests/transports/direct/recording_listener.hpp"
#include "transports/direct/endpoint.hpp"

namespace baton::transport::direct::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr PeerId kAda{1};
inline constexpr PeerId kBob{2};

inline SocketAddress address(int host) {
  return *SocketAddress::parse("192.0.2." + std::to_string(host), Port{4000});
}

/// What leaves the endpoint, cut into datagrams as the kernel would.
class Wire final : public MessageOutput {
public:
  struct Datagram {
    SocketAddress to;
    Bytes bytes;
  };
  std::deque<Datagram> datagrams;
  bool is_full = false;

  int send_messages(std::span<mmsghdr> messages) override {
    if (is_full) {
      return -EAGAIN;
    }
    for (const auto& message : messages) {
      const auto& header = message.msg_hdr;
      const auto to =
          SocketAddress::from_native(static_cast<const sockaddr*>(header.msg_name), header.msg_namelen);
      const auto* begin = static_cast<const std::uint8_t*>(header.msg_iov->iov_base);
      datagrams.push_back({*to, Bytes(begin, begin + header.msg_iov->iov_len)});
    }
    return static_cast<int>(messages.size());
  }
};

/// An endpoint and clients around it, without a network.
class Scene {
public:
  explicit Scene(EndpointSettings settings = {}, WorkerRoutes routes = {})
      : sender(wire, AddressFamily::ipv4, Offload::off),
        endpoint(context, sender, listener, settings, routes) {}

  AddPeerResult expect_peer(PeerId id, DtlsRole role = DtlsRole::server,
                            std::optional<Fingerprint> fingerprint = std::nullopt) {
    return endpoint.add(id,
                        {make_credentials(static_cast<std::uint32_t>(id.value())), role,
                         fingerprint.value_or(browser->fingerprint())},
                        now);
  }

  std::unique_ptr<DirectClient> client(PeerId id, DtlsRole role = DtlsRole::client) const {
    return std::make_unique<DirectClient>(
        browser,
        DirectClientSettings{make_credentials(static_cast<std::uint32_t>(id.value())), context->fingerprint(),
                             role},
        now);
  }

  void deliver(Bytes datagram, const SocketAddress& from) { endpoint.incoming(datagram, from, now); }

  /// Carries what both sides have to say until neither has any more.
  void exchange(DirectClient& who, const SocketAddress& from, std::size_t budget = 10) {
    for (bool any = true; any;) {
      any = false;
      while (auto datagram = who.take_outgoing()) {
        any = true;
        deliver(std::move(*datagram), from);
      }
      endpoint.do_handshakes(budget, now);
      endpoint.flush(now);
      std::deque<Wire::Datagram> others;
      for (auto& datagram : wire.datagrams) {
        if (datagram.to == from) {
          any = true;
          who.incoming(datagram.bytes, now);
        } else {
          others.push_back(std::move(datagram));
        }
      }
      wire.datagrams = std::move(others);
    }
  }

  std::unique_ptr<DirectClient> connect(PeerId id, const SocketAddress& from) {
    REQUIRE(expect_peer(id) == AddPeerResult::added);
    auto result = client(id);
    exchange(*result, from);
    REQUIRE(result->connected());
    return result;
  }

  std::shared_ptr<const DtlsContext> context = make_context();
  std::shared_ptr<const DtlsContext> browser = make_context();
  core::Instant now = real_now();
  Wire wire;
  RecordingListener listener;
  BatchSender sender;
  Endpoint endpoint;
};

}  // namespace baton::transport::direct::test
