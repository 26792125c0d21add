// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/srtp_error.hpp"

namespace baton::transport::direct {

const char* to_string(SrtpError error) {
  switch (error) {
    case SrtpError::authentication_failed:
      return "authentication_failed";
    case SrtpError::replayed:
      return "replayed";
    case SrtpError::too_old:
      return "too_old";
    case SrtpError::too_many_sources:
      return "too_many_sources";
    case SrtpError::malformed:
      return "malformed";
    case SrtpError::no_room:
      return "no_room";
    case SrtpError::key_expired:
      return "key_expired";
    case SrtpError::other:
      break;
  }
  return "other";
}

}  // namespace baton::transport::direct
