// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace baton::transport::direct {

/// What one side gives out in its SDP so that the other can prove that it read it (RFC 8445 §5.3):
/// `a=ice-ufrag` and `a=ice-pwd`.
struct IceCredentials {
  std::string username_fragment;  ///< 4 to 256 ICE characters.
  std::string password;           ///< 22 to 256 ICE characters.

  friend bool operator==(const IceCredentials&, const IceCredentials&) = default;
};

/// Whether both parts keep to the lengths and characters of RFC 8839 §5.4.
[[nodiscard]] bool is_valid(const IceCredentials& credentials);

/// Random bytes that credentials are made of: six bits of each are used. The RFC wants at least 24 random
/// bits in a username fragment and 128 in a password; these make 48 and 144.
using IceRandom = std::array<std::uint8_t, 32>;
[[nodiscard]] IceCredentials make_ice_credentials(const IceRandom& random);

}  // namespace baton::transport::direct
