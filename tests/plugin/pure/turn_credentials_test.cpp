// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/turn_credentials.hpp"

#include <catch2/catch.hpp>
#include <chrono>

using namespace baton;
using namespace std::chrono_literals;

TEST_CASE("Credentials are the expiry and the user, and their HMAC-SHA1 by the shared secret") {
  // Computed by: printf 1800000060:ada | openssl dgst -sha1 -hmac north -binary | base64
  const auto made =
      plugin::turn_credentials("north", core::UserId("ada"), std::chrono::sys_seconds(1'800'000'060s));
  CHECK(made.username == "1800000060:ada");
  CHECK(made.credential == "lVdDikInJ20DQGn6R7CDFMCFQlU=");
}
