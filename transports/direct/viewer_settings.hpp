// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/media/extension_map.hpp"
#include "core/media/extension_set.hpp"
#include "core/media/resend_gate.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/rtx_stream.hpp"
#include "core/time.hpp"

namespace baton::transport::direct {

/// How one medium of a program goes to one viewer, as it was negotiated. SSRC and payload type are the
/// program's own, since the server offers.
struct ViewerMediumSettings {
  media::Ssrc ssrc;
  /// How losses are repeated (RFC 4588); nothing when that was not negotiated.
  std::optional<media::RtxIdentity> rtx;
  std::string mid;  ///< Written to every packet if the extension was negotiated; empty for none.
  media::ExtensionMap extensions;
};

/// One viewer of one program.
struct ViewerSettings {
  std::optional<ViewerMediumSettings> audio;
  std::optional<ViewerMediumSettings> video;
  /// `both` with `a=extmap-allow-mixed`: needed for dependency descriptors of more than 16 bytes.
  media::ExtensionForms extension_forms = media::ExtensionForms::one_byte_only;
  /// The ids by which packets that ViewedProgram keeps carry header extensions; empty if they carry none
  /// but the descriptor beside them.
  media::ExtensionMap kept_extensions;
  media::ResendLimits resend;
  /// CNAME (RFC 3550 §6.5.1): the same for all media that are to be in step; at most 255 bytes.
  std::string canonical_name;
  core::Duration report_interval = std::chrono::seconds(1);
  // Drawn by the caller.
  media::TransportSequence first_transport_sequence;
  std::uint64_t report_seed = 0;
};

}  // namespace baton::transport::direct
