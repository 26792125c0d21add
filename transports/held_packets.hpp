// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "transports/fan_out.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport {

/// Packets of a program that wait for the others of their frame, so that all of them go to one viewer after
/// the other. They are copied; in the steady state nothing is allocated. Not thread safe.
class HeldPackets {
public:
  /// More do not wait: those of a large key frame go out in pieces, so that the last viewer does not wait for
  /// all that goes to the others.
  static constexpr std::size_t kMax = 32;

  void hold(const ForwardedPacket& packet);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] bool full() const { return entries_.size() >= kMax; }
  /// When the oldest of them came. There must be one.
  [[nodiscard]] core::Instant since() const { return since_; }
  /// All of them, in their order. None is held any more; they are valid until the next one is.
  [[nodiscard]] std::span<LivePacket> take();

private:
  struct Entry {
    MediaKind kind{};
    media::ProgramPacket decided;
    PacketExtensions extensions;  // The descriptor stands behind the packet.
    std::size_t size = 0;
    std::size_t descriptor_size = 0;
    core::Instant arrival;
  };

  core::Instant since_{};
  std::vector<Entry> entries_;
  std::vector<std::uint8_t> bytes_;
  std::vector<LivePacket> taken_;
};

}  // namespace baton::transport
