// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/media/kept_packets.hpp"
#include "core/media/packet_history.hpp"
#include "core/time.hpp"
#include "transports/direct/forward_queue.hpp"
#include "transports/direct/viewed_program.hpp"
#include "transports/live_copies.hpp"
#include "transports/program.hpp"
#include "transports/program_outlet.hpp"
#include "transports/program_tap.hpp"

namespace baton::transport::direct {

/// One program on one worker: its viewers there, and what they may ask for again. The program hands packets
/// to it on its own threads; all else is the worker's.
class WorkerProgram final : public ProgramTap,
                            public ViewedProgram,
                            public std::enable_shared_from_this<WorkerProgram> {
public:
  /// Packets that go to one viewer before the next one has its turn. So a large key frame neither fills the
  /// socket's buffer with one viewer's packets nor lets the others wait for all of it.
  static constexpr std::size_t kPacketsPerTurn = 32;

  /// Attached to the program, and given its picture. `queue` is the worker's, and outlives the program's
  /// packets. Must not be called with the program's lock held.
  static std::shared_ptr<WorkerProgram> attach(const std::shared_ptr<Program>& program, ForwardQueue& queue,
                                               const media::PacketHistoryLimits& history);
  /// Nothing is put into the queue any more when this returns. What waits there keeps this object alive.
  void detach();

  // --- the program's threads

  void forward(const ForwardedPacket& packet) override;
  void source_ended() override;
  [[nodiscard]] OutletStatus status() const override;

  // --- the worker

  /// Takes one entry of the queue. What was taken before is sent first where it must not wait; `copies` are
  /// for that.
  void take(const QueuedPacket& queued, LiveCopies& copies);
  /// Sends what was taken to all viewers.
  void send(LiveCopies& copies);
  [[nodiscard]] bool has_taken() const { return !taken_.empty(); }

  /// The source is asked for a key frame, at the program's pace, if one is needed.
  void ask_if(media::KeyframeNeed need);
  [[nodiscard]] std::optional<core::Instant> next_deadline() const { return outlet_.next_deadline(); }
  void tick(core::Instant now) { ask_if(outlet_.tick(now)); }

  [[nodiscard]] ProgramOutlet& outlet() { return outlet_; }
  [[nodiscard]] const ProgramOutlet& outlet() const { return outlet_; }
  [[nodiscard]] const media::ResendSource& kept(MediaKind kind) const override {
    return kind == MediaKind::audio ? audio_kept_ : outlet_.video_kept();
  }
  [[nodiscard]] std::optional<media::RtpTimestamp> time(MediaKind kind, core::Instant now) const override;
  /// Puts up what its viewers were sent, unless somebody is reading it.
  void publish();

private:
  WorkerProgram(const std::shared_ptr<Program>& program, ForwardQueue& queue,
                const media::PacketHistoryLimits& history);

  const std::shared_ptr<Program> program_;
  ForwardQueue& queue_;
  std::atomic<std::uint64_t> overrun_{0};

  // Under the program's lock.
  Continuity continuity_ = Continuity::unbroken;
  enum class LastPut : std::uint8_t { packet, source_ended } last_put_ = LastPut::packet;

  // The worker's.
  media::PacketHistory audio_history_;
  media::PacketHistory video_history_;
  const media::KeptPackets audio_kept_;
  ProgramOutlet outlet_;
  std::vector<ForwardedPacket> taken_;

  mutable std::mutex status_mutex_;
  OutletStatus status_;  // Guarded by status_mutex_.
};

}  // namespace baton::transport::direct
