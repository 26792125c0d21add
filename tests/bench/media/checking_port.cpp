// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/checking_port.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "tests/bench/media/lite_port.hpp"

namespace baton::bench {
namespace {

namespace direct = transport::direct;

constexpr std::size_t kReceiveBufferBytes = std::size_t{2} << 20U;
// As browsers do once they are connected, or somewhat more often.
constexpr auto kCheckInterval = std::chrono::seconds(1);
constexpr auto kLookForDeadlines = std::chrono::milliseconds(5);

}  // namespace

CheckingPort::CheckingPort(const direct::SocketAddress& ip,
                           std::shared_ptr<const direct::DtlsContext> context,
                           direct::EndpointListener& listener)
    : ip_(ip), context_(std::move(context)), listener_(listener), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) {
    throw std::system_error(errno, std::generic_category());
  }
}

CheckingPort::~CheckingPort() {
  close(epoll_);
}

void CheckingPort::add(direct::PeerId client, const direct::IceCredentials& /*own*/,
                       const ServerSide& server) {
  if (!server.address) {
    throw std::runtime_error("The server's description has no candidate.");
  }
  auto member = std::make_unique<Member>(open_client_socket(ip_, kReceiveBufferBytes), buffers_);
  member->id = client;
  member->server = *server.address;
  member->client = std::make_unique<direct::test::DirectClient>(
      context_,
      direct::test::DirectClientSettings{server.credentials, server.fingerprint, server.role, kCheckInterval},
      monotonic_now());
  // The bytes are those of our own receive buffer, and may be changed.
  const auto changeable = [](media::ByteView bytes) {
    return media::ByteSpan(const_cast<std::uint8_t*>(bytes.data()), bytes.size());
  };
  member->client->on_rtp = [this, client, changeable](media::ByteView packet) {
    listener_.on_rtp(client, changeable(packet), arrived_);
  };
  member->client->on_rtcp = [this, client, changeable](media::ByteView packet) {
    listener_.on_rtcp(client, changeable(packet), arrived_);
  };
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = member.get();
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, member->socket.descriptor(), &event) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
  send(*member);
  members_[client] = std::move(member);
}

void CheckingPort::send_rtp(direct::PeerId client, media::ByteView packet, core::Instant /*now*/) {
  Member& member = *members_.at(client);
  member.client->protect_rtp({packet.begin(), packet.end()});
  send(member);
}

void CheckingPort::send_rtcp(direct::PeerId client, media::ByteView packet, core::Instant /*now*/) {
  Member& member = *members_.at(client);
  member.client->protect_rtcp({packet.begin(), packet.end()});
  send(member);
}

void CheckingPort::send(const Member& member) const {
  sockaddr_storage to{};
  const socklen_t size = member.server.to_native(member.socket.family(), to);
  while (const auto datagram = member.client->take_outgoing()) {
    // What does not leave is lost, as on any network.
    (void)sendto(member.socket.descriptor(), datagram->data(), datagram->size(), 0,
                 reinterpret_cast<const sockaddr*>(&to), size);
  }
}

void CheckingPort::receive(Member& member) {
  const auto take = [&](media::ByteSpan datagram, const direct::SocketAddress&, core::Instant arrived) {
    arrived_ = arrived;
    member.client->incoming(datagram, arrived);
    if (member.client->connected() && !member.told) {
      member.told = true;
      listener_.on_connected(member.id, *member.client->profile(), arrived);
    }
  };
  while (member.receiver.receive(take)) {
  }
  send(member);
}

void CheckingPort::turn() {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    receive(*static_cast<Member*>(events[static_cast<std::size_t>(i)].data.ptr));
  }
  const auto now = monotonic_now();
  if (now < next_look_) {
    return;
  }
  next_look_ = now + kLookForDeadlines;
  for (const auto& [id, member] : members_) {
    if (member->client->next_deadline() <= now) {
      member->client->advance(now);
      send(*member);
    }
  }
}

std::uint64_t CheckingPort::overflowed() const {
  std::uint64_t result = 0;
  for (const auto& [id, member] : members_) {
    result += member->receiver.overflowed();
  }
  return result;
}

std::uint64_t CheckingPort::unreadable() const {
  std::uint64_t result = 0;
  for (const auto& [id, member] : members_) {
    result += member->client->unreadable();
  }
  return result;
}

}  // namespace baton::bench
