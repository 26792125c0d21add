// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/media/resend_source.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"
#include "transports/media_kind.hpp"

namespace baton::transport::direct {

/// What a viewer's peer asks of the program that it watches. On the peer's thread.
class ViewedProgram {
public:
  ViewedProgram() = default;
  ViewedProgram(const ViewedProgram&) = delete;
  ViewedProgram& operator=(const ViewedProgram&) = delete;
  virtual ~ViewedProgram() = default;

  /// What can be sent again.
  [[nodiscard]] virtual const media::ResendSource& kept(MediaKind kind) const = 0;
  /// The RTP time of a medium, for sender reports (RFC 3550 §6.4.1); nothing before its first packet.
  [[nodiscard]] virtual std::optional<media::RtpTimestamp> time(MediaKind kind, core::Instant now) const = 0;
};

}  // namespace baton::transport::direct
