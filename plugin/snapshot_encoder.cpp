// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/snapshot_encoder.hpp"

#include <utility>
#include <vector>

#include "plugin/activity_encoder.hpp"
#include "plugin/config_words.hpp"
#include "plugin/wire_words.hpp"

namespace baton::plugin {

namespace {

using framework::Json;

Json encode_roles(const std::vector<core::RoleDefinition>& roles) {
  Json list = Json::array();
  for (const core::RoleDefinition& role : roles) {
    Json rights = Json::array();
    for (const auto& [right, word] : kWords<core::Right>) {
      if (role.rights.has(right)) {
        rights.append(word);
      }
    }
    list.append(Json::object()
                    .set("name", role.name.value())
                    .set("presence_timeout_ms", whole_milliseconds(role.presence_timeout))
                    .set("rights", std::move(rights)));
  }
  return list;
}

}  // namespace

Json encode_user(const std::optional<core::UserId>& user) {
  return user ? Json(user->value()) : Json(nullptr);
}

Json encode_host(const core::HostView& host) {
  return Json::object().set("user", host.user.value()).set("lease_version", host.lease.value());
}

Json encode_grace(const core::GraceView& grace, const ClockReading& clock) {
  return Json::object()
      .set("reason", word(grace.reason))
      .set("remaining_ms", clock.remaining_ms(grace.deadline))
      .set("deadline_at_ms", clock.at_ms(grace.deadline));
}

Json encode_promotion(const core::PromotionView& promotion, const ClockReading& clock) {
  return Json::object()
      .set("promotion", promotion.promotion.value())
      .set("candidate", promotion.candidate.value())
      .set("remaining_ms", clock.remaining_ms(promotion.deadline))
      .set("deadline_at_ms", clock.at_ms(promotion.deadline));
}

Json encode_participant(const core::ParticipantView& participant) {
  Json json = Json::object()
                  .set("user", participant.user.value())
                  .set("display_name", participant.display_name)
                  .set("role", word(participant.role));
  if (participant.further_role) {
    json.set("further_role", participant.further_role->value());
  }
  const auto& request = participant.control_request;
  return std::move(json.set("presence", word(participant.presence))
                       .set("publishing", participant.publishing)
                       .set("muted", participant.muted)
                       .set("control_request", request ? Json(request->value()) : Json(nullptr)));
}

Json encode_chat_entry(const core::ChatEntry& entry, const ClockReading& clock) {
  return Json::object()
      .set("number", entry.number.value())
      .set("user", entry.from.value())
      .set("display_name", entry.display_name)
      .set("text", entry.text)
      .set("at_ms", clock.at_ms(entry.at))
      .set("age_ms", clock.age_ms(entry.at));
}

Json encode_settings(const core::RoomSettings& settings) {
  const core::AudienceThresholds thresholds = core::audience_thresholds_of(settings);
  Json json =
      Json::object()
          .set("mode", word(settings.mode))
          .set("video_codec", word(settings.video_codec))
          .set("grace_ms", whole_milliseconds(settings.grace))
          .set("promotion_timeout_ms", whole_milliseconds(settings.promotion_timeout))
          .set("on_host_timeout", word(settings.on_host_timeout))
          .set("time_to_live_ms", whole_milliseconds(settings.time_to_live))
          .set("media_silence_ms", whole_milliseconds(settings.media_silence))
          .set("heartbeat_interval_ms", whole_milliseconds(settings.heartbeat_interval))
          .set("presence_timeout_ms", whole_milliseconds(settings.presence_timeout))
          .set("host_presence_timeout_ms",
               whole_milliseconds(settings.host_presence_timeout.value_or(settings.presence_timeout)))
          .set("controller_presence_timeout_ms",
               whole_milliseconds(settings.controller_presence_timeout.value_or(settings.presence_timeout)))
          .set("max_controllers", settings.max_controllers)
          .set("max_viewers", settings.max_viewers)
          .set("warn_viewers", thresholds.warn.value_or(0))
          .set("suggest_sfu_viewers", thresholds.suggest_sfu.value_or(0));
  if (!settings.further_roles.empty()) {
    json.set("roles", encode_roles(settings.further_roles));
  }
  return json;
}

Json encode_program(const ProgramView& program, const ClockReading& clock) {
  Json json = Json::object().set("state", word(program.state)).set("user", encode_user(program.user));
  if (program.switched_at) {
    json.set("switched_at_ms", clock.at_ms(*program.switched_at));
  }
  return json;
}

namespace {

Json encode_snapshot(const core::RoomSnapshot& snapshot, const ProgramView& program,
                     const ClockReading& clock, Json activity) {
  Json participants = Json::array();
  for (const core::ParticipantView& participant : snapshot.participants) {
    participants.append(encode_participant(participant));
  }
  Json chat = Json::array();
  for (const core::ChatEntryRef& entry : snapshot.chat) {
    chat.append(encode_chat_entry(*entry, clock));
  }
  return Json::object()
      .set("room", snapshot.room.value())
      .set("room_version", snapshot.version.value())
      .set("description", snapshot.settings.description)
      .set("state", word(snapshot.state))
      .set("settings", encode_settings(snapshot.settings))
      .set("host", snapshot.host ? encode_host(*snapshot.host) : Json(nullptr))
      .set("grace", snapshot.grace ? encode_grace(*snapshot.grace, clock) : Json(nullptr))
      .set("promotion", snapshot.promotion ? encode_promotion(*snapshot.promotion, clock) : Json(nullptr))
      .set("backup", encode_user(snapshot.backup))
      .set("program", encode_program(program, clock))
      .set("locked", snapshot.locked)
      .set("participants", std::move(participants))
      .set("chat", std::move(chat))
      .set("activity", std::move(activity));
}

}  // namespace

Json encode_snapshot(const core::RoomSnapshot& snapshot, const std::optional<core::Value>& activity_own,
                     const ProgramView& program, const ClockReading& clock) {
  return encode_snapshot(snapshot, program, clock, encode_activity(snapshot.activity, activity_own));
}

Json encode_snapshot_for_status(const core::RoomSnapshot& snapshot, const ProgramView& program,
                                const ClockReading& clock) {
  return encode_snapshot(snapshot, program, clock, encode_activity_outline(snapshot.activity));
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

}  // namespace baton::plugin
