// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <srtp2/srtp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/rtp_types.hpp"
#include "transports/direct/srtp_error.hpp"
#include "transports/direct/srtp_keys.hpp"

namespace baton::transport::direct {

enum class SrtpDirection : std::uint8_t { outbound, inbound };

/// SRTP and SRTCP with one peer in one direction, by libsrtp. One thread.
class LibrarySrtp {
public:
  /// Nothing when the library refuses the key, which is the caller's to wipe.
  static std::optional<LibrarySrtp> make(SrtpProfile profile, SrtpKey& key, SrtpDirection direction);

  /// As AeadProtector's; the library works in place, on a copy.
  SrtpResult protect_rtp(media::ByteView head, media::ByteView rest, media::ByteSpan to);
  SrtpResult protect_rtcp(media::ByteView packet, media::ByteSpan to);
  /// Decrypts in place. After an error the bytes are of no use.
  SrtpResult unprotect_rtp(media::ByteSpan packet);
  SrtpResult unprotect_rtcp(media::ByteSpan packet);

private:
  struct Free {
    void operator()(srtp_ctx_t* context) const { srtp_dealloc(context); }
  };
  using Context = std::unique_ptr<srtp_ctx_t, Free>;
  using Operation = srtp_err_status_t (*)(srtp_t, void*, int*);

  explicit LibrarySrtp(Context context) : context_(std::move(context)) {}
  SrtpResult protect(media::ByteView head, media::ByteView rest, media::ByteSpan to, std::size_t ssrc_offset,
                     Operation operation);
  /// On the packet that is the first `size` bytes of `buffer`.
  SrtpResult in_place(media::ByteSpan buffer, std::size_t size, std::size_t ssrc_offset, Operation operation);
  [[nodiscard]] bool is_known(media::Ssrc source) const;

  Context context_;
  std::array<media::Ssrc, kMaxSources> sources_;
  std::size_t source_count_ = 0;
};

}  // namespace baton::transport::direct
