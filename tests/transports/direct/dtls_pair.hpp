// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "transports/direct/dtls_connection.hpp"

namespace baton::transport::direct::test {

inline core::Instant real_now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

inline std::shared_ptr<const DtlsContext> make_context() {
  auto context = DtlsContext::make(*Certificate::make());
  if (!context) {
    throw std::runtime_error("There is no DTLS.");
  }
  return context;
}

inline std::shared_ptr<const DtlsContext> make_context(std::span<const SrtpProfile> profiles) {
  return DtlsContext::make(*Certificate::make(), profiles);
}

/// A client and a server with a wire between them that may lose datagrams.
class DtlsPair {
public:
  /// Whether the datagram with this number, counted over both directions, is lost.
  using Loses = std::function<bool(std::size_t number)>;

  DtlsPair(std::shared_ptr<const DtlsContext> client_context,
           std::shared_ptr<const DtlsContext> server_context)
      : client(client_context, DtlsRole::client, server_context->fingerprint(), real_now()),
        server(server_context, DtlsRole::server, client_context->fingerprint(), real_now()) {}
  DtlsPair(std::shared_ptr<const DtlsContext> client_context,
           std::shared_ptr<const DtlsContext> server_context, const Fingerprint& client_expects,
           const Fingerprint& server_expects)
      : client(client_context, DtlsRole::client, client_expects, real_now()),
        server(server_context, DtlsRole::server, server_expects, real_now()) {}

  /// Carries datagrams, and lets time pass, until both are done or the time is over.
  void run(const Loses& loses = nullptr, std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const auto end = real_now() + patience;
    while (!both_done() && real_now() < end) {
      if (!carry(client, server, loses) && !carry(server, client, loses)) {
        if (!wait_for_deadline(end)) {
          return;
        }
      }
    }
    // What the last step of one side still has to say.
    carry(client, server, loses);
    carry(server, client, loses);
  }

  DtlsConnection client;
  DtlsConnection server;
  std::size_t carried = 0;
  std::size_t largest = 0;

private:
  [[nodiscard]] bool both_done() const {
    return client.state() != DtlsState::handshaking && server.state() != DtlsState::handshaking;
  }

  bool carry(DtlsConnection& from, DtlsConnection& to, const Loses& loses) {
    bool any = false;
    while (const auto datagram = from.take_outgoing()) {
      any = true;
      largest = std::max(largest, datagram->size());
      if (!loses || !loses(carried)) {
        to.incoming(*datagram, real_now());
      }
      ++carried;
    }
    return any;
  }

  bool wait_for_deadline(core::Instant end) {
    std::optional<core::Instant> next;
    for (const auto& deadline : {client.next_deadline(), server.next_deadline()}) {
      if (deadline && (!next || *deadline < *next)) {
        next = deadline;
      }
    }
    if (!next || *next > end) {
      return false;
    }
    while (real_now() < *next) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    client.advance(real_now());
    server.advance(real_now());
    return true;
  }
};

}  // namespace baton::transport::direct::test
