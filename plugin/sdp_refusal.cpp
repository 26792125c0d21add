// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_refusal.hpp"

namespace baton::plugin {

const char* to_string(SdpRefusal refusal) {
  switch (refusal) {
    case SdpRefusal::malformed:
      return "malformed";
    case SdpRefusal::without_media:
      return "without_media";
    case SdpRefusal::codec_not_in_room:
      return "codec_not_in_room";
    case SdpRefusal::not_bundled:
      return "not_bundled";
    case SdpRefusal::rtcp_apart:
      return "rtcp_apart";
    case SdpRefusal::ice_missing:
      return "ice_missing";
    case SdpRefusal::ice_invalid:
      return "ice_invalid";
    case SdpRefusal::ice_lite:
      return "ice_lite";
    case SdpRefusal::fingerprint_missing:
      return "fingerprint_missing";
    case SdpRefusal::fingerprint_invalid:
      return "fingerprint_invalid";
    case SdpRefusal::setup_missing:
      return "setup_missing";
    case SdpRefusal::setup_invalid:
      return "setup_invalid";
    case SdpRefusal::transports_differ:
      return "transports_differ";
    case SdpRefusal::source_invalid:
      return "source_invalid";
    case SdpRefusal::payload_types_shared:
      return "payload_types_shared";
    case SdpRefusal::extension_ids_differ:
      return "extension_ids_differ";
  }
  return "";
}

core::ErrorCode error_code(SdpRefusal refusal) {
  switch (refusal) {
    case SdpRefusal::without_media:
      return core::ErrorCode::sdp_without_media;
    case SdpRefusal::codec_not_in_room:
      return core::ErrorCode::codec_not_in_room;
    case SdpRefusal::malformed:
      return core::ErrorCode::sdp_invalid;
    default:
      return core::ErrorCode::sdp_transport_unusable;
  }
}

}  // namespace baton::plugin
