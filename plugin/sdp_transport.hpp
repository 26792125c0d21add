// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/media/parse_result.hpp"
#include "plugin/host_candidates.hpp"
#include "plugin/sdp_description.hpp"
#include "plugin/sdp_media.hpp"
#include "plugin/sdp_refusal.hpp"
#include "transports/direct/certificate.hpp"
#include "transports/direct/dtls_connection.hpp"
#include "transports/direct/ice_credentials.hpp"

/// How packets of the direct transport find their way, as descriptions say it: ICE (RFC 8839), DTLS-SRTP (RFC
/// 5763, RFC 8122, RFC 8842), BUNDLE (RFC 9143) and rtcp-mux (RFC 5761). One transport for all media of a
/// connection.
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// Our end of one connection.
struct DirectLocal {
  SdpOrigin origin;
  transport::direct::IceCredentials credentials;
  transport::direct::Fingerprint fingerprint;
  /// advertised_addresses(); only the first kMaxHostCandidates are written.
  SocketAddresses candidates;
};

/// What an ICE restart changes of it (RFC 8839 §4.4.1.1): the credentials, and the version of `o=`. The DTLS
/// association goes on, so the fingerprint stays (RFC 8842 §4).
[[nodiscard]] DirectLocal restarted(const DirectLocal& local, transport::direct::IceCredentials fresh);

/// The other end, as it described itself.
struct DirectPeer {
  transport::direct::IceCredentials credentials;
  transport::direct::Fingerprint fingerprint;
  /// Ours, as it follows from the peer's `a=setup`.
  transport::direct::DtlsRole role = transport::direct::DtlsRole::server;

  friend bool operator==(const DirectPeer&, const DirectPeer&) = default;
};

/// What a peer's later description of the same connection asks of its transport.
enum class TransportChange : std::uint8_t {
  none,
  ice_restart,        ///< Other credentials, the same certificate and role: no new handshake.
  other_association,  ///< Another certificate or role: a new connection, which the old one cannot become.
};
[[nodiscard]] TransportChange change_between(const DirectPeer& before, const DirectPeer& after);

/// Which m-lines share the transport, by their places; those that are refused are not among them.
using MediaPlaces = std::vector<std::size_t>;

/// Whether a description groups its media (RFC 9143). An answer does only if the offer did.
enum class Bundling : std::uint8_t { absent, grouped };
/// That of these m-lines.
[[nodiscard]] Bundling read_bundling(const SdpDescription& description, const MediaPlaces& places);

/// Who wrote `a=setup`: an answer says what an offer left open (RFC 5763 §5).
enum class DescriptionKind : std::uint8_t { offer, answer };

/// What the peer says of its end in these m-lines, at least one. Each says it itself, or else its session, or
/// else the first m-line of its BUNDLE group; all say the same.
/// @param preferred  the role to take where an offer leaves it to us; for a connection that has one, that
[[nodiscard]] media::ParseResult<DirectPeer, SdpRefusal> read_transport(
    const SdpDescription& description, const MediaPlaces& places, DescriptionKind kind,
    transport::direct::DtlsRole preferred = transport::direct::DtlsRole::server);

/// Writes our end into a description and these m-lines of it. The candidates stand in the first, from which
/// BUNDLE takes them.
void add_transport(SdpDescription& description, const MediaPlaces& places, const DirectLocal& local,
                   std::string_view setup, Bundling bundling);

}  // namespace baton::plugin
