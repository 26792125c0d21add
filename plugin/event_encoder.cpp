// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/event_encoder.hpp"

#include <array>
#include <string>
#include <utility>

#include "plugin/secrets.hpp"
#include "plugin/wire_words.hpp"

namespace baton::plugin {

namespace {

using framework::Json;

std::int64_t milliseconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

Json user_or_null(const std::optional<core::UserId>& user) {
  return user ? Json(user->value()) : Json(nullptr);
}

Json encode(const core::HostView& host) {
  return Json::object().set("user", host.user.value()).set("lease_version", host.lease.value());
}

Json encode(const core::GraceView& grace, const ClockReading& clock) {
  return Json::object()
      .set("reason", word(grace.reason))
      .set("remaining_ms", clock.remaining_ms(grace.deadline))
      .set("deadline_at_ms", clock.at_ms(grace.deadline));
}

Json encode(const core::PromotionView& promotion, const ClockReading& clock) {
  return Json::object()
      .set("promotion", promotion.promotion.value())
      .set("candidate", promotion.candidate.value())
      .set("remaining_ms", clock.remaining_ms(promotion.deadline))
      .set("deadline_at_ms", clock.at_ms(promotion.deadline));
}

Json encode(const core::ParticipantView& participant) {
  return Json::object()
      .set("user", participant.user.value())
      .set("display_name", participant.display_name)
      .set("role", word(participant.role))
      .set("presence", word(participant.presence))
      .set("publishing", participant.publishing);
}

Json event_named(std::string_view kind) {
  return Json::object().set("baton", kind);
}

/// Each kind of event with its elements; room and version are added by the caller.
struct EventEncoder {
  const ClockReading& clock;

