// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/srtp_session.hpp"

#include "transports/direct/srtp_key_derivation.hpp"

namespace baton::transport::direct {
namespace {

SrtpResult counted(SrtpResult result, SrtpErrorCounters& counters) {
  if (!result) {
    ++counters.counts[static_cast<std::size_t>(result.error())];
  }
  return result;
}

/// Either half: a variant of Ours, for an AEAD profile, and LibrarySrtp.
template <typename Ours>
std::optional<std::variant<Ours, LibrarySrtp>> make_half(SrtpProfile profile, SrtpKey& key,
                                                         SrtpDirection direction) {
  if (is_aead(profile)) {
    if (auto session_keys = derive_aead_keys(profile, key)) {
      return Ours::make(std::move(*session_keys));
    }
    return std::nullopt;
  }
  return LibrarySrtp::make(profile, key, direction);
}

}  // namespace

std::optional<SrtpSession> SrtpSession::make(SrtpKeys keys) {
  auto outbound = make_half<AeadProtector>(keys.profile, keys.local, SrtpDirection::outbound);
  auto inbound = make_half<AeadUnprotector>(keys.profile, keys.remote, SrtpDirection::inbound);
  if (!outbound || !inbound) {
    return std::nullopt;
  }
  return SrtpSession(keys.profile, std::move(*outbound), std::move(*inbound));
}

SrtpResult SrtpSession::protect_rtp(media::ByteView head, media::ByteView rest, media::ByteSpan to) {
  const auto protect = [&](auto& by) { return by.protect_rtp(head, rest, to); };
  return counted(std::visit(protect, outbound_), protect_errors_);
}

SrtpResult SrtpSession::protect_rtcp(media::ByteView packet, media::ByteSpan to) {
  const auto protect = [&](auto& by) { return by.protect_rtcp(packet, to); };
  return counted(std::visit(protect, outbound_), protect_errors_);
}

SrtpResult SrtpSession::unprotect_rtp(media::ByteSpan packet) {
  return counted(std::visit([&](auto& by) { return by.unprotect_rtp(packet); }, inbound_), unprotect_errors_);
}

SrtpResult SrtpSession::unprotect_rtcp(media::ByteSpan packet) {
  return counted(std::visit([&](auto& by) { return by.unprotect_rtcp(packet); }, inbound_),
                 unprotect_errors_);
}

}  // namespace baton::transport::direct
