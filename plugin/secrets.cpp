// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/secrets.hpp"

#include <glib.h>
#include <openssl/crypto.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <system_error>

namespace baton::plugin {

namespace {

std::string hexadecimal(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[text.size() - 1 - i] = kDigits[(number >> (4 * i)) & 0xFU];
  }
  return text;
}

}  // namespace

std::uint64_t random_number() {
  std::uint64_t number = 0;
  // A request of up to 256 bytes is never cut short (getrandom(2)).
  while (getrandom(&number, sizeof number, 0) < 0) {
    if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
  }
  return number;
}

std::string random_token() {
  return hexadecimal(random_number()) + hexadecimal(random_number());
}

core::RoomId random_room_id() {
  return core::RoomId(hexadecimal(random_number()).substr(0, 12));
}

core::SecretHash hash_secret(std::string_view secret) {
  const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> checksum(g_checksum_new(G_CHECKSUM_SHA256),
                                                                        &g_checksum_free);
  g_checksum_update(checksum.get(), reinterpret_cast<const guchar*>(secret.data()),
                    static_cast<gssize>(secret.size()));
  core::SecretHash::Bytes bytes{};
  gsize size = bytes.size();
  g_checksum_get_digest(checksum.get(), bytes.data(), &size);
  return core::SecretHash(bytes);
}

bool same_secret(const core::SecretHash& one, const core::SecretHash& other) {
  return CRYPTO_memcmp(one.bytes().data(), other.bytes().data(), core::SecretHash::kBytes) == 0;
}

std::string to_wire(core::SessionId id) {
  return hexadecimal(id.value());
}

core::SessionId session_id_from_wire(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  const bool whole = error == std::errc() && end == text.data() + text.size() && text.size() == 16;
  return core::SessionId(whole ? number : 0);
}

}  // namespace baton::plugin
