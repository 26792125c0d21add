// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/activities/activity.hpp"
#include "framework/json.hpp"
#include "framework/plugin.hpp"
#include "plugin/client_request.hpp"
#include "plugin/config.hpp"
#include "plugin/control_loop.hpp"
#include "plugin/event_courier.hpp"
#include "plugin/request_decoder.hpp"
#include "plugin/room_service.hpp"
#include "transports/media_worker.hpp"

namespace baton::plugin {

class DirectPeers;
class HandleSession;

/// All threads and all rooms of one running plugin, and the order in which they begin and end
/// (docs/closures.md).
class Server {
public:
  /// `activities` are those that the hosts of rooms may open.
  /// `direct` is null where there is to be no direct transport.
  Server(const Config& config, core::ActivityCatalogue activities, std::unique_ptr<DirectPeers> direct);
  /// Ends the control thread first, then media, the direct transport before the worker, then delivery: each
  /// may still use those that end after it.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // --- callbacks of handles: any thread
  // ----------------------------------------------------------------------------

  void attached(const std::shared_ptr<HandleSession>& session);
  /// Answers a message: at once, or later by an event.
  [[nodiscard]] framework::Reply message(HandleSession& session, framework::Message message);
  void media_up(core::ConnectionId connection);
  void hung_up(core::ConnectionId connection, framework::PeerConnectionNumber which);
  void detached(core::ConnectionId connection);

  /// A request of the operator by the Admin API; like a client's without a session.
  [[nodiscard]] framework::Json admin_message(framework::JsonView message);

  [[nodiscard]] const SessionRateLimits& session_rate_limits() const { return session_rate_limits_; }
  [[nodiscard]] transport::MediaWorker& media_worker() { return worker_; }

private:
  [[nodiscard]] framework::Reply answer_or_post(HandleSession& session, framework::Message message);
  /// The offer of this PeerConnection was refused at once: whether the PeerConnection is of use is yet to be
  /// looked at.
  void look_at_refused(HandleSession& session, framework::PeerConnectionNumber which);
  /// Waits for the answer to a request that is to be answered at once.
  [[nodiscard]] framework::Json answer_now(std::optional<core::ConnectionId> connection, Origin origin,
                                           ClientRequest request);
  void failure(const char* where, const char* what);

  SessionRateLimits session_rate_limits_;
  RequestDecoder decoder_;
  // In the order in which they may use one another: a later one uses the earlier ones.
  ControlLoop control_;
  EventCourier courier_;
  transport::MediaWorker worker_;
  const std::unique_ptr<DirectPeers> direct_;
  RoomService rooms_;
};

}  // namespace baton::plugin
