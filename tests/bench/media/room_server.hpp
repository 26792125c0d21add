// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/bench/media/janus_link.hpp"
#include "tests/bench/media/stream.hpp"
#include "tests/bench/media/viewers.hpp"

namespace baton::bench {

/// What is measured: who forwards a publisher's packets to the viewers of its room, and how it is asked to.
class RoomServer {
public:
  RoomServer() = default;
  RoomServer(const RoomServer&) = delete;
  RoomServer& operator=(const RoomServer&) = delete;
  virtual ~RoomServer() = default;

  using OnDone = std::function<void()>;
  using OnDescription = std::function<void(std::string_view sdp)>;
  /// Answers the server's offer.
  using Answer = std::function<std::string(std::string_view offer)>;

  virtual void create_room(RoomNumber room, std::size_t viewers, OnDone then) = 0;
  /// @param then  is given the server's answer
  virtual void publish(RoomNumber room, const std::string& offer, OnDescription then) = 0;
  /// Joins a viewer and takes it as far as signalling goes.
  virtual void view(RoomNumber room, ViewerNumber viewer, Answer answer) = 0;
  /// Ends a room that everybody has left, so that the same can be done again.
  virtual void end_room(RoomNumber room, OnDone then) = 0;
};

/// Janus's own plugin.
[[nodiscard]] std::unique_ptr<RoomServer> make_video_room(JanusLink& link);
/// Baton by Janus's PeerConnections.
[[nodiscard]] std::unique_ptr<RoomServer> make_baton_gateway(JanusLink& link);
/// Baton by its own endpoint.
[[nodiscard]] std::unique_ptr<RoomServer> make_baton_direct(JanusLink& link);

}  // namespace baton::bench
