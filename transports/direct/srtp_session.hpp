// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "core/media/bytes.hpp"
#include "transports/direct/aead_protector.hpp"
#include "transports/direct/aead_unprotector.hpp"
#include "transports/direct/library_srtp.hpp"
#include "transports/direct/srtp_error.hpp"
#include "transports/direct/srtp_keys.hpp"

namespace baton::transport::direct {

/// SRTP and SRTCP with one peer, both directions: with an AEAD profile by AeadProtector and AeadUnprotector,
/// else by libsrtp. One thread.
class SrtpSession {
public:
  /// The keys are wiped, whatever comes of it. Nothing when a library refuses them.
  static std::optional<SrtpSession> make(SrtpKeys keys);

  [[nodiscard]] SrtpProfile profile() const { return profile_; }

  /// Writes the packet that is `head` followed by `rest`, protected, to the front of `to`, which has room for
  /// kMaxSrtpOverheadBytes more and overlaps with neither; the result tells how many bytes were used. `head`
  /// holds the whole RTP header at least. So many peers can have a header each and share a payload, which
  /// with an AEAD profile is encrypted from where it is.
  SrtpResult protect_rtp(media::ByteView head, media::ByteView rest, media::ByteSpan to);
  SrtpResult protect_rtp(media::ByteView packet, media::ByteSpan to) { return protect_rtp(packet, {}, to); }
  SrtpResult protect_rtcp(media::ByteView packet, media::ByteSpan to);
  /// Decrypts in place. After an error the bytes are of no use.
  SrtpResult unprotect_rtp(media::ByteSpan packet);
  SrtpResult unprotect_rtcp(media::ByteSpan packet);

  [[nodiscard]] const SrtpErrorCounters& protect_errors() const { return protect_errors_; }
  [[nodiscard]] const SrtpErrorCounters& unprotect_errors() const { return unprotect_errors_; }

private:
  using Outbound = std::variant<AeadProtector, LibrarySrtp>;
  using Inbound = std::variant<AeadUnprotector, LibrarySrtp>;

  SrtpSession(SrtpProfile profile, Outbound outbound, Inbound inbound)
      : profile_(profile), outbound_(std::move(outbound)), inbound_(std::move(inbound)) {}

  SrtpProfile profile_;
  Outbound outbound_;
  Inbound inbound_;
  SrtpErrorCounters protect_errors_;
  SrtpErrorCounters unprotect_errors_;
};

}  // namespace baton::transport::direct
