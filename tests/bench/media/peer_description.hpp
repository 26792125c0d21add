// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/media/rtp_types.hpp"
#include "transports/direct/certificate.hpp"
#include "transports/direct/dtls_connection.hpp"
#include "transports/direct/ice_credentials.hpp"
#include "transports/direct/socket_address.hpp"

/// The session descriptions of clients. Towards a full ICE agent, as Janus is, they are ICE-lite themselves:
/// it then sends all the checks, so that one port is enough for any number of clients.
namespace baton::bench {

/// Whether clients answer the server's checks, or check a server that is lite itself, as Baton's direct
/// transport.
enum class IceSide : std::uint8_t { answering, checking };

/// What our side has to say of itself.
struct OwnSide {
  IceSide ice = IceSide::answering;
  transport::direct::IceCredentials credentials;
  transport::direct::Fingerprint fingerprint;
  transport::direct::SocketAddress address;
};

/// What the server's description says.
struct ServerSide {
  transport::direct::Fingerprint fingerprint;
  /// Our role, by its `a=setup` or by what we answer.
  transport::direct::DtlsRole role = transport::direct::DtlsRole::server;
  media::PayloadType video{};
  transport::direct::IceCredentials credentials{};
  /// Its first candidate, if there is one.
  std::optional<transport::direct::SocketAddress> address = std::nullopt;
};

[[nodiscard]] transport::direct::IceCredentials random_credentials();

/// A publisher's offer of VP8, as Chromium writes it but for what is of no use here.
[[nodiscard]] std::string make_publisher_offer(const OwnSide& own, media::Ssrc source);
/// A viewer's answer that takes everything which is offered.
/// Throws std::runtime_error for what is no description.
[[nodiscard]] std::string make_viewer_answer(std::string_view offer, const OwnSide& own);
/// Throws std::runtime_error when something is missing.
[[nodiscard]] ServerSide read_server_side(std::string_view description);

}  // namespace baton::bench
