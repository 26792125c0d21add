// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/udp_socket.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace baton::transport::direct {
namespace {

UdpSocketError named(int error) {
  switch (error) {
    case EADDRINUSE:
      return UdpSocketError::address_in_use;
    case EADDRNOTAVAIL:
      return UdpSocketError::address_not_local;
    case EACCES:
    case EPERM:
      return UdpSocketError::permission_denied;
    case EMFILE:
    case ENFILE:
    case EAFNOSUPPORT:
      return UdpSocketError::no_socket;
    default:
      return UdpSocketError::other;
  }
}

bool set_option(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof(value)) == 0;
}

int option_of(int descriptor, int level, int option) {
  int value = 0;
  socklen_t size = sizeof(value);
  return getsockopt(descriptor, level, option, &value, &size) == 0 ? value : -1;
}

// A privileged process may pass the system's limit (net.core.rmem_max, wmem_max); others get what it allows.
std::size_t set_buffer(int descriptor, int option, int forced_option, std::size_t bytes) {
  // The kernel doubles what it is given, for its own overhead, and reports the double.
  const int half = static_cast<int>(std::min<std::size_t>(bytes / 2, INT_MAX));
  if (!set_option(descriptor, SOL_SOCKET, forced_option, half)) {
    set_option(descriptor, SOL_SOCKET, option, half);
  }
  return static_cast<std::size_t>(std::max(0, option_of(descriptor, SOL_SOCKET, option)));
}

}  // namespace

const char* to_string(UdpSocketError error) {
  switch (error) {
    case UdpSocketError::no_socket:
      return "no_socket";
    case UdpSocketError::address_in_use:
      return "address_in_use";
    case UdpSocketError::address_not_local:
      return "address_not_local";
    case UdpSocketError::permission_denied:
      return "permission_denied";
    case UdpSocketError::other:
      break;
  }
  return "other";
}

media::ParseResult<UdpSocket, UdpSocketError> UdpSocket::open(const UdpSocketSettings& settings) {
  UdpSocket result;
  result.family_ = settings.address.family();
  const int domain = result.family_ == AddressFamily::ipv6 ? AF_INET6 : AF_INET;
  result.descriptor_ = socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (result.descriptor_ < 0) {
    return named(errno);
  }
  const int descriptor = result.descriptor_;
  // The system's default for IPV6_V6ONLY is the administrator's; ours is that "::" takes both.
  if (domain == AF_INET6 && !set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0)) {
    return named(errno);
  }
  if (settings.sharing == PortSharing::between_workers &&
      !set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)) {
    return named(errno);
  }
  sockaddr_storage address{};
  socklen_t size = settings.address.to_native(result.family_, address);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return named(errno);
  }
  size = sizeof(address);
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  result.local_address_ =
      SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&address), size).value_or(SocketAddress{});
  result.receive_buffer_bytes_ =
      set_buffer(descriptor, SO_RCVBUF, SO_RCVBUFFORCE, settings.receive_buffer_bytes);
  result.send_buffer_bytes_ = set_buffer(descriptor, SO_SNDBUF, SO_SNDBUFFORCE, settings.send_buffer_bytes);
  // The count of datagrams that found the buffer full comes with the next one that did not.
  set_option(descriptor, SOL_SOCKET, SO_RXQ_OVFL, 1);
  // UDP_SEGMENT is known since Linux 4.18, UDP_GRO since 5.0.
  if (settings.segmentation == Offload::where_available && option_of(descriptor, SOL_UDP, UDP_SEGMENT) >= 0) {
    result.segmentation_ = Offload::where_available;
  }
  if (settings.coalescing == Offload::where_available && set_option(descriptor, SOL_UDP, UDP_GRO, 1)) {
    result.coalescing_ = Offload::where_available;
  }
  return result;
}

void UdpSocket::take(UdpSocket& other) noexcept {
  descriptor_ = std::exchange(other.descriptor_, -1);
  family_ = other.family_;
  local_address_ = other.local_address_;
  receive_buffer_bytes_ = other.receive_buffer_bytes_;
  send_buffer_bytes_ = other.send_buffer_bytes_;
  segmentation_ = other.segmentation_;
  coalescing_ = other.coalescing_;
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept {
  take(other);
}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
    take(other);
  }
  return *this;
}

UdpSocket::~UdpSocket() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

int UdpSocket::send_messages(std::span<mmsghdr> messages) {
  const int sent = sendmmsg(descriptor_, messages.data(), static_cast<unsigned>(messages.size()), 0);
  return sent >= 0 ? sent : -errno;
}

int UdpSocket::receive_messages(std::span<mmsghdr> messages) {
  const int received =
      recvmmsg(descriptor_, messages.data(), static_cast<unsigned>(messages.size()), MSG_DONTWAIT, nullptr);
  return received >= 0 ? received : -errno;
}

}  // namespace baton::transport::direct
