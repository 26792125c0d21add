// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "transports/direct/dtls_context.hpp"
#include "transports/direct/socket_address.hpp"

namespace baton::bench {

/// Right behind the RTP header of the packets that are measured: when they were due, in the clock's ticks.
inline constexpr std::size_t kTimeOffset = 12;

/// The system's monotonic clock, which is the same in all processes.
[[nodiscard]] core::Instant steady_now();

enum class Scheduling : std::uint8_t { as_everybody, before_all_else };
/// To this thread. Throws when the system allows no real-time scheduling.
void apply(Scheduling scheduling);

/// Clients in a process of their own, as browsers are: with a server in one process they would wait for each
/// other in the libraries that both use.
class DirectClientProcess {
public:
  struct Contexts {
    std::shared_ptr<const transport::direct::DtlsContext> server;
    std::shared_ptr<const transport::direct::DtlsContext> browser;
  };
  struct PacketDelay {
    core::Instant due;
    core::Duration delay;
  };
  struct Report {
    std::vector<PacketDelay> packets;
    std::vector<core::Duration> joins;  ///< From the first check to the keys, of those who got there.
  };

  /// Begins the process: to be done before there are threads.
  DirectClientProcess(const Contexts& contexts, Scheduling scheduling);
  /// Ends it, too.
  ~DirectClientProcess();
  DirectClientProcess(const DirectClientProcess&) = delete;
  DirectClientProcess& operator=(const DirectClientProcess&) = delete;

  /// Once, before anybody joins.
  void begin(const transport::direct::SocketAddress& server);
  /// A client with the credentials of this number, not 0, which the server expects, joins now and stays.
  void join(std::uint32_t number);
  /// All leave without a word.
  [[nodiscard]] Report end();

private:
  int orders_ = -1;
  int reports_ = -1;
  pid_t child_ = -1;
};

}  // namespace baton::bench
