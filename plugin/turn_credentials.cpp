// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/turn_credentials.hpp"

#include <glib.h>

#include <array>
#include <cstdint>
#include <memory>

namespace baton::plugin {

TurnCredentials turn_credentials(std::string_view secret, const core::UserId& user,
                                 std::chrono::sys_seconds expires) {
  TurnCredentials made;
  made.username = std::to_string(expires.time_since_epoch().count()) + ":" + user.value();
  const std::unique_ptr<GHmac, decltype(&g_hmac_unref)> hmac(
      g_hmac_new(G_CHECKSUM_SHA1, reinterpret_cast<const guchar*>(secret.data()), secret.size()),
      &g_hmac_unref);
  g_hmac_update(hmac.get(), reinterpret_cast<const guchar*>(made.username.data()),
                static_cast<gssize>(made.username.size()));
  std::array<std::uint8_t, 20> digest{};
  gsize size = digest.size();
  g_hmac_get_digest(hmac.get(), digest.data(), &size);
  const std::unique_ptr<gchar, decltype(&g_free)> text(g_base64_encode(digest.data(), size), &g_free);
  made.credential = text.get();
  return made;
}

}  // namespace baton::plugin
