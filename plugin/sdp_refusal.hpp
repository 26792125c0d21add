// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "core/error_table.hpp"

namespace baton::plugin {

/// Why a description was refused, more exactly than clients are told by error_code(). The first group
/// concerns any description, the second only those of the direct transport.
enum class SdpRefusal : std::uint8_t {
  malformed,          ///< No description, beyond its limits, or m-lines that are not those of the offer.
  without_media,      ///< It sends or takes nothing.
  codec_not_in_room,  ///< Media, but not as the room has it.

  not_bundled,           ///< Media that share no BUNDLE group (RFC 9143).
  rtcp_apart,            ///< Without `a=rtcp-mux` (RFC 5761).
  ice_missing,           ///< Without `a=ice-ufrag` or `a=ice-pwd`.
  ice_invalid,           ///< Credentials beside RFC 8839 §5.4, or several.
  ice_lite,              ///< Neither end would check (RFC 8445 §6.1.1).
  fingerprint_missing,   ///< None by SHA-256 (RFC 8122 §5).
  fingerprint_invalid,   ///< One by SHA-256 that is none, or several.
  setup_missing,         ///< Without `a=setup` (RFC 5763 §5).
  setup_invalid,         ///< Not a word that may stand there, or several.
  transports_differ,     ///< Bundled media with different credentials, fingerprints or roles.
  source_invalid,        ///< `a=ssrc` or `a=ssrc-group:FID` that names no SSRC, or one that another has.
  payload_types_shared,  ///< Two codecs by one payload type: packets could not be told apart.
  extension_ids_differ,  ///< The mid under two ids: it is read before it is known which medium it is.
};

/// A stable word for logs and counters, such as `not_bundled`.
[[nodiscard]] const char* to_string(SdpRefusal refusal);
/// What a client is told.
[[nodiscard]] core::ErrorCode error_code(SdpRefusal refusal);

}  // namespace baton::plugin
