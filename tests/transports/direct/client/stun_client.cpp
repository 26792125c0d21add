// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/direct/client/stun_client.hpp"

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include <array>
#include <cstddef>
#include <deque>
#include <stdexcept>

namespace baton::transport::direct::test {

namespace {

// The library remembers so many requests as are not answered, and then writes no other. Browsers give up on
// one after some time, too.
constexpr std::size_t kMaxUnanswered = STUN_AGENT_MAX_SAVED_IDS / 2;

}  // namespace

struct StunClient::Agent {
  // The library remembers where the key of a request is, until it is answered or forgotten.
  struct Request {
    std::unique_ptr<std::string> password;
    std::array<std::uint8_t, sizeof(StunTransactionId)> id{};
  };

  StunAgent stun;
  std::deque<Request> requests;  // The oldest first; most have been answered.

  void forget_oldest() {
    stun_agent_forget_transaction(&stun, requests.front().id.data());
    requests.pop_front();
  }
};

StunClient::StunClient() : agent_(std::make_unique<Agent>()) {
  static constexpr std::array<std::uint16_t, 8> kKnown = {
      STUN_ATTRIBUTE_USERNAME,           STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
      STUN_ATTRIBUTE_ERROR_CODE,         STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
      STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_PRIORITY,
      STUN_ATTRIBUTE_USE_CANDIDATE,      0};
  stun_agent_init(&agent_->stun, kKnown.data(), STUN_COMPATIBILITY_RFC5389,
                  static_cast<StunAgentUsageFlags>(STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
                                                   STUN_AGENT_USAGE_USE_FINGERPRINT));
}

StunClient::~StunClient() = default;

std::vector<std::uint8_t> StunClient::request(const Check& check) {
  if (agent_->requests.size() == kMaxUnanswered) {
    agent_->forget_oldest();
  }
  Agent::Request& sent =
      agent_->requests.emplace_back(std::make_unique<std::string>(check.credentials.password));
  const std::string& password = *sent.password;
  const std::string username = check.credentials.username_fragment + ":" + check.own_fragment;
  std::vector<std::uint8_t> bytes(2000);
  StunMessage message{};
  const std::size_t size = stun_usage_ice_conncheck_create(
      &agent_->stun, &message, bytes.data(), bytes.size(),
      reinterpret_cast<const std::uint8_t*>(username.data()), username.size(),
      reinterpret_cast<const std::uint8_t*>(password.data()), password.size(),
      check.nomination == Nomination::yes, check.role == Check::Role::controlling, check.priority, 1, nullptr,
      STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
  if (size == 0) {
    throw std::runtime_error("The check could not be written.");
  }
  stun_message_id(&message, sent.id.data());
  bytes.resize(size);
  return bytes;
}

std::optional<StunClient::Response> StunClient::read(media::ByteView message) {
  // Some room behind it: see StunResponder.
  std::vector<std::uint8_t> copy(message.begin(), message.end());
  copy.resize(message.size() + 32);
  StunMessage parsed{};
  const auto status =
      stun_agent_validate(&agent_->stun, &parsed, copy.data(), message.size(), nullptr, nullptr);
  if (status != STUN_VALIDATION_SUCCESS) {
    return std::nullopt;
  }
  Response result;
  if (stun_message_get_class(&parsed) == STUN_ERROR) {
    stun_message_find_error(&parsed, &result.error);
    return result;
  }
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (stun_usage_ice_conncheck_process(&parsed, &address, &size, STUN_USAGE_ICE_COMPATIBILITY_RFC5245) !=
      STUN_USAGE_ICE_RETURN_SUCCESS) {
    return std::nullopt;
  }
  result.mapped = SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&address), size);
  return result;
}

}  // namespace baton::transport::direct::test
