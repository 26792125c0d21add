// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/stun_responder.hpp"

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include <algorithm>
#include <array>

namespace baton::transport::direct {
namespace {

// Those below 0x8000 that a check may carry; others of that range must be refused (RFC 8489 §6.3.1).
constexpr std::array<std::uint16_t, 6> kKnownAttributes = {
    STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, STUN_ATTRIBUTE_ERROR_CODE,
    STUN_ATTRIBUTE_PRIORITY, STUN_ATTRIBUTE_USE_CANDIDATE,     0,  // The list ends with 0.
};

// The library trusts MESSAGE-INTEGRITY to have its 20 bytes, whatever its length says, and so may look this
// far beyond the end of a message that lies.
constexpr std::size_t kSlack = 32;

struct Lookup {
  StunAccounts& accounts;
  bool found = false;
};

bool find_password(StunAgent* /*agent*/, StunMessage* /*message*/, std::uint8_t* username,
                   std::uint16_t username_size, std::uint8_t** password, std::size_t* password_size,
                   void* user_data) {
  auto& lookup = *static_cast<Lookup*>(user_data);
  if (username == nullptr) {
    return false;
  }
  const auto found =
      lookup.accounts.password_of(std::string_view(reinterpret_cast<const char*>(username), username_size));
  if (found.empty()) {
    return false;
  }
  lookup.found = true;
  // The library's type is not const, and it only reads.
  *password = reinterpret_cast<std::uint8_t*>(const_cast<char*>(found.data()));
  *password_size = found.size();
  return true;
}

StunOutcome named(StunValidationStatus status, bool username_is_known) {
  switch (status) {
    case STUN_VALIDATION_SUCCESS:
      return StunOutcome::accepted;
    case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
      return StunOutcome::unknown_attribute;
    case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
      return StunOutcome::no_credentials;
    case STUN_VALIDATION_UNAUTHORIZED:
      return username_is_known ? StunOutcome::wrong_password : StunOutcome::unknown_username;
    case STUN_VALIDATION_UNMATCHED_RESPONSE:
    case STUN_VALIDATION_UNKNOWN_ATTRIBUTE:
    case STUN_VALIDATION_FORBIDDEN:
      return StunOutcome::not_a_request;
    case STUN_VALIDATION_NOT_STUN:
    case STUN_VALIDATION_INCOMPLETE_STUN:
    case STUN_VALIDATION_BAD_REQUEST:
      break;
  }
  return StunOutcome::malformed;
}

}  // namespace

struct StunResponder::Agent {
  StunAgent stun;
};

const char* to_string(StunOutcome outcome) {
  switch (outcome) {
    case StunOutcome::accepted:
      return "accepted";
    case StunOutcome::role_conflict:
      return "role_conflict";
    case StunOutcome::unknown_attribute:
      return "unknown_attribute";
    case StunOutcome::malformed:
      return "malformed";
    case StunOutcome::too_large:
      return "too_large";
    case StunOutcome::no_credentials:
      return "no_credentials";
    case StunOutcome::unknown_username:
      return "unknown_username";
    case StunOutcome::wrong_password:
      return "wrong_password";
    case StunOutcome::not_a_request:
      return "not_a_request";
    case StunOutcome::not_binding:
      return "not_binding";
    case StunOutcome::no_room:
      break;
  }
  return "no_room";
}

StunResponder::StunResponder() : agent_(std::make_unique<Agent>()) {
  stun_agent_init(&agent_->stun, kKnownAttributes.data(), STUN_COMPATIBILITY_RFC5389,
                  static_cast<StunAgentUsageFlags>(STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
                                                   STUN_AGENT_USAGE_USE_FINGERPRINT));
}

StunResponder::~StunResponder() = default;

StunAnswer StunResponder::answer(media::ByteView message, const SocketAddress& from, StunAccounts& accounts,
                                 media::ByteSpan response) {
  StunAnswer result;
  if (message.size() > kMaxStunBytes) {
    result.outcome = StunOutcome::too_large;
    return result;
  }
  std::array<std::uint8_t, kMaxStunBytes + kSlack> copy;
  const auto end = std::ranges::copy(message, copy.begin()).out;
  std::fill_n(end, kSlack, std::uint8_t{0});

  Lookup lookup{accounts};
  StunMessage request{};
  const auto status =
      stun_agent_validate(&agent_->stun, &request, copy.data(), message.size(), find_password, &lookup);
  result.outcome = named(status, lookup.found);
  StunMessage reply{};
  if (result.outcome == StunOutcome::unknown_attribute) {
    result.size = stun_agent_build_unknown_attributes_error(&agent_->stun, &reply, response.data(),
                                                            response.size(), &request);
    return result;
  }
  if (result.outcome != StunOutcome::accepted) {
    return result;
  }
  if (stun_message_get_class(&request) != STUN_REQUEST) {
    result.outcome = StunOutcome::not_a_request;
    return result;
  }
  if (stun_message_get_method(&request) != STUN_BINDING) {
    result.outcome = StunOutcome::not_binding;
    return result;
  }
  sockaddr_storage source{};
  const socklen_t source_size = from.to_native(from.family(), source);
  bool controlling = false;
  // With the lowest tie-breaker there is, we never take the other role: a lite agent cannot control.
  constexpr std::uint64_t kTieBreaker = 0;
  std::size_t size = response.size();
  const auto written = stun_usage_ice_conncheck_create_reply(
      &agent_->stun, &request, &reply, response.data(), &size, &source, source_size, &controlling,
      kTieBreaker, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
  if (written == STUN_USAGE_ICE_RETURN_ROLE_CONFLICT) {
    result.outcome = StunOutcome::role_conflict;
  } else if (written != STUN_USAGE_ICE_RETURN_SUCCESS) {
    result.outcome = StunOutcome::no_room;
    return result;
  }
  result.size = size;
  result.nomination = stun_usage_ice_conncheck_use_candidate(&request) ? Nomination::yes : Nomination::no;
  result.priority = stun_usage_ice_conncheck_priority(&request);
  return result;
}

}  // namespace baton::transport::direct
