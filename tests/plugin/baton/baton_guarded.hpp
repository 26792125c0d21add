// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <fstream>
#include <string>
#include <utility>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/tokens.hpp"

/// A server that is closed to strangers, and what opens it.
namespace baton::testing {

inline const std::string kSecret = "shared by the application and the server";
inline const std::string kRetiredSecret = "the secret that tokens were signed with once";
inline const std::string kPin = "pin-482913";
inline const std::string kRoomSecret = "secret-of-the-vault";
inline const std::string kAdminKey = "key-of-the-operator";
inline const std::string kTurnSecret = "secret-of-the-turn-server";
/// So high that no test meets them.
inline const std::string kNoLimits =
    "session_messages = [1000000, 1000000]; session_joins = [1000000, 1000000];"
    "room_joins = [1000000, 1000000]; wrong_secrets = [1000000, 1000000];"
    "session_wrong_secrets = [1000000, 1000000];";

inline std::chrono::sys_seconds today() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// One pair for the whole program: making it takes long.
inline const KeyPair& rsa_keys() {
  static const KeyPair made = make_rsa_keys();
  return made;
}

/// A server that wants join tokens, with a room `stage`, and a room `vault` that has a pin and a secret.
class Guarded {
public:
  explicit Guarded(const std::string& limits = kNoLimits, GatewayOptions options = {})
      : baton(config(limits), std::move(options)) {}

  /// Ada's are a host's, everybody else's say no role.
  static TokenDraft token(const std::string& user = "ada", const std::string& room = "stage") {
    return {.key = kSecret,
            .key_id = "new",
            .room = room,
            .user = user,
            .role = user == "ada" ? std::optional<std::string>("host") : std::nullopt,
            .expires = today() + std::chrono::hours(1)};
  }
  Answer join(const TokenDraft& draft, const std::string& user = "ada", const char* role = "host") {
    return join_with(draft.text(), user, role);
  }
  Answer join_with(const std::string& text, const std::string& user = "ada", const char* role = "host") {
    return Client(baton, "stage").join(user, role, framework::Json::object().set("token", text));
  }

private:
  static std::string config(const std::string& limits) {
    static const ConfigFolder keys("");
    const std::string file = (keys.path() / "public.pem").string();
    std::ofstream(file) << rsa_keys().public_pem;
    return "general: { admin_key = \"" + kAdminKey + "\"; join_auth = \"jwt\"; turn_secret = \"" +
           kTurnSecret + "\"; turn_urls = [\"turn:127.0.0.1:3478\"]; " + limits +
           " join_keys = ( { id = \"new\"; algorithm = \"HS256\"; secret = \"" + kSecret +
           "\"; }, { id = \"rsa\"; algorithm = \"RS256\"; public_key_file = \"" + file +
           "\"; } ); }\n"
           "room-stage: { }\nroom-vault: { pin = \"" +
           kPin + "\"; secret = \"" + kRoomSecret + "\"; }\n";
  }

public:
  Baton baton;
};

}  // namespace baton::testing
