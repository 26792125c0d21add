// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/viewer_statistics.hpp"

namespace baton::transport::direct {

const char* to_string(ViewerDrop reason) {
  switch (reason) {
    case ViewerDrop::not_negotiated:
      return "not_negotiated";
    case ViewerDrop::malformed:
      return "malformed";
    case ViewerDrop::rest_of_frame:
      return "rest_of_frame";
    case ViewerDrop::no_connection:
      return "no_connection";
    case ViewerDrop::refused:
      return "refused";
  }
  return "unknown";
}

const char* to_string(ViewerRtcpDrop reason) {
  switch (reason) {
    case ViewerRtcpDrop::malformed:
      return "malformed";
    case ViewerRtcpDrop::malformed_feedback:
      return "malformed_feedback";
    case ViewerRtcpDrop::unknown_source:
      return "unknown_source";
    case ViewerRtcpDrop::too_many_lost:
      return "too_many_lost";
    case ViewerRtcpDrop::rtx_not_negotiated:
      return "rtx_not_negotiated";
    case ViewerRtcpDrop::nothing_to_repeat:
      return "nothing_to_repeat";
  }
  return "unknown";
}

}  // namespace baton::transport::direct
