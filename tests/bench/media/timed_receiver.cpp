// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/timed_receiver.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <span>
#include <stdexcept>
#include <system_error>

namespace baton::bench {
namespace {

constexpr std::size_t kMessages = 64;
// What the kernel joins at most.
constexpr std::size_t kSlotBytes = std::size_t{64} << 10U;

core::Duration in_microseconds(const timespec& time) {
  return std::chrono::duration_cast<core::Duration>(std::chrono::seconds(time.tv_sec) +
                                                    std::chrono::nanoseconds(time.tv_nsec));
}

core::Instant clock_reading(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return core::Instant(in_microseconds(time));
}

}  // namespace

core::Instant monotonic_now() {
  return clock_reading(CLOCK_MONOTONIC);
}

ReceiveBuffers::ReceiveBuffers()
    : bytes(new std::uint8_t[kMessages * kSlotBytes]), slots(kMessages), headers(kMessages) {}

TimedReceiver::TimedReceiver(transport::direct::UdpSocket& socket, ReceiveBuffers& buffers)
    : socket_(socket), buffers_(buffers) {
  const int on = 1;
  if (setsockopt(socket_.descriptor(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0) {
    throw std::system_error(errno, std::generic_category(), "SO_TIMESTAMPNS");
  }
}

TimedReceiver::Control TimedReceiver::read_control(const msghdr& header, core::Instant now,
                                                   core::Duration from_wall_clock) {
  Control result;
  result.arrived = now;
  for (const cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&header), const_cast<cmsghdr*>(part))) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      timespec time{};
      std::memcpy(&time, CMSG_DATA(part), sizeof(time));
      result.arrived = core::Instant(in_microseconds(time)) - from_wall_clock;
    } else if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_RXQ_OVFL) {
      std::uint32_t count = 0;
      std::memcpy(&count, CMSG_DATA(part), sizeof(count));
      overflowed_ += count - overflow_count_;
      overflow_count_ = count;
    } else if (part->cmsg_level == SOL_UDP && part->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(part), sizeof(size));
      result.segment = static_cast<std::size_t>(size);
    }
  }
  return result;
}

bool TimedReceiver::receive(const Take& take) {
  auto& [bytes, slots, headers] = buffers_;
  for (std::size_t i = 0; i < kMessages; ++i) {
    slots[i].vector = {&bytes[i * kSlotBytes], kSlotBytes};
    msghdr& header = headers[i].msg_hdr;
    header = {};
    header.msg_name = &slots[i].address;
    header.msg_namelen = sizeof(slots[i].address);
    header.msg_iov = &slots[i].vector;
    header.msg_iovlen = 1;
    header.msg_control = slots[i].control.data();
    header.msg_controllen = slots[i].control.size();
  }
  const int count = socket_.receive_messages(headers);
  const auto now = monotonic_now();
  const auto from_wall_clock = clock_reading(CLOCK_REALTIME) - now;
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const msghdr& header = headers[index].msg_hdr;
    const auto from = transport::direct::SocketAddress::from_native(
        reinterpret_cast<const sockaddr*>(header.msg_name), header.msg_namelen);
    const auto control = read_control(header, now, from_wall_clock);
    auto rest = media::ByteSpan(&bytes[index * kSlotBytes], headers[index].msg_len);
    while (from && !rest.empty()) {
      const auto size = control.segment == 0 ? rest.size() : std::min(control.segment, rest.size());
      take(rest.first(size), *from, control.arrived);
      rest = rest.subspan(size);
    }
  }
  return count == static_cast<int>(kMessages);
}

}  // namespace baton::bench
