// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/media/publishers.hpp"
#include "tests/bench/media/server_process.hpp"
#include "tests/bench/media/viewers.hpp"

namespace baton::bench {

enum class ServerKind : std::uint8_t { video_room, baton_gateway, baton_direct };

/// One measurement of one server that has just been started.
struct MeasurementSettings {
  ServerKind server = ServerKind::video_room;
  std::string socket_path;  ///< of Janus's Unix socket
  pid_t server_pid = 0;
  std::string media_ip;  ///< an address of this machine, not loopback
  std::size_t rooms = 1;
  std::size_t viewers = 1;  ///< spread evenly over the rooms
  Arrival arrival = Arrival::back_to_back;
  FrameRate rate = FrameRate::full;  ///< Once all have joined.
  std::chrono::seconds window{10};
  std::chrono::milliseconds settle{1000};  ///< between the last join and the window
  Fault fault;
  ReceiverReports reports = ReceiverReports::each_second;
};

/// What came of it.
struct Measurement {
  double join_seconds = 0;  ///< From the first viewer's first request to the last viewer's keys.
  std::vector<std::uint32_t> join_microseconds;  ///< Of each viewer alone.
  double window_seconds = 0;
  std::uint64_t arrived = 0;  ///< Media packets that arrived in the window's time.
  CpuTime server_cpu{};
  CpuTime client_cpu{};
  CpuTime machine_cpu{};  ///< Everybody's, in the window.
  ProcessMemory before_viewers;
  ProcessMemory with_viewers;
  std::uint64_t hangups = 0;
  PublishingReport publishing;
  ViewingReport viewing;
};

/// Throws std::runtime_error when the server refuses something, or somebody is not connected in time.
[[nodiscard]] Measurement measure(const MeasurementSettings& settings);

}  // namespace baton::bench
