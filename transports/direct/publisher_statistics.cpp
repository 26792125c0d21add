// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/publisher_statistics.hpp"

namespace baton::transport::direct {

const char* to_string(PublisherDrop reason) {
  switch (reason) {
    case PublisherDrop::malformed:
      return "malformed";
    case PublisherDrop::probe:
      return "probe";
    case PublisherDrop::unknown_original:
      return "unknown_original";
    case PublisherDrop::malformed_rtcp:
      return "malformed_rtcp";
    case PublisherDrop::unknown_source:
      return "unknown_source";
  }
  return "unknown";
}

}  // namespace baton::transport::direct
