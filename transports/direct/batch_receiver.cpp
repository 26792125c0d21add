// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/batch_receiver.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace baton::transport::direct {
namespace {

// What UDP can carry at most, joined or not.
constexpr std::size_t kCoalescedBytes = 65'536;

}  // namespace

BatchReceiver::BatchReceiver(UdpSocket& socket, std::size_t messages)
    : socket_(socket),
      slot_bytes_(socket.coalescing() == Offload::off ? kMaxDatagramBytes : kCoalescedBytes),
      buffer_(std::make_unique<std::uint8_t[]>(messages * slot_bytes_)),
      slots_(messages),
      headers_(messages),
      used_(messages) {
  received_.reserve(messages * (socket.coalescing() == Offload::off ? 1 : kMaxCoalesced));
}

void BatchReceiver::prepare(std::size_t index) {
  Slot& slot = slots_[index];
  slot.vector = {&buffer_[index * slot_bytes_], slot_bytes_};
  msghdr& header = headers_[index].msg_hdr;
  header.msg_name = &slot.address;
  header.msg_namelen = sizeof(slot.address);
  header.msg_iov = &slot.vector;
  header.msg_iovlen = 1;
  header.msg_control = slot.control.data();
  header.msg_controllen = slot.control.size();
  header.msg_flags = 0;
}

// Returns the size of the datagrams that were joined, or 0.
std::size_t BatchReceiver::read_control(const msghdr& header) {
  std::size_t segment = 0;
  auto* writable = const_cast<msghdr*>(&header);  // CMSG_NXTHDR wants it so, and changes nothing.
  for (cmsghdr* control = CMSG_FIRSTHDR(writable); control != nullptr;
       control = CMSG_NXTHDR(writable, control)) {
    if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(control), sizeof(size));
      segment = static_cast<std::size_t>(std::max(size, 0));
    } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
      std::uint32_t drops = 0;
      std::memcpy(&drops, CMSG_DATA(control), sizeof(drops));
      // The kernel counts in 32 bits from when the socket was made; modular arithmetic passes over its wraps.
      counters_.dropped_by_kernel += drops - kernel_drops_;
      kernel_drops_ = drops;
    }
  }
  return segment;
}

void BatchReceiver::take(const mmsghdr& header, const Slot& slot) {
  const std::size_t segment = read_control(header.msg_hdr);
  if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
    ++counters_.too_large;
    return;
  }
  const auto from = SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&slot.address),
                                               header.msg_hdr.msg_namelen);
  if (!from) {
    ++counters_.unknown_address;
    return;
  }
  media::ByteSpan rest(static_cast<std::uint8_t*>(slot.vector.iov_base), header.msg_len);
  do {
    const std::size_t size = segment == 0 ? rest.size() : std::min(segment, rest.size());
    ++counters_.datagrams;
    counters_.bytes += size;
    if (size > kMaxDatagramBytes) {
      ++counters_.too_large;
    } else if (received_.size() < received_.capacity()) {
      received_.push_back({*from, rest.first(size)});
    } else {
      ++counters_.beyond_batch;
    }
    rest = rest.subspan(size);
  } while (!rest.empty());
}

std::span<ReceivedDatagram> BatchReceiver::receive() {
  for (std::size_t i = 0; i < used_; ++i) {
    prepare(i);
  }
  used_ = 0;
  received_.clear();
  int result = 0;
  do {
    result = socket_.receive_messages(headers_);
    ++counters_.system_calls;
  } while (result == -EINTR);
  if (result < 0) {
    if (result != -EAGAIN) {
      ++counters_.errors;
    }
    return {};
  }
  used_ = static_cast<std::size_t>(result);
  for (std::size_t i = 0; i < used_; ++i) {
    take(headers_[i], slots_[i]);
  }
  return received_;
}

}  // namespace baton::transport::direct
