// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytes.hpp"
#include "core/media/resend_gate.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Makes a private copy of `resend.packet` what the viewer was sent under `number`: its number, its timestamp
/// where that of a replay was another, its codec counters. `descriptor` is that copy's dependency descriptor,
/// in the packet or beside it; empty when there is none. RtxStream::write() comes after this.
void apply(const Resend& resend, SequenceNumber number, MutableRtpPacket& packet, ByteSpan descriptor = {});

}  // namespace baton::media
