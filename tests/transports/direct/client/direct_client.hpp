// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "tests/transports/direct/client/stun_client.hpp"
#include "transports/direct/dtls_connection.hpp"
#include "transports/direct/srtp_session.hpp"

namespace baton::transport::direct::test {

struct DirectClientSettings {
  IceCredentials server;  ///< From the server's SDP.
  Fingerprint server_fingerprint;
  DtlsRole role = DtlsRole::client;
  /// Checks are repeated this often; browsers do it every few seconds once connected.
  core::Duration check_interval = std::chrono::milliseconds(500);
  /// Whether its checks nominate the pair; browsers take their time with that.
  Nomination nomination = Nomination::yes;
};

/// The browser's side of one connection to an endpoint: it checks, shakes hands and has keys. Bytes and time
/// in, bytes out.
class DirectClient {
public:
  DirectClient(std::shared_ptr<const DtlsContext> context, DirectClientSettings settings, core::Instant now);

  void incoming(media::ByteSpan datagram, core::Instant now);
  void advance(core::Instant now);
  [[nodiscard]] core::Instant next_deadline() const;
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> take_outgoing();
  /// Another datagram to be sent. Throws std::bad_optional_access before it is connected.
  void protect_rtp(std::vector<std::uint8_t> packet);
  void protect_rtcp(std::vector<std::uint8_t> packet);
  /// An ICE restart: checks at once with what the server gave out anew.
  void restart(IceCredentials server, core::Instant now);
  /// Says goodbye.
  void close();

  [[nodiscard]] bool connected() const { return srtp_.has_value(); }
  [[nodiscard]] bool closed() const { return dtls_ && dtls_->state() == DtlsState::closed; }
  [[nodiscard]] std::optional<SrtpProfile> profile() const;
  [[nodiscard]] std::size_t checks_answered() const { return checks_answered_; }
  /// Media of the other side that could not be read.
  [[nodiscard]] std::size_t unreadable() const { return unreadable_; }

  /// Called with each decrypted RTP packet.
  std::function<void(media::ByteView)> on_rtp;
  std::function<void(media::ByteView)> on_rtcp;

private:
  void check(core::Instant now);
  void follow_dtls();

  const std::shared_ptr<const DtlsContext> context_;
  DirectClientSettings settings_;
  StunClient stun_;
  std::unique_ptr<DtlsConnection> dtls_;
  std::optional<SrtpSession> srtp_;
  std::deque<std::vector<std::uint8_t>> outgoing_;
  core::Instant next_check_;
  std::size_t checks_answered_ = 0;
  std::size_t unreadable_ = 0;
};

}  // namespace baton::transport::direct::test
