// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/media/bytes.hpp"
#include "transports/direct/ice_credentials.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/stun_responder.hpp"

namespace baton::transport::direct::test {

/// What a connectivity check says (RFC 8445 §7.2.2).
struct Check {
  IceCredentials credentials;  ///< Of who is asked.
  std::string own_fragment = "browser";
  Nomination nomination = Nomination::yes;
  std::uint32_t priority = 1000;
  enum class Role : std::uint8_t { controlling, controlled } role = Role::controlling;
};

/// The side that sends connectivity checks, by libnice's STUN library.
class StunClient {
public:
  StunClient();
  ~StunClient();
  StunClient(const StunClient&) = delete;
  StunClient& operator=(const StunClient&) = delete;

  [[nodiscard]] std::vector<std::uint8_t> request(const Check& check);

  struct Response {
    std::optional<SocketAddress> mapped;  ///< Of a success.
    int error = 0;                        ///< Of an error response, such as 487.
  };
  /// An authenticated answer to a request of this client, or nothing.
  [[nodiscard]] std::optional<Response> read(media::ByteView message);

private:
  struct Agent;
  std::unique_ptr<Agent> agent_;
};

}  // namespace baton::transport::direct::test
