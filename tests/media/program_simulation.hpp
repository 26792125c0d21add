// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/media/keyframe_cache.hpp"
#include "core/media/program_rewriter.hpp"
#include "core/media/sink_rewriter.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media::test {

/// How bad the way from a source to the program is.
struct Network {
  const char* name;
  int lost_per_mille;
  int duplicated_per_mille;
  int max_delay_ms;  ///< Each packet is delayed by anything up to this; more than a few ms reorders.
};

/// One packet on its way from a source, with what the checks know about it and the program does not.
struct Travelling {
  std::int64_t arrival_ms = 0;
  SourceId source;
  std::int64_t index = 0;  ///< Counts the packets of its source, without a wrap.
  std::int64_t frame = 0;  ///< Counts the frames of its source.
  std::int64_t sent_ms = 0;
  Bytes bytes;
};

/// One packet that the program let through.
struct Forwarded {
  int span = 0;  ///< Counts the times a source went on air.
  SourceId source;
  std::int64_t index = 0;  ///< As in Travelling, and the next two as well.
  std::int64_t frame = 0;
  std::int64_t sent_ms = 0;
  ProgramPacket packet;
  std::int64_t at_step = 0;
};

/// One packet that a viewer got.
struct Received {
  SequenceNumber number;
  std::int64_t sequence = 0;  ///< The program's.
  RtpTimestamp timestamp;
  std::uint16_t picture_id = 0;
  std::uint8_t tl0_pic_idx = 0;
  int replays = 0;  ///< How many replays the viewer had had, this one included.
};

struct Viewer {
  SinkRewriter sink;
  ReplayKind replay = ReplayKind::nothing;
  bool replay_ends_frame = true;
  std::int64_t live_since_step = -1;  ///< The last time the viewer went live.
  int replays = 0;
  std::vector<Received> received{};
};

/// Sources that send VP8 over a bad network, a program that switches between them, and viewers who join at
/// any time. Everything follows from the seed.
class ProgramSimulation {
public:
  ProgramSimulation(std::uint64_t seed, const Network& network);

  void run(std::int64_t duration_ms);

  [[nodiscard]] const std::vector<Forwarded>& forwarded() const { return forwarded_; }
  [[nodiscard]] const std::vector<Viewer>& viewers() const { return viewers_; }
  [[nodiscard]] const ProgramCounters& counters() const { return rewriter_.counters(); }
  /// What was wrong with the bytes of a forwarded packet; empty when nothing was.
  [[nodiscard]] const std::string& byte_error() const { return byte_error_; }

private:
  struct Source {
    SourceId id;
    std::uint16_t first_sequence = 0;
    std::uint32_t first_timestamp = 0;
    std::uint16_t picture_id = 0;
    std::uint8_t tl0_pic_idx = 0;
    std::int64_t packets = 0;
    std::int64_t frames = 0;
    bool keyframe_due = true;
    bool silent = false;
  };

  void send_frame(Source& source, std::int64_t now);
  void travel(Travelling packet, std::int64_t now);
  void deliver(const Travelling& packet);
  void check_bytes(const Bytes& bytes, const ProgramPacket& decided);
  void direct();
  void join(std::int64_t now);
  void ask_again(Viewer& viewer, std::int64_t now);
  void replay(Viewer& viewer, const ReplayPlan& plan);
  [[nodiscard]] ReplayPlan plan_at(std::int64_t now) const;
  int roll(int sides) { return static_cast<int>(random_() % static_cast<std::uint64_t>(sides)); }

  std::mt19937_64 random_;
  Network network_;
  std::vector<Source> sources_;
  std::vector<Travelling> under_way_;
  ProgramRewriter rewriter_;
  PacketStore store_;
  KeyframeCache cache_;
  std::vector<Viewer> viewers_;
  std::vector<Forwarded> forwarded_;
  std::int64_t step_ = 0;
  int span_ = 0;
  std::string byte_error_;
};

}  // namespace baton::media::test
