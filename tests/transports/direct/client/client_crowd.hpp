// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/time.hpp"
#include "tests/transports/direct/client/direct_client.hpp"
#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::transport::direct::test {

/// Clients with a socket each on the server's host, all driven by the thread that calls.
class ClientCrowd {
public:
  explicit ClientCrowd(const SocketAddress& server);
  ~ClientCrowd();
  ClientCrowd(const ClientCrowd&) = delete;
  ClientCrowd& operator=(const ClientCrowd&) = delete;

  /// Begins to connect at once. Stays this object's.
  DirectClient& add(std::shared_ptr<const DtlsContext> context, DirectClientSettings settings);
  /// Takes the client's port away and gives it another, as a NAT or another network would.
  void move(std::size_t index);

  /// Carries datagrams both ways until `done` says so, or for at most this long. Whether it was done.
  bool run(const std::function<bool()>& done, core::Duration patience);
  /// The same once, without waiting for longer than this.
  void turn(std::chrono::milliseconds patience);

  /// Datagrams that came from elsewhere than the server's address and port; they were not looked at.
  [[nodiscard]] std::size_t from_elsewhere() const { return from_elsewhere_; }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] DirectClient& at(std::size_t index) { return *members_[index]->client; }

private:
  struct Member {
    explicit Member(UdpSocket opened) : socket(std::move(opened)), receiver(socket, 16) {}
    UdpSocket socket;
    BatchReceiver receiver;
    std::unique_ptr<DirectClient> client;
  };
  [[nodiscard]] UdpSocket open() const;
  void watch(std::size_t index) const;
  void receive(Member& member);
  void send(Member& member) const;

  const SocketAddress server_;
  int epoll_;
  std::vector<std::unique_ptr<Member>> members_;
  core::Instant next_look_{};
  std::size_t from_elsewhere_ = 0;
};

}  // namespace baton::transport::direct::test
