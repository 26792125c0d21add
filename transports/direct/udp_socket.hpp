// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/media/parse_result.hpp"
#include "transports/direct/socket_address.hpp"

namespace baton::transport::direct {

/// Whether other sockets of this user may be bound to the same port (SO_REUSEPORT): one for each worker.
enum class PortSharing : std::uint8_t { exclusive, between_workers };
/// Whether the kernel is to cut one send into datagrams (UDP_SEGMENT), and to join those that arrive
/// (UDP_GRO), where it can.
enum class Offload : std::uint8_t { where_available, off };

struct UdpSocketSettings {
  /// The address to bind. "::" takes IPv4 as well. On a host with several addresses, name one: an answer from
  /// the any-address leaves by the route's address, not by the one that was asked.
  SocketAddress address;
  PortSharing sharing = PortSharing::exclusive;
  /// What is asked of the kernel, in bytes of memory (it counts its own overhead, about double the payload).
  /// It may grant less: see UdpSocket::receive_buffer_bytes().
  std::size_t receive_buffer_bytes = std::size_t{4} << 20U;
  std::size_t send_buffer_bytes = std::size_t{4} << 20U;
  Offload segmentation = Offload::where_available;
  /// Off unless asked for: docs/performance.md has what it brings and costs.
  Offload coalescing = Offload::off;
};

/// Why there is no socket.
enum class UdpSocketError : std::uint8_t {
  no_socket,          ///< The process or the system has no descriptor left, or not this family.
  address_in_use,     ///< Another socket has the port.
  address_not_local,  ///< The address is not one of this host.
  permission_denied,  ///< The port is privileged, or the user is another than that of the other workers.
  other,
};
[[nodiscard]] const char* to_string(UdpSocketError error);

/// Where messages go: a socket, or in tests what plays one.
class MessageOutput {
public:
  MessageOutput() = default;
  MessageOutput(const MessageOutput&) = default;
  MessageOutput& operator=(const MessageOutput&) = default;
  virtual ~MessageOutput() = default;

  /// As sendmmsg(2): how many of them, from the first, were taken, or the negative errno of the first one.
  virtual int send_messages(std::span<mmsghdr> messages) = 0;
};

/// One non-blocking UDP socket. One thread at a time.
class UdpSocket final : public MessageOutput {
public:
  static media::ParseResult<UdpSocket, UdpSocketError> open(const UdpSocketSettings& settings);

  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;
  ~UdpSocket() override;

  /// For epoll. Stays this object's.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Of the socket, not of its peers: an IPv6 socket may send to IPv4 addresses.
  [[nodiscard]] AddressFamily family() const { return family_; }
  /// What it is bound to, with the port that was chosen.
  [[nodiscard]] const SocketAddress& local_address() const { return local_address_; }
  /// What the kernel granted, as it counts.
  [[nodiscard]] std::size_t receive_buffer_bytes() const { return receive_buffer_bytes_; }
  [[nodiscard]] std::size_t send_buffer_bytes() const { return send_buffer_bytes_; }
  /// What is in use, after what the kernel has and what the settings ask.
  [[nodiscard]] Offload segmentation() const { return segmentation_; }
  [[nodiscard]] Offload coalescing() const { return coalescing_; }

  int send_messages(std::span<mmsghdr> messages) override;
  /// As recvmmsg(2), without waiting.
  int receive_messages(std::span<mmsghdr> messages);

private:
  UdpSocket() = default;
  void take(UdpSocket& other) noexcept;

  int descriptor_ = -1;
  AddressFamily family_ = AddressFamily::ipv4;
  SocketAddress local_address_;
  std::size_t receive_buffer_bytes_ = 0;
  std::size_t send_buffer_bytes_ = 0;
  Offload segmentation_ = Offload::off;
  Offload coalescing_ = Offload::off;
};

}  // namespace baton::transport::direct
