// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/library_srtp.hpp"

#include <algorithm>
#include <mutex>
#include <span>
#include <utility>

namespace baton::transport::direct {
namespace {

constexpr std::size_t kRtpSsrcOffset = 8;
constexpr std::size_t kRtcpSsrcOffset = 4;

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

std::optional<LibrarySrtp> LibrarySrtp::make(SrtpProfile profile, SrtpKey& key, SrtpDirection direction) {
  initialise_library();
  const auto sizes = key_sizes(profile);
  if (key.bytes().size() != sizes.key + sizes.salt) {
    return std::nullopt;
  }
  srtp_policy_t policy{};
  set_crypto(profile, policy.rtp, policy.rtcp);
  policy.ssrc.type = direction == SrtpDirection::outbound ? ssrc_any_outbound : ssrc_any_inbound;
  policy.key = key.bytes().data();
  policy.window_size = kReplayWindow;
  // What is sent again is sent as RFC 4588 has it, with a number of its own: one number is never used twice.
  policy.allow_repeat_tx = 0;
  srtp_t context = nullptr;
  if (srtp_create(&context, &policy) != srtp_err_status_ok) {
    return std::nullopt;
  }
  return LibrarySrtp(Context(context));
}

SrtpResult LibrarySrtp::protect_rtp(media::ByteView head, media::ByteView rest, media::ByteSpan to) {
  return protect(head, rest, to, kRtpSsrcOffset, &srtp_protect);
}

SrtpResult LibrarySrtp::protect_rtcp(media::ByteView packet, media::ByteSpan to) {
  return protect(packet, {}, to, kRtcpSsrcOffset, &srtp_protect_rtcp);
}

SrtpResult LibrarySrtp::unprotect_rtp(media::ByteSpan packet) {
  return in_place(packet, packet.size(), kRtpSsrcOffset, &srtp_unprotect);
}

SrtpResult LibrarySrtp::unprotect_rtcp(media::ByteSpan packet) {
  return in_place(packet, packet.size(), kRtcpSsrcOffset, &srtp_unprotect_rtcp);
}

SrtpResult LibrarySrtp::protect(media::ByteView head, media::ByteView rest, media::ByteSpan to,
                                std::size_t ssrc_offset, Operation operation) {
  const std::size_t size = head.size() + rest.size();
  if (to.size() < size + kMaxSrtpOverheadBytes) {
    return SrtpError::no_room;
  }
  media::copy_bytes(rest, media::copy_bytes(head, to));
  return in_place(to, size, ssrc_offset, operation);
}

bool LibrarySrtp::is_known(media::Ssrc source) const {
  const auto known = std::span(sources_).first(source_count_);
  return std::ranges::find(known, source) != known.end();
}

SrtpResult LibrarySrtp::in_place(media::ByteSpan buffer, std::size_t size, std::size_t ssrc_offset,
                                 Operation operation) {
  if (size < ssrc_offset + 4) {
    return SrtpError::malformed;
  }
  const media::Ssrc source{media::load_u32(buffer, ssrc_offset)};
  const bool is_new = !is_known(source);
  if (is_new && source_count_ == kMaxSources) {
    return SrtpError::too_many_sources;
  }
  int length = static_cast<int>(size);
  const auto status = operation(context_.get(), buffer.data(), &length);
  if (status != srtp_err_status_ok) {
    return named(status);
  }
  // Only now is it the peer's: the library, too, makes a state for a stream after it was authenticated.
  if (is_new) {
    sources_[source_count_++] = source;
  }
  return PacketSize{static_cast<std::size_t>(length)};
}

}  // namespace baton::transport::direct
