// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/ids.hpp"

/// Randomness and hashes; any thread.
namespace baton::plugin {

/// 64 bits from the kernel, for ids that nobody may guess and for RTP's random starts. Throws
/// std::system_error when the kernel has none, which it always has after boot.
[[nodiscard]] std::uint64_t random_number();

/// A fresh token of 128 bits, in 32 hexadecimal digits.
[[nodiscard]] std::string random_token();

/// A short id for a room that its creator did not name.
[[nodiscard]] core::RoomId random_room_id();

/// SHA-256. The tokens have full entropy, and administrators' secrets never leave this process, so no slow
/// hash is needed: it only keeps the plain text out of the core and out of a memory dump's easy reach.
[[nodiscard]] core::SecretHash hash_secret(std::string_view secret);

/// OpenSSL's comparison in constant time.
[[nodiscard]] bool same_secret(const core::SecretHash& one, const core::SecretHash& other);

/// A session id on the wire: 16 hexadecimal digits.
[[nodiscard]] std::string to_wire(core::SessionId id);
/// The reverse; no digits or too many give an id that no session has.
[[nodiscard]] core::SessionId session_id_from_wire(std::string_view text);

}  // namespace baton::plugin
