// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/media/bytes.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::transport::direct {

/// The largest datagram that is taken. What browsers send keeps to 1,500 with its headers.
inline constexpr std::size_t kMaxDatagramBytes = 2048;
/// How many datagrams the kernel may have joined into one: 64 from a network, twice as many on loopback.
inline constexpr std::size_t kMaxCoalesced = 128;

struct ReceivedDatagram {
  SocketAddress from;
  /// May be changed in place, as decryption does.
  media::ByteSpan bytes;
};

struct ReceiveCounters {
  std::uint64_t datagrams = 0;
  std::uint64_t bytes = 0;
  std::uint64_t system_calls = 0;
  std::uint64_t too_large = 0;          ///< Datagrams over kMaxDatagramBytes, dropped.
  std::uint64_t beyond_batch = 0;       ///< More were joined than kMaxCoalesced: the rest, dropped.
  std::uint64_t unknown_address = 0;    ///< Datagrams of a family that is neither IPv4 nor IPv6, dropped.
  std::uint64_t dropped_by_kernel = 0;  ///< Datagrams that found the socket's receive buffer full.
  std::uint64_t errors = 0;             ///< System calls that failed for another reason than having nothing.
};

/// Takes many datagrams out of a socket by one system call. Allocates at construction only. One thread.
class BatchReceiver {
public:
  /// `socket` must outlive this object. `messages` are taken by one call at most.
  explicit BatchReceiver(UdpSocket& socket, std::size_t messages = 64);
  BatchReceiver(const BatchReceiver&) = delete;
  BatchReceiver& operator=(const BatchReceiver&) = delete;

  /// What is there, without waiting; empty when nothing is. Valid until the next call.
  std::span<ReceivedDatagram> receive();

  [[nodiscard]] const ReceiveCounters& counters() const { return counters_; }

private:
  struct Slot {
    // One number each of SO_RXQ_OVFL and UDP_GRO.
    alignas(cmsghdr) std::array<std::uint8_t, 2 * CMSG_SPACE(sizeof(int))> control;
    sockaddr_storage address;
    iovec vector;
  };
  void prepare(std::size_t index);
  void take(const mmsghdr& header, const Slot& slot);
  std::size_t read_control(const msghdr& header);

  UdpSocket& socket_;
  const std::size_t slot_bytes_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::vector<Slot> slots_;
  std::vector<mmsghdr> headers_;
  std::vector<ReceivedDatagram> received_;
  std::size_t used_;  // Slots that the last call filled: only they must be prepared again.
  std::uint32_t kernel_drops_ = 0;
  ReceiveCounters counters_;
};

}  // namespace baton::transport::direct
