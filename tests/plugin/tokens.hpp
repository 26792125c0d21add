// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

/// Join tokens as an application makes them.
namespace baton::testing {

enum class Signature { none, hs256, hs512, rs256 };

/// What a token is to say; each test changes what it is about.
struct TokenDraft {
  Signature signature = Signature::hs256;
  /// The shared secret, or the private key in PEM.
  std::string key;
  std::optional<std::string> key_id{};
  std::string room;
  std::string user;
  std::optional<std::string> role{};
  std::optional<std::chrono::sys_seconds> expires{};
  std::optional<std::chrono::sys_seconds> not_before{};

  /// Throws what the library says against it.
  [[nodiscard]] std::string text() const;
};

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};

/// A fresh pair of RSA keys.
[[nodiscard]] KeyPair make_rsa_keys(unsigned bits = 2048);
/// The public half of a key on the curve P-256.
[[nodiscard]] std::string make_ec_public_key();

}  // namespace baton::testing
