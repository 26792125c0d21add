// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked of rooms without being in one: creating, finding and administering them.
#include <memory>
#include <utility>

#include "plugin/answer_encoder.hpp"
#include "plugin/direct_peers.hpp"
#include "plugin/peer_encoder.hpp"
#include "plugin/room_service.hpp"
#include "plugin/secrets.hpp"
#include "plugin/server_clock.hpp"
#include "plugin/snapshot_encoder.hpp"

namespace baton::plugin {

using core::ErrorCode;
using framework::Json;

namespace {

/// A list counts once more for each so many rooms that it shows: it takes the control thread that much
/// longer.
constexpr std::size_t kListedRoomsPerCount = 100;

/// A draft as core takes it: with its secrets hashed.
core::RoomSettings settings_of(const RoomDraft& draft) {
  auto settings = static_cast<const core::RoomSettings&>(draft);
  if (draft.secret) {
    settings.administrator_secret = hash_secret(*draft.secret);
  }
  if (draft.pin) {
    settings.pin = hash_secret(*draft.pin);
  }
  return settings;
}

}  // namespace

void RoomService::create_predefined(const PredefinedRoom& room) {
  const core::RoomSettings settings = settings_of(room.settings);
  if (const auto error = directory_.create(room.id, settings, now())) {
    on_failure_("Room " + room.id.value() +
                " of the configuration was not created: " + std::string(core::error_row(*error).sentence));
    return;
  }
  runner_.open_room(room.id, settings);
}

void RoomService::carry_out(RequestInHand& in_hand, CreateRoom& create) {
  if (auto refusal = refusal_of(in_hand, create)) {
    if (in_hand.retry_after) {
      in_hand.respond(encode_rate_limited(*in_hand.retry_after), std::nullopt);
      return;
    }
    refuse(in_hand, refusal->code, std::move(refusal->detail));
    return;
  }
  const core::RoomId id = create.room ? *create.room : random_room_id();
  const core::RoomSettings settings = settings_of(create.settings);
  if (const auto error = directory_.create(id, settings, now())) {
    refuse(in_hand, *error);
    return;
  }
  runner_.open_room(id, settings);
  in_hand.respond(Json::object()
                      .set("baton", "created")
                      .set("room", id.value())
                      .set("description", settings.description)
                      .set("settings", encode_settings(settings)),
                  std::nullopt);
}

void RoomService::carry_out(RequestInHand& in_hand, const RoomExists& exists) {
  in_hand.respond(Json::object()
                      .set("baton", "exists")
                      .set("room", exists.room.value())
                      .set("exists", directory_.find(exists.room) != nullptr),
                  std::nullopt);
}

void RoomService::carry_out(RequestInHand& in_hand, const ListRooms& /*list*/) {
  const std::size_t costs = 1 + directory_.rooms().size() / kListedRoomsPerCount;
  if (const auto wait = server_wait(in_hand, Metered::lists, static_cast<std::uint32_t>(costs))) {
    in_hand.respond(encode_rate_limited(*wait), std::nullopt);
    return;
  }
  Json rooms = Json::array();
  for (const auto& [id, open] : directory_.rooms()) {
    rooms.append(encode_summary(open.room));
  }
  Json answer = Json::object().set("baton", "list").set("rooms", std::move(rooms));
  if (in_hand.origin == Origin::operators_api) {
    answer.set("rate_limited", encode_refused(server_gate_));
    if (const DirectPeers* direct = runner_.direct()) {
      answer.set("direct", encode_direct_transport(direct->transport().statistics()));
    }
  }
  in_hand.respond(std::move(answer), std::nullopt);
}

void RoomService::carry_out(RequestInHand& in_hand, const AdministerRoom& administer) {
  const core::Room* room = directory_.find(administer.room);
  if (room == nullptr) {
    if (within_limits(in_hand, administer.room, From::outside)) {
      refuse(in_hand, ErrorCode::room_unknown);
    }
    return;
  }
  const auto secret = administer.secret ? look_at_secret(in_hand, *room, *administer.secret) : std::nullopt;
  if (administer.secret && !secret) {
    return;
  }
  const core::RoomId* joined = directory_.room_of(in_hand.connection);
  const bool is_inside = secret == SecretLook::right || (joined != nullptr && *joined == room->id());
  if (!within_limits(in_hand, room->id(), is_inside ? From::inside : From::outside)) {
    return;
  }
  // A room without a secret has no administrator but its host, and the operator.
  const bool unguarded = !room->settings().administrator_secret && !administer.secret;
  const bool administers =
      secret == SecretLook::right || (unguarded && in_hand.origin == Origin::operators_api);
  // What `list` shows of a room without a secret, anybody may see more closely.
  const auto* status = std::get_if<StatusRequest>(&administer.request);
  const bool may_look = unguarded && !door_.guards(room->settings().pin) && status != nullptr &&
                        status->peers == WantsPeers::no;
  if (!administers && !may_look) {
    refuse(in_hand, ErrorCode::secret_wrong);
    return;
  }
  const core::RoomId id = room->id();
  const auto carry_out_one = [&](const auto& request) {
    if constexpr (std::is_same_v<std::decay_t<decltype(request)>, StatusRequest>) {
      show_status(in_hand, *room, administers ? Look::everything : Look::without_chat, request.peers);
    } else {
      handle(id, core::AdministratorCommand{in_hand.id, request}, &in_hand);
    }
  };
  std::visit(carry_out_one, administer.request);
}

void RoomService::show_status(RequestInHand& in_hand, const core::Room& room, Look look, WantsPeers peers) {
  core::RoomSnapshot snapshot = room.snapshot();
  if (look == Look::without_chat) {
    // What people said to one another is for those who are in the room.
    snapshot.chat.clear();
  }
  const ClockReading clock = read_clocks();
  RoomMedia* media = runner_.media(room.id());
  Json answer = Json::object()
                    .set("baton", "status")
                    .set("room", room.id().value())
                    .set("snapshot", encode_snapshot_for_status(
                                         snapshot, media != nullptr ? media->view() : ProgramView{}, clock))
                    .set("presence", encode_presence_status(room))
                    .set("signals", encode_signal_status(room))
                    .set("rate_limited", encode_refused(gates_.of(room.id())));
  if (media == nullptr) {
    in_hand.respond(std::move(answer), std::nullopt);
    return;
  }
  if (peers == WantsPeers::yes) {
    answer.set("peers", runner_.encode_peers(room, clock));
  }
  std::optional<std::int64_t> first_packet_at_ms;
  if (const auto first = media->source_picture_began()) {
    first_packet_at_ms = clock.at_ms(*first);
  }
  // The program answers on the media worker, so that this thread never waits for packets.
  auto shared = std::make_shared<Json>(std::move(answer));
  worker_.post(
      [program = media->program(), shared, first_packet_at_ms, respond = in_hand.respond](core::Instant) {
        Json figures = encode_media_status(program->status());
        figures.set("source_first_packet_at_ms", first_packet_at_ms);
        shared->set("media", std::move(figures));
        respond(std::move(*shared), std::nullopt);
      });
}

}  // namespace baton::plugin
