// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::bench {

/// CLOCK_MONOTONIC, by which packets are stamped.
[[nodiscard]] core::Instant monotonic_now();

/// Room for one batch: any number of receivers may share it, as long as one thread calls them.
struct ReceiveBuffers {
  struct Slot {
    // SO_RXQ_OVFL, UDP_GRO and SO_TIMESTAMPNS.
    alignas(
        cmsghdr) std::array<std::uint8_t, 2 * CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(timespec))> control;
    sockaddr_storage address;
    iovec vector;
  };
  ReceiveBuffers();
  std::unique_ptr<std::uint8_t[]> bytes;
  std::vector<Slot> slots;
  std::vector<mmsghdr> headers;
};

/// Takes datagrams out of a socket in batches and knows when the kernel got each: how long this process takes
/// to come to them is no delay of the server's. One thread.
class TimedReceiver {
public:
  /// `socket` and `buffers` must outlive this object.
  TimedReceiver(transport::direct::UdpSocket& socket, ReceiveBuffers& buffers);
  TimedReceiver(const TimedReceiver&) = delete;
  TimedReceiver& operator=(const TimedReceiver&) = delete;

  using Take = std::function<void(media::ByteSpan datagram, const transport::direct::SocketAddress& from,
                                  core::Instant arrived)>;
  /// Hands over what one system call brings, without waiting.
  /// @return  false when there may be nothing left
  bool receive(const Take& take);

  /// Datagrams that this process did not fetch before the socket was full.
  [[nodiscard]] std::uint64_t overflowed() const { return overflowed_; }

private:
  struct Control {
    std::size_t segment = 0;  // 0: one datagram.
    core::Instant arrived{};
  };
  Control read_control(const msghdr& header, core::Instant now, core::Duration from_wall_clock);

  transport::direct::UdpSocket& socket_;
  ReceiveBuffers& buffers_;
  std::uint32_t overflow_count_ = 0;
  std::uint64_t overflowed_ = 0;
};

}  // namespace baton::bench
