// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/media/frame_info.hpp"
#include "tests/transports/fake_peers.hpp"

/// A program whose source stands still, and those who watch it: where tests of replays take place.
namespace baton::transport::test {

/// A host of any codec, one packet a frame.
class Source {
public:
  Source(Program& program, media::VideoCodec codec) : program_(program), codec_(codec) {}

  void frame(Frame frame, std::int64_t ms, media::Marker marker = media::Marker::set);

private:
  Program& program_;
  media::VideoCodec codec_;
  std::uint16_t number_ = 0x7FFE;  // All counters wrap soon.
};

/// The settings of these tests, with a codec of one's own.
ProgramSettings settings_for(media::VideoCodec codec);

/// A host that sent a key frame and two more at 0, 33 and 66 ms and nothing since, and a viewer who saw them.
struct Still {
  explicit Still(media::VideoCodec codec = media::VideoCodec::vp8) : Still(settings_for(codec)) {}
  explicit Still(const ProgramSettings& settings);

  std::shared_ptr<FakeSink> join(std::uint64_t id, std::int64_t ms);
  /// What the worker does.
  void tick_if_due(std::int64_t ms);
  /// A viewer sends PLI.
  void ask(std::uint64_t id, std::int64_t ms);
  /// A viewer reports that `last` arrived, and how many it has lost since it began.
  void report(std::uint64_t id, const Received& last, std::int64_t ms, std::int32_t lost = 0);

  FakeWaker waker;
  Program program;
  std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
  std::shared_ptr<FakeSink> witness;
  Source source;
};

/// What a viewer got is one stream: no number missing, time and codec counters go on by each frame.
void check_continuous(media::VideoCodec codec, const std::vector<Received>& packets);

}  // namespace baton::transport::test
