// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace baton::plugin {

/// Why this text cannot verify RS256 (RFC 7518, section 3.3): it is no public key in PEM, not one of RSA, or
/// too short. A phrase that follows the name of what holds it, and repeats nothing of it; nothing if it can.
[[nodiscard]] std::optional<std::string> problem_of_rsa_public_key(std::string_view pem);

}  // namespace baton::plugin
