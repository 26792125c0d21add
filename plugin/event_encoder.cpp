// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/event_encoder.hpp"

#include <string_view>
#include <utility>

#include "plugin/activity_encoder.hpp"
#include "plugin/snapshot_encoder.hpp"
#include "plugin/wire_words.hpp"

namespace baton::plugin {

namespace {

using framework::Json;

Json event_named(std::string_view kind) {
  return Json::object().set("baton", kind);
}

/// The payload passed through the room as the text of the JSON that it is.
Json encode_signal(const core::RelayedSignal& signal) {
  Json payload = Json::parse(*signal.payload);
  return event_named("signal")
      .set("from", signal.from.value())
      .set("number", signal.number.value())
      .set("kind", word(signal.kind))
      .set("payload", payload ? std::move(payload) : Json(nullptr));
}

Json encode_signal(const core::FailedSignals& failed) {
  Json numbers = Json::array();
  for (const core::SignalNumber number : failed.numbers) {
    numbers.append(number.value());
  }
  return event_named("signals_failed")
      .set("user", failed.to.value())
      .set("numbers", std::move(numbers))
      .set("reason", word(failed.reason));
}

/// Each kind of event with its elements; room and version are added by the caller.
struct EventEncoder {
  const ClockReading& clock;
  ActivityNewsEncoder& activities;

  Json operator()(const core::ParticipantJoined& event) const {
    return event_named("participant_joined")
        .set("participant", encode_participant(event.participant))
        .set("rejoined", event.kind == core::JoinKind::rejoined);
  }
  Json operator()(const core::ParticipantLeft& event) const {
    return event_named("participant_left").set("user", event.user.value()).set("reason", word(event.reason));
  }
  Json operator()(const core::PresenceChanged& event) const {
    Json changes = Json::array();
    for (const core::PresenceChange& change : event.changes) {
      changes.append(Json::object().set("user", change.user.value()).set("presence", word(change.kind)));
    }
    return event_named("presence_changed").set("changes", std::move(changes));
  }
  Json operator()(const core::RoleChanged& event) const {
    return event_named("role_changed").set("user", event.user.value()).set("role", word(event.role));
  }
  Json operator()(const core::HostWentOffline& event) const {
    return event_named("host_offline")
        .set("user", event.user.value())
        .set("grace", encode_grace(event.grace, clock));
  }
  Json operator()(const core::HostReturned& event) const {
    return event_named("host_returned").set("user", event.user.value());
  }
  Json operator()(const core::HostChanged& event) const {
    return event_named("host_changed")
        .set("host", encode_host(event.host))
        .set("previous", encode_user(event.previous))
        .set("change", word(event.change));
  }
  Json operator()(const core::PromotionStarted& event) const {
    return event_named("promotion_started").set("promotion", encode_promotion(event.promotion, clock));
  }
  Json operator()(const core::PromotionEnded& event) const {
    return event_named("promotion_ended").set("promotion", event.promotion.value());
  }
  Json operator()(const core::RoomPaused& /*event*/) const { return event_named("paused"); }
  Json operator()(const core::RoomEdited& event) const {
    return event_named("room_edited")
        .set("description", event.settings.description)
        .set("settings", encode_settings(event.settings));
  }
  Json operator()(const core::RoomClosed& event) const {
    return event_named("room_closed").set("reason", word(event.reason));
  }
  Json operator()(const core::BackupChanged& event) const {
    return event_named("backup_changed").set("user", encode_user(event.user));
  }
  Json operator()(const core::FormerHostReturned& event) const {
    return event_named("former_host_returned").set("user", event.user.value());
  }
  Json operator()(const core::Released& event) const {
    return event_named("released").set("reason", word(event.reason));
  }
  Json operator()(const core::PublishingChanged& event) const {
    return event_named("publishing_changed")
        .set("user", event.user.value())
        .set("publishing", event.publishing);
  }
  Json operator()(const core::ControlChanged& event) const {
    return event_named("control_changed")
        .set("user", event.user.value())
        .set("change", word(event.change))
        .set("request", event.request ? Json(event.request->value()) : Json(nullptr));
  }
  Json operator()(const core::MuteChanged& event) const {
    return event_named("mute_changed")
        .set("user", event.user.value())
        .set("muted", event.muting == core::Muting::muted);
  }
  Json operator()(const core::LockChanged& event) const {
    return event_named("lock_changed").set("locked", event.locking == core::Locking::locked);
  }
  Json operator()(const core::ChatAdded& event) const {
    return event_named("chat").set("entry", encode_chat_entry(*event.entry, clock));
  }
  Json operator()(const core::AudienceChanged& event) const {
    return event_named("audience")
        .set("present", event.present)
        .set("viewers", event.viewers)
        .set("level", word(event.level));
  }
  Json operator()(const core::SignalDelivered& event) const {
    Json json = std::visit([](const auto& body) { return encode_signal(body); }, event.body);
    return std::move(json.set("sequence", event.sequence.value()).set("previous", event.previous.value()));
  }
  Json operator()(const core::ReadinessKnown& event) const {
    Json users = Json::array();
    for (const core::UserId& user : event.not_ready) {
      users.append(user.value());
    }
    return event_named("readiness").set("ready", event.not_ready.empty()).set("not_ready", std::move(users));
  }
  Json operator()(const core::ActivityChanged& event) const {
    return event_named("activity_changed").set("activity", activities.encode(event.news, event.own));
  }
};

}  // namespace

Json encode_event(const core::RoomId& room, core::RoomVersion version, const core::EventBody& event,
                  const ClockReading& clock, ActivityNewsEncoder& activities) {
  Json json = std::visit(EventEncoder{clock, activities}, event);
  json.set("room", room.value()).set("room_version", version.value());
  return json;
}

Json encode_program_event(const core::RoomId& room, const ProgramView& program, const ClockReading& clock) {
  return event_named("program").set("room", room.value()).set("program", encode_program(program, clock));
}

}  // namespace baton::plugin
