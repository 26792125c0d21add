// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/media/video_codec.hpp"
#include "plugin/client_request.hpp"
#include "plugin/effect_runner.hpp"

namespace baton::plugin {

class DirectPeers;

/// Reads the session descriptions that requests bring, and judges whether they fit what their participant has
/// already: an answer belongs to an offer, an ICE restart to what it restarts. Control thread.
class DescriptionReader {
public:
  /// `direct` outlives this object; null where the server has no direct transport.
  explicit DescriptionReader(const DirectPeers* direct) : direct_(direct) {}

  /// Whether the request brings one, or asks for one to be made anew.
  [[nodiscard]] static bool concerns(const RequestInHand& in_hand);

  /// Reads the description of a request that it concerns into `in_hand`, whose transport the server has.
  /// `codec` is the room's. Why it is refused, if it is.
  [[nodiscard]] std::optional<RequestError> read(RequestInHand& in_hand, const SessionRequest& request,
                                                 media::VideoCodec codec) const;

private:
  [[nodiscard]] std::optional<RequestError> read_direct_answer(RequestInHand& in_hand, const std::string& sdp,
                                                               media::VideoCodec codec) const;
  /// There must be something to restart.
  [[nodiscard]] std::optional<RequestError> read_restart(RequestInHand& in_hand,
                                                         const SessionRequest& request,
                                                         media::VideoCodec codec) const;

  const DirectPeers* direct_;
};

}  // namespace baton::plugin
