// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/command.hpp"
#include "core/ids.hpp"
#include "core/media/unmended_losses.hpp"
#include "framework/plugin.hpp"
#include "plugin/handoff_slot.hpp"
#include "plugin/peer_connection_record.hpp"
#include "plugin/peer_encoder.hpp"
#include "plugin/rate_gate.hpp"
#include "transports/arrival_time.hpp"
#include "transports/direct/peer_media.hpp"
#include "transports/feed.hpp"
#include "transports/media_worker.hpp"
#include "transports/program.hpp"

namespace baton::plugin {

class Server;

/// What a handle's PeerConnection carries; empty for nothing.
struct HandleMedia {
  /// The handle publishes: its packets go here.
  std::shared_ptr<transport::Feed> feed;
  /// The handle is subscribed: its wishes for key frames go here.
  std::shared_ptr<transport::Program> program;
  transport::SinkId sink;
  /// The one that carries it.
  framework::PeerConnectionNumber peer_connection{0};
};

/// Baton's side of one Janus handle. It decides nothing: messages and facts go to the control thread, packets
/// to whatever the control thread has put in their way.
class HandleSession final : public framework::HandleHandler,
                            public std::enable_shared_from_this<HandleSession> {
public:
  /// `server` outlives the handler's last callback, which the framework promises.
  HandleSession(framework::Handle handle, Server& server);

  [[nodiscard]] const framework::Handle& handle() const { return handle_; }
  [[nodiscard]] core::ConnectionId connection() const { return core::ConnectionId(handle_.id().value()); }

  /// When a packet last arrived, RTP or RTCP, by whatever transport; nothing before the first. Any thread.
  [[nodiscard]] std::optional<core::Instant> last_arrival() const { return arrivals_->last(); }
  /// Where that is noted by whoever takes its packets.
  [[nodiscard]] const std::shared_ptr<transport::ArrivalTime>& arrivals() const { return arrivals_; }

  /// Counts a request against what one handle may send: how long it must wait if that is too much. Any
  /// thread.
  [[nodiscard]] std::optional<core::Duration> admit(Metered what, core::Instant now);
  /// Counts a request to a room that the handle is not in, and that proves nothing. Any thread.
  [[nodiscard]] std::optional<core::Duration> admit_as_stranger(core::Instant now);
  /// How long no pin, secret or key from this handle is compared, because too many were wrong. Any thread.
  [[nodiscard]] std::optional<core::Duration> guesses_barred(core::Instant now);
  void note_wrong_guess(core::Instant now);

  /// What is known of its PeerConnections. Any thread.
  [[nodiscard]] PeerConnectionRecord& peer_connections() { return peer_connections_; }
  [[nodiscard]] const PeerConnectionRecord& peer_connections() const { return peer_connections_; }

  // Called by the control thread.
  void carry(HandleMedia media);
  /// A room ends what the handle carries: the PeerConnection that is to be closed for it, if it carried
  /// something.
  [[nodiscard]] std::optional<framework::PeerConnectionNumber> end_media();
  /// What `describe` shows.
  struct Description {
    std::optional<core::RoomId> room;
    std::optional<core::UserId> user;
    std::string carries = "nothing";
    /// Of a PeerConnection by the direct transport.
    std::shared_ptr<const transport::direct::PeerBoard> direct_peer = nullptr;
  };
  void describe_as(Description description);
  /// What came in by the gateway, and was said. Any thread.
  [[nodiscard]] GatewayPeerStatistics by_gateway() const;

  framework::Reply on_message(framework::Message message) override;
  void on_media_up() override;
  void on_rtp(const framework::RtpPacket& packet) override;
  void on_rtcp(const framework::RtcpPacket& packet) override;
  void on_hangup(framework::HungUp what, framework::PeerConnectionNumber which) override;
  void on_destroy(framework::DestroyReason reason) override;
  [[nodiscard]] framework::Json describe() override;

private:
  void viewer_reported(const HandleMedia& media, const media::ReportBlock& report, core::Instant arrived);

  framework::Handle handle_;
  Server& server_;
  /// Given by the control thread, looked at on the handle's loop.
  HandoffSlot<HandleMedia> media_;

  // Of the loop alone.
  transport::SinkId losses_of_;
  media::UnmendedLosses losses_;

  PeerConnectionRecord peer_connections_;

  std::mutex gate_mutex_;
  RateGate gate_;

  std::mutex description_mutex_;
  Description description_;

  const std::shared_ptr<transport::ArrivalTime> arrivals_ = std::make_shared<transport::ArrivalTime>();
  // Of packets that came by the gateway: counted on the handle's loop, read anywhere.
  struct Received {
    std::atomic<std::uint64_t> packets{0};
    std::atomic<std::uint64_t> bytes{0};
  };
  Received audio_;
  Received video_;
  // What a viewer has said of the video last: its losses, and its jitter with the mark that it has said so.
  std::atomic<std::int32_t> reported_lost_{0};
  std::atomic<std::int64_t> reported_jitter_{-1};
  // What the handle's own packets were dropped for; shown by `describe`.
  std::atomic<std::uint64_t> not_publishing_{0};
  std::atomic<std::uint64_t> malformed_rtcp_{0};
  // Reports of packets that the gateway could not send again.
  std::atomic<std::uint64_t> unmended_losses_{0};
};

}  // namespace baton::plugin
