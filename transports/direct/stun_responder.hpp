// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/media/bytes.hpp"
#include "transports/direct/socket_address.hpp"

namespace baton::transport::direct {

/// The largest STUN message that is looked at: more than any check has, less than an attacker would like.
inline constexpr std::size_t kMaxStunBytes = 1280;
/// The room that an answer needs at most: a success with the longest username, or the longest list of unknown
/// attributes.
inline constexpr std::size_t kMaxStunResponseBytes = 640;

/// Who may ask. Called while a message is examined.
class StunAccounts {
public:
  StunAccounts() = default;
  StunAccounts(const StunAccounts&) = delete;
  StunAccounts& operator=(const StunAccounts&) = delete;
  virtual ~StunAccounts() = default;

  /// The password that belongs to the USERNAME attribute, or an empty one when nobody has this name. It must
  /// stay where it is until the message is answered.
  virtual std::string_view password_of(std::string_view username) = 0;
};

/// What became of a STUN message.
enum class StunOutcome : std::uint8_t {
  accepted,           ///< An authenticated Binding request; the answer is a success.
  role_conflict,      ///< Authenticated, but it claims to be controlled as we are (RFC 8445 §7.3.1.1): 487.
  unknown_attribute,  ///< Authenticated, with an attribute that must be understood and is not: 420.
  malformed,          ///< No STUN message, or without the magic cookie or a right fingerprint. Not answered.
  too_large,          ///< Larger than kMaxStunBytes. Not answered.
  no_credentials,     ///< Without USERNAME or MESSAGE-INTEGRITY. Not answered.
  unknown_username,   ///< Nobody has this username. Not answered.
  wrong_password,     ///< MESSAGE-INTEGRITY does not fit. Not answered.
  not_a_request,      ///< A response or an indication: we send no requests, so nothing can fit. Not answered.
  not_binding,        ///< Authenticated, but for a method that is not ours. Not answered.
  no_room,            ///< The answer could not be written. Not answered.
};
inline constexpr std::size_t kStunOutcomes = 11;
[[nodiscard]] const char* to_string(StunOutcome outcome);

/// Whether the other side has chosen this pair of addresses (RFC 8445 §7.3.1.5).
enum class Nomination : std::uint8_t { no, yes };

struct StunAnswer {
  StunOutcome outcome = StunOutcome::malformed;
  /// Bytes that were written to the response; 0 when there is to be none.
  std::size_t size = 0;
  Nomination nomination = Nomination::no;
  /// The PRIORITY attribute; 0 when there is none.
  std::uint32_t priority = 0;
};

/// Answers connectivity checks as a lite agent (RFC 8445 §7.3) by libnice's STUN library. What is not
/// authenticated is never answered at all, so nobody can be made a target by a forged source address. Bytes
/// in, bytes out. One thread.
class StunResponder {
public:
  StunResponder();
  ~StunResponder();
  StunResponder(const StunResponder&) = delete;
  StunResponder& operator=(const StunResponder&) = delete;

  /// `response` has room for kMaxStunResponseBytes.
  StunAnswer answer(media::ByteView message, const SocketAddress& from, StunAccounts& accounts,
                    media::ByteSpan response);

private:
  struct Agent;
  std::unique_ptr<Agent> agent_;
};

}  // namespace baton::transport::direct
