// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/direct/client/client_crowd.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace baton::transport::direct::test {
namespace {

core::Instant steady_now() {
  return core::Instant(
      std::chrono::duration_cast<core::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace

ClientCrowd::ClientCrowd(const SocketAddress& server)
    : server_(server), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) {
    throw std::system_error(errno, std::generic_category());
  }
}

ClientCrowd::~ClientCrowd() {
  close(epoll_);
}

UdpSocket ClientCrowd::open() const {
  const char* const host = server_.family() == AddressFamily::ipv6 ? "::1" : "127.0.0.1";
  auto socket = UdpSocket::open({.address = *SocketAddress::parse(host, Port{0}),
                                 .receive_buffer_bytes = 1 << 20,
                                 .send_buffer_bytes = 1 << 20});
  if (!socket) {
    throw std::runtime_error(to_string(socket.error()));
  }
  return std::move(*socket);
}

void ClientCrowd::watch(std::size_t index) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = index;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, members_[index]->socket.descriptor(), &event) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
}

DirectClient& ClientCrowd::add(std::shared_ptr<const DtlsContext> context, DirectClientSettings settings) {
  members_.push_back(std::make_unique<Member>(open()));
  Member& member = *members_.back();
  member.client = std::make_unique<DirectClient>(std::move(context), std::move(settings), steady_now());
  watch(members_.size() - 1);
  send(member);
  return *member.client;
}

void ClientCrowd::move(std::size_t index) {
  auto moved = std::make_unique<Member>(open());
  moved->client = std::move(members_[index]->client);
  members_[index] = std::move(moved);
  watch(index);
}

void ClientCrowd::receive(Member& member) {
  const auto now = steady_now();
  for (auto batch = member.receiver.receive(); !batch.empty(); batch = member.receiver.receive()) {
    for (const auto& datagram : batch) {
      if (datagram.from != server_) {
        ++from_elsewhere_;
        continue;
      }
      member.client->incoming(datagram.bytes, now);
    }
  }
}

void ClientCrowd::send(Member& member) const {
  sockaddr_storage to{};
  const socklen_t size = server_.to_native(member.socket.family(), to);
  while (auto datagram = member.client->take_outgoing()) {
    // What does not leave is lost, as on any network.
    (void)sendto(member.socket.descriptor(), datagram->data(), datagram->size(), 0,
                 reinterpret_cast<const sockaddr*>(&to), size);
  }
}

void ClientCrowd::turn(std::chrono::milliseconds patience) {
  std::array<epoll_event, 64> events;
  const int count =
      epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(patience.count()));
  for (int i = 0; i < count; ++i) {
    Member& member = *members_[events[static_cast<std::size_t>(i)].data.u64];
    receive(member);
    send(member);
  }
  // Deadlines are some milliseconds apart at the least, and there may be thousands of clients.
  const auto now = steady_now();
  if (now < next_look_) {
    return;
  }
  next_look_ = now + std::chrono::milliseconds(5);
  for (const auto& member : members_) {
    if (member->client->next_deadline() <= now) {
      member->client->advance(now);
    }
    send(*member);
  }
}

bool ClientCrowd::run(const std::function<bool()>& done, core::Duration patience) {
  const auto end = steady_now() + patience;
  while (!done()) {
    if (steady_now() >= end) {
      return false;
    }
    turn(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace baton::transport::direct::test
