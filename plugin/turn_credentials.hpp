// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace baton::plugin {

/// A name and password for a TURN server that shares a secret with us, good for a while: the name is
/// `expiry:user`, the password its HMAC-SHA1 in base64 ("A REST API For Access To TURN Services",
/// draft-uberti-behave-turn-rest). SHA-1 because that is what TURN servers expect; its weakness against
/// collisions does not concern an HMAC.
struct TurnCredentials {
  std::string username;
  std::string credential;
};

[[nodiscard]] TurnCredentials turn_credentials(std::string_view secret, const core::UserId& user,
                                               std::chrono::sys_seconds expires);

}  // namespace baton::plugin
