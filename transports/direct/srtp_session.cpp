// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/srtp_session.hpp"

#include <algorithm>
#include <mutex>
#include <span>

namespace baton::transport::direct {
namespace {

// Packets that may arrive this much later than newer ones: at 1,000 packets a second, about a second.
constexpr unsigned long kReplayWindow = 1024;

SrtpError named(srtp_err_status_t status) {
  switch (status) {
    case srtp_err_status_auth_fail:
    case srtp_err_status_cipher_fail:  // AEAD: the tag does not fit.
      return SrtpError::authentication_failed;
    case srtp_err_status_replay_fail:
      return SrtpError::replayed;
    case srtp_err_status_replay_old:
    case srtp_err_status_pkt_idx_old:
    case srtp_err_status_pkt_idx_adv:
      return SrtpError::too_old;
    case srtp_err_status_key_expired:
      return SrtpError::key_expired;
    case srtp_err_status_bad_param:
    case srtp_err_status_parse_err:
      return SrtpError::malformed;
    default:
      return SrtpError::other;
  }
}

void set_crypto(SrtpProfile profile, srtp_crypto_policy_t& rtp, srtp_crypto_policy_t& rtcp) {
  switch (profile) {
    case SrtpProfile::aead_aes_128_gcm:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&rtcp);
      return;
    case SrtpProfile::aead_aes_256_gcm:
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&rtp);
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&rtcp);
      return;
    case SrtpProfile::aes128_cm_sha1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&rtcp);
      return;
  }
}

// The library is the whole process's. Inside the gateway it has been initialised long before, and a second
// time is an error that changes nothing; it is never shut down, for others use it.
void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] { (void)srtp_init(); });
}

}  // namespace

const char* to_string(SrtpError error) {
  switch (error) {
    case SrtpError::authentication_failed:
      return "authentication_failed";
    case SrtpError::replayed:
      return "replayed";
    case SrtpError::too_old:
      return "too_old";
    case SrtpError::too_many_sources:
      return "too_many_sources";
    case SrtpError::malformed:
      return "malformed";
    case SrtpError::no_room:
      return "no_room";
    case SrtpError::key_expired:
      return "key_expired";
    case SrtpError::other:
      break;
  }
  return "other";
}

SrtpSession::Context SrtpSession::make_context(SrtpProfile profile, SrtpKey& key,
                                               srtp_ssrc_type_t direction) {
  const auto sizes = key_sizes(profile);
  if (key.bytes().size() != sizes.key + sizes.salt) {
    return nullptr;
  }
  srtp_policy_t policy{};
  set_crypto(profile, policy.rtp, policy.rtcp);
  policy.ssrc.type = direction;
  policy.key = key.bytes().data();
  policy.window_size = kReplayWindow;
  // What is sent again is sent as RFC 4588 has it, with a number of its own: one number is never used twice,
  // which GCM would not survive.
  policy.allow_repeat_tx = 0;
  srtp_t context = nullptr;
  if (srtp_create(&context, &policy) != srtp_err_status_ok) {
    return nullptr;
  }
  return Context(context);
}

std::optional<SrtpSession> SrtpSession::make(SrtpKeys keys) {
  initialise_library();
  SrtpSession result(keys.profile);
  result.outbound_ = make_context(keys.profile, keys.local, ssrc_any_outbound);
  result.inbound_ = make_context(keys.profile, keys.remote, ssrc_any_inbound);
  if (!result.outbound_ || !result.inbound_) {
    return std::nullopt;
  }
  return result;
}

SrtpResult SrtpSession::protect(media::ByteSpan buffer, std::size_t size, Operation operation) {
  const auto refused = [this](SrtpError error) -> SrtpResult {
    ++protect_errors_.counts[static_cast<std::size_t>(error)];
    return error;
  };
  if (buffer.size() < size + kMaxSrtpOverheadBytes) {
    return refused(SrtpError::no_room);
  }
  int length = static_cast<int>(size);
  const auto status = operation(outbound_.get(), buffer.data(), &length);
  if (status != srtp_err_status_ok) {
    return refused(named(status));
  }
  return PacketSize{static_cast<std::size_t>(length)};
}

SrtpResult SrtpSession::protect_rtp(media::ByteSpan buffer, std::size_t size) {
  return protect(buffer, size, &srtp_protect);
}

SrtpResult SrtpSession::protect_rtcp(media::ByteSpan buffer, std::size_t size) {
  return protect(buffer, size, &srtp_protect_rtcp);
}

bool SrtpSession::is_known(media::Ssrc source) const {
  const auto known = std::span(sources_).first(source_count_);
  return std::ranges::find(known, source) != known.end();
}

SrtpResult SrtpSession::unprotect(media::ByteSpan packet, std::size_t ssrc_offset, Operation operation) {
  const auto refused = [this](SrtpError error) -> SrtpResult {
    ++unprotect_errors_.counts[static_cast<std::size_t>(error)];
    return error;
  };
  if (packet.size() < ssrc_offset + 4) {
    return refused(SrtpError::malformed);
  }
  const media::Ssrc source{media::load_u32(packet, ssrc_offset)};
  const bool is_new = !is_known(source);
  if (is_new && source_count_ == kMaxSources) {
    return refused(SrtpError::too_many_sources);
  }
  int length = static_cast<int>(packet.size());
  const auto status = operation(inbound_.get(), packet.data(), &length);
  if (status != srtp_err_status_ok) {
    return refused(named(status));
  }
  // Only now is it the peer's: the library, too, makes a state for a stream after it was authenticated.
  if (is_new) {
    sources_[source_count_++] = source;
  }
  return PacketSize{static_cast<std::size_t>(length)};
}

SrtpResult SrtpSession::unprotect_rtp(media::ByteSpan packet) {
  constexpr std::size_t kSsrcOffset = 8;
  return unprotect(packet, kSsrcOffset, &srtp_unprotect);
}

SrtpResult SrtpSession::unprotect_rtcp(media::ByteSpan packet) {
  constexpr std::size_t kSsrcOffset = 4;
  return unprotect(packet, kSsrcOffset, &srtp_unprotect_rtcp);
}

}  // namespace baton::transport::direct
