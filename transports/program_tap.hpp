// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet_store.hpp"
#include "core/media/program_packet.hpp"
#include "core/media/stream_clock.hpp"
#include "core/time.hpp"
#include "transports/media_kind.hpp"
#include "transports/media_sink.hpp"
#include "transports/outlet_status.hpp"

namespace baton::transport {

/// One packet as the program forwards it. Whoever copies this keeps the bytes.
struct ForwardedPacket {
  MediaKind kind{};
  media::ProgramPacket decided;
  media::SharedPacket packet;   ///< As `decided` says, its descriptor as well.
  PacketExtensions extensions;  ///< But for the descriptor.
  media::StreamClock clock;     ///< Of its medium, with this packet.
  core::Instant arrival;
};

/// Where a program's packets go besides its own viewers: to a thread that has others. What is forwarded
/// comes with the program's lock held, in the order in which packets go out, so it must be handed on at once.
class ProgramTap {
public:
  ProgramTap() = default;
  ProgramTap(const ProgramTap&) = delete;
  ProgramTap& operator=(const ProgramTap&) = delete;
  virtual ~ProgramTap() = default;

  virtual void forward(const ForwardedPacket& packet) = 0;
  /// The source is off air for good: what is there is the last picture until another one begins.
  virtual void source_ended() = 0;
  /// What its viewers were sent, as known there a moment ago. Any thread, also with the program's lock held.
  [[nodiscard]] virtual OutletStatus status() const = 0;
};

}  // namespace baton::transport