  Json operator()(const core::ParticipantJoined& event) const {
    return event_named("participant_joined")
        .set("participant", encode(event.participant))
        .set("rejoined", event.kind == core::JoinKind::rejoined);
  }
  Json operator()(const core::ParticipantLeft& event) const {
    return event_named("participant_left").set("user", event.user.value()).set("reason", word(event.reason));
  }
  Json operator()(const core::PresenceChanged& event) const {
    return event_named("presence_changed")
        .set("user", event.user.value())
        .set("presence", word(event.presence));
  }
  Json operator()(const core::RoleChanged& event) const {
    return event_named("role_changed").set("user", event.user.value()).set("role", word(event.role));
  }
  Json operator()(const core::HostWentOffline& event) const {
    return event_named("host_offline")
        .set("user", event.user.value())
        .set("grace", encode(event.grace, clock));
  }
  Json operator()(const core::HostReturned& event) const {
    return event_named("host_returned").set("user", event.user.value());
  }
  Json operator()(const core::HostChanged& event) const {
    return event_named("host_changed")
        .set("host", encode(event.host))
        .set("previous", user_or_null(event.previous))
        .set("change", word(event.change));
  }
  Json operator()(const core::PromotionStarted& event) const {
    return event_named("promotion_started").set("promotion", encode(event.promotion, clock));
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
    return event_named("backup_changed").set("user", user_or_null(event.user));
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
};

}  // namespace

Json encode_error(const RequestError& error) {
  const core::ErrorRow& row = core::error_row(error.code);
  std::string sentence(row.sentence);
  if (!error.detail.empty()) {
    sentence += ' ';
    sentence += error.detail;
  }
  return event_named("error")
      .set("error_code", static_cast<int>(row.code))
      .set("error_name", row.name)
      .set("error", sentence);
}

Json encode_settings(const core::RoomSettings& settings) {
  return Json::object()
      .set("mode", word(settings.mode))
      .set("video_codec", word(settings.video_codec))
      .set("grace_ms", milliseconds(settings.grace))
      .set("promotion_timeout_ms", milliseconds(settings.promotion_timeout))
      .set("on_host_timeout", word(settings.on_host_timeout))
      .set("time_to_live_ms", milliseconds(settings.time_to_live))
      .set("media_silence_ms", milliseconds(settings.media_silence))
      .set("heartbeat_interval_ms", milliseconds(settings.heartbeat_interval))
      .set("presence_timeout_ms", milliseconds(settings.presence_timeout))
      .set("max_controllers", settings.max_controllers)
      .set("max_viewers", settings.max_viewers);
}

Json encode_program(const ProgramView& program, const ClockReading& clock) {
  Json json = Json::object().set("state", word(program.state)).set("user", user_or_null(program.user));
  if (program.switched_at) {
    json.set("switched_at_ms", clock.at_ms(*program.switched_at));
  }
  return json;
}

Json encode_snapshot(const core::RoomSnapshot& snapshot, const ProgramView& program,
                     const ClockReading& clock) {
  Json participants = Json::array();
  for (const core::ParticipantView& participant : snapshot.participants) {
    participants.append(encode(participant));
  }
  return Json::object()
      .set("room", snapshot.room.value())
      .set("room_version", snapshot.version.value())
      .set("description", snapshot.settings.description)
      .set("state", word(snapshot.state))
      .set("settings", encode_settings(snapshot.settings))
      .set("host", snapshot.host ? encode(*snapshot.host) : Json(nullptr))
      .set("grace", snapshot.grace ? encode(*snapshot.grace, clock) : Json(nullptr))
      .set("promotion", snapshot.promotion ? encode(*snapshot.promotion, clock) : Json(nullptr))
      .set("backup", user_or_null(snapshot.backup))
      .set("program", encode_program(program, clock))
      .set("participants", std::move(participants));
}

Json encode_summary(const core::Room& room) {
  const core::RoomSettings& settings = room.settings();
  return Json::object()
      .set("room", room.id().value())
      .set("description", settings.description)
      .set("mode", word(settings.mode))
      .set("video_codec", word(settings.video_codec))
      .set("state", word(room.lease().room_state()))
      .set("participants", room.participant_count());
}

Json encode_event(const core::RoomId& room, core::RoomVersion version, const core::EventBody& event,
                  const ClockReading& clock) {
  Json json = std::visit(EventEncoder{clock}, event);
  json.set("room", room.value()).set("room_version", version.value());
  return json;
}

Json encode_program_event(const core::RoomId& room, const ProgramView& program, const ClockReading& clock) {
  return event_named("program").set("room", room.value()).set("program", encode_program(program, clock));
}

Json encode_joined(const core::JoinAccepted& joined, std::string_view resume_token,
                   const ProgramView& program, const ClockReading& clock) {
  return event_named("joined")
      .set("room", joined.snapshot.room.value())
      .set("user", joined.user.value())
      .set("role", word(joined.role))
      .set("rejoined", joined.kind == core::JoinKind::rejoined)
      .set("session", to_wire(joined.session))
      .set("session_version", joined.version.value())
      .set("resume_token", resume_token)
      .set("snapshot", encode_snapshot(joined.snapshot, program, clock));
}

Json encode_heartbeat(const core::RoomId& room, const core::HeartbeatAnswer& answer) {
  return event_named("heartbeat")
      .set("room", room.value())
      .set("room_version", answer.room_version.value())
      .set("next_within_ms", milliseconds(answer.next_within));
}

Json encode_done(const core::RoomId& room, Verb verb) {
  return event_named(done_word(verb)).set("room", room.value());
}

Json encode_media_status(const transport::ProgramStatus& status) {
  Json drops = Json::object();
  for (std::size_t i = 0; i < media::kProgramDropCount; ++i) {
    const auto reason = static_cast<media::ProgramDrop>(i);
    drops.set(media::to_string(reason), status.video.dropped[i] + status.audio.dropped[i]);
  }
  for (std::size_t i = 0; i < media::kSinkDropCount; ++i) {
    const std::string name = std::string("viewer_") + media::to_string(static_cast<media::SinkDrop>(i));
    drops.set(name.c_str(), status.sink_drops[i]);
  }
  drops.set("malformed_rtp", status.malformed).set("too_large", status.too_large);
  return Json::object()
      .set("on_air", status.on_air ? Json(status.on_air->value) : Json(nullptr))
      .set("pending", status.pending ? Json(status.pending->value) : Json(nullptr))
      .set("has_picture", status.has_picture)
      .set("subscriptions", status.viewers)
      .set("keyframes_requested", status.keyframes_requested)
      .set("packets_in", status.video.forwarded + status.audio.forwarded)
      .set("packets_out", status.packets_sent)
      .set("cache", Json::object()
                        .set("bytes", status.cache_bytes)
                        .set("truncated", status.picture_truncated)
                        .set("keyframes", status.cache.keyframes_completed))
      .set("drops", std::move(drops));
}

}  // namespace baton::plugin
