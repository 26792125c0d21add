// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/room_directory.hpp"
#include "plugin/client_request.hpp"
#include "plugin/config.hpp"
#include "plugin/description_reader.hpp"
#include "plugin/effect_runner.hpp"
#include "plugin/event_courier.hpp"
#include "plugin/join_door.hpp"
#include "plugin/rate_gate.hpp"
#include "transports/direct/peer_id.hpp"
#include "transports/media_worker.hpp"

namespace baton::plugin {

class HandleSession;

/// Owns the rooms and gives them what clients ask and what the world reports. Lives on the control thread;
/// only its constructor runs before that thread.
class RoomService {
public:
  /// Called with a line for the log when a room failed and was closed.
  using OnFailure = std::function<void(const std::string& line)>;

  /// `config` is copied; `activities` are those that hosts may open; the others outlive the service. Creates
  /// the predefined rooms.
  RoomService(const Config& config, std::shared_ptr<const core::ActivityCatalogue> activities,
              EventCourier& courier, transport::MediaWorker& worker, DirectPeers* direct,
              EffectRunner::MediaNews news, OnFailure on_failure);

  // --- clients
  // -----------------------------------------------------------------------------------------------------

  /// Carries a request out; `respond` is called once, perhaps later and on another thread; or never, when the
  /// connection is gone.
  /// `connection` is absent for requests of the operator, which come over no handle.
  void request(std::optional<core::ConnectionId> connection, Origin origin, ClientRequest request,
               Respond respond);

  // --- reports
  // -----------------------------------------------------------------------------------------------------

  void attached(const std::shared_ptr<HandleSession>& session);
  void detached(core::ConnectionId connection);
  void media_up(core::ConnectionId connection);
  void hung_up(core::ConnectionId connection, framework::PeerConnectionNumber which);
  /// The gateway refused our offer or answer for this PeerConnection.
  void jsep_refused(core::ConnectionId connection, framework::PeerConnectionNumber which);
  /// A request that came with the offer of this PeerConnection was carried out or refused.
  void offer_handled(core::ConnectionId connection, framework::PeerConnectionNumber which);
  /// The PeerConnection of a direct peer is up, or over.
  void direct_connected(transport::direct::PeerId peer);
  void direct_gone(transport::direct::PeerId peer);
  /// What a handle was to carry came to nothing.
  void media_failed(core::ConnectionId connection) { report({connection, core::MediaHangup{}}); }
  void feed_resumed(const core::RoomId& room, core::FeedId feed);
  void program_switched(const core::RoomId& room, const transport::ProgramSwitch& change);

  // --- time
  // --------------------------------------------------------------------------------------------------------

  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  void advance();

private:
  void carry_out(RequestInHand& in_hand, CreateRoom& create);
  void carry_out(RequestInHand& in_hand, const RoomExists& exists);
  void carry_out(RequestInHand& in_hand, const ListRooms& list);
  void carry_out(RequestInHand& in_hand, const AdministerRoom& administer);
  void carry_out(RequestInHand& in_hand, const JoinRoom& join);
  void carry_out(RequestInHand& in_hand, const LeaveRoomByToken& leave);
  void carry_out(RequestInHand& in_hand, SessionRequest& request);

  [[nodiscard]] bool offers(MediaTransport transport) const;
  /// What the client has named, or else what the server prefers.
  [[nodiscard]] MediaTransport chosen(std::optional<MediaTransport> named) const;
  /// Reads the SDP of a request that has one into `in_hand`. Why it is refused, if it is.
  [[nodiscard]] std::optional<RequestError> read_description(RequestInHand& in_hand, const core::RoomId& id,
                                                             const SessionRequest& request) const;
  /// From a participant, or from one who proves to be one or an administrator; or from a stranger.
  enum class From : std::uint8_t { inside, outside };
  /// Why a join is not to be let in afresh, if it is not; core lets a rejoin in all the same.
  [[nodiscard]] std::optional<core::ErrorCode> refusal_of(RequestInHand& in_hand, const JoinRoom& join,
                                                          From from);
  /// Why a room is not to be created, if it is not.
  [[nodiscard]] std::optional<RequestError> refusal_of(RequestInHand& in_hand, const CreateRoom& create);
  /// What entitles to create a room.
  enum class Entitled : std::uint8_t {
    by_proof,    ///< the operator's key or API, or a join token
    as_anybody,  ///< the server lets anybody
  };
  [[nodiscard]] std::variant<Entitled, RequestError> entitlement_of(RequestInHand& in_hand,
                                                                    const CreateRoom& create);
  /// How long no join token is looked at: too many of this handle's, or of all, were wrong.
  [[nodiscard]] std::optional<core::Duration> tokens_barred(const RequestInHand& in_hand);
  /// Counts what a join token that was refused has cost.
  void note_refused_token(const RequestInHand& in_hand, const DoorAnswer& answer);
  /// Whether the request is within the limits of its room, and a stranger's of its handle; refuses it if not.
  /// An unknown room has none.
  [[nodiscard]] bool within_limits(RequestInHand& in_hand, const core::RoomId& room, From from);
  /// How long what concerns no room and proves nothing has to wait for its handle, or for all handles
  /// together; it counts so many times.
  [[nodiscard]] std::optional<core::Duration> server_wait(const RequestInHand& in_hand, Metered what,
                                                          std::uint32_t times = 1);
  /// Where a request comes from that brings this resume token, if it brings one.
  [[nodiscard]] From standing_of(const core::RoomId& room, const core::UserId& user,
                                 const std::optional<core::Resumption>& resumption) const;
  /// What a secret that a request presents turned out to be.
  enum class SecretLook : std::uint8_t { right, wrong };
  /// Compares it, and counts it if it is wrong; nothing after too many wrong ones, and the request is
  /// refused.
  [[nodiscard]] std::optional<SecretLook> look_at_secret(RequestInHand& in_hand, const core::Room& room,
                                                         const std::string& secret);
  void create_predefined(const PredefinedRoom& room);
  enum class Look : std::uint8_t { everything, without_chat };
  void show_status(RequestInHand& in_hand, const core::Room& room, Look look, WantsPeers peers);
  [[nodiscard]] core::Sender sender_of(RequestInHand& in_hand,
                                       const std::optional<core::SessionClaim>& claim = std::nullopt) const;
  /// Gives a command to a room and carries out what follows. A room that throws is closed.
  void handle(const core::RoomId& room, const core::Command& command, RequestInHand* in_hand);
  /// Tells a room of what has arrived on connections that it is about to judge. Core learns of packets only
  /// when it matters: before `advance`, which alone finds anybody silent.
  void tell_arrivals(const core::RoomId& room, core::Instant at);
  void report(const core::ConnectionReport& report);
  template <class Work>
  void guard_room(const core::RoomId& room, RequestInHand* in_hand, Work&& work);
  void refuse(RequestInHand& in_hand, core::ErrorCode code, std::string detail = {});

  ServerSettings server_;
  std::optional<core::SecretHash> admin_key_;
  OnFailure on_failure_;
  core::RoomDirectory directory_;
  JoinDoor door_;
  RoomGates gates_;
  RateGate server_gate_;
  EffectRunner runner_;
  DescriptionReader descriptions_;
  transport::MediaWorker& worker_;
  core::RequestId last_request_;
};

}  // namespace baton::plugin
