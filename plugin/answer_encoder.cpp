// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/answer_encoder.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "plugin/activity_encoder.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/secrets.hpp"
#include "plugin/snapshot_encoder.hpp"
#include "plugin/turn_credentials.hpp"
#include "plugin/wire_words.hpp"

namespace baton::plugin {

using framework::Json;

Json encode_error(const RequestError& error) {
  const core::ErrorRow& row = core::error_row(error.code);
  std::string sentence(row.sentence);
  if (!error.detail.empty()) {
    sentence += ' ';
    sentence += error.detail;
  }
  return Json::object()
      .set("baton", "error")
      .set("error_code", static_cast<int>(row.code))
      .set("error_name", row.name)
      .set("error", sentence);
}

Json encode_joined(const core::JoinAccepted& joined, std::string_view resume_token,
                   const ProgramView& program, const ClockReading& clock) {
  return Json::object()
      .set("baton", "joined")
      .set("room", joined.snapshot.room.value())
      .set("user", joined.user.value())
      .set("role", word(joined.role))
      .set("rejoined", joined.kind == core::JoinKind::rejoined)
      .set("session", to_wire(joined.session))
      .set("session_version", joined.version.value())
      .set("resume_token", resume_token)
      .set("continuity", word(joined.continuity))
      .set("signals_accepted", joined.signals_accepted.value())
      .set("next_within_ms", whole_milliseconds(joined.next_within))
      .set("snapshot", encode_snapshot(joined.snapshot, joined.activity_own, program, clock));
}

Json encode_transports(DirectOffered direct) {
  Json transports = Json::array();
  if (direct == DirectOffered::yes) {
    transports.append("direct");
  }
  transports.append("gateway");
  return transports;
}

Json encode_turn(const ServerSettings& server, const core::UserId& user, std::chrono::sys_seconds now) {
  // A fraction of a second is worth nothing, in names that count seconds.
  const auto lifetime = std::chrono::floor<std::chrono::seconds>(server.turn_lifetime);
  const TurnCredentials made = turn_credentials(*server.turn_secret, user, now + lifetime);
  Json urls = Json::array();
  for (const std::string& url : server.turn_urls) {
    urls.append(url);
  }
  return Json::object()
      .set("urls", std::move(urls))
      .set("username", made.username)
      .set("credential", made.credential)
      .set("ttl_ms", whole_milliseconds(lifetime));
}

Json encode_heartbeat(const core::RoomId& room, const core::HeartbeatAnswer& answer) {
  Json json = Json::object()
                  .set("baton", "heartbeat")
                  .set("room", room.value())
                  .set("room_version", answer.room_version.value())
                  .set("next_within_ms", whole_milliseconds(answer.next_within))
                  .set("signals_sent", answer.signals_sent.value());
  if (answer.own_signals == core::SignalLineState::broken) {
    json.set("signals_broken", true);
  }
  return json;
}

Json encode_synchronized(const core::Synchronized& answer, const ProgramView& program,
                         const ClockReading& clock) {
  return Json::object()
      .set("baton", "synced")
      .set("room", answer.snapshot.room.value())
      .set("signals_sent", answer.signals_sent.value())
      .set("snapshot", encode_snapshot(answer.snapshot, answer.activity_own, program, clock));
}

Json encode_ready(const core::RoomId& room, const core::ReadyAccepted& answer) {
  return Json::object()
      .set("baton", "ready")
      .set("room", room.value())
      .set("signals_sent", answer.signals_sent.value());
}

Json encode_activity_answer(const core::RoomId& room, Verb verb, const core::ActivityAccepted& accepted,
                            ActivityNewsEncoder& activities) {
  return encode_done(room, verb)
      .set("room_version", accepted.room_version.value())
      .set("activity", activities.encode(accepted));
}

Json encode_refusal(const core::Refusal& refusal) {
  Json json = encode_error({refusal.error, {}});
  if (refusal.activity) {
    json.set("room_version", refusal.room_version.value()).set("activity", encode_activity(refusal.activity));
  }
  return json;
}

Json encode_for_now(core::ErrorCode code, core::Duration retry_after) {
  // Rounded up: who waits so long is taken.
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(retry_after).count();
  return encode_error({code, {}}).set("retry_after_ms", milliseconds);
}

Json encode_rate_limited(core::Duration retry_after) {
  return encode_for_now(core::ErrorCode::rate_limited, retry_after);
}

Json encode_refused(const RateGate& gate) {
  Json refused = Json::object();
  for (std::size_t i = 0; i < kMeteredCount; ++i) {
    const auto what = static_cast<Metered>(i);
    if (gate.counts(what)) {
      refused.set(std::string(word(what)).c_str(), gate.refused(what));
    }
  }
  return refused;
}

Json encode_done(const core::RoomId& room, Verb verb) {
  return Json::object().set("baton", done_word(verb)).set("room", room.value());
}

Json encode_presence_status(const core::Room& room) {
  std::size_t active = 0;
  std::size_t inactive = 0;
  std::size_t offline = 0;
  std::size_t untold = 0;
  for (const auto& [user, participant] : room.sessions().all()) {
    active += participant.presence == core::Presence::active ? 1 : 0;
    inactive += participant.presence == core::Presence::inactive ? 1 : 0;
    offline += participant.presence == core::Presence::offline ? 1 : 0;
    untold += participant.present() != (participant.told_presence != core::Presence::offline) ? 1 : 0;
  }
  return Json::object()
      .set("active", active)
      .set("inactive", inactive)
      .set("offline", offline)
      .set("untold", untold);
}

Json encode_signal_status(const core::Room& room) {
  std::size_t unconfirmed = 0;
  std::size_t bytes = 0;
  for (const auto& [user, participant] : room.sessions().all()) {
    unconfirmed += participant.signalling.inbox.size();
    bytes += participant.signalling.inbox.bytes();
  }
  return Json::object().set("unconfirmed", unconfirmed).set("bytes", bytes);
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
  drops.set("viewer_queue_full", status.overrun)
      .set("viewer_not_kept", status.replays.not_kept)
      .set("viewer_superseded", status.replays.superseded)
      .set("viewer_too_many_wait", status.replays.too_many_wait)
      .set("malformed_rtp", status.malformed)
      .set("too_large", status.too_large)
      .set("muted", status.muted);
  return Json::object()
      .set("on_air", status.on_air ? Json(status.on_air->value) : Json(nullptr))
      .set("pending", status.pending ? Json(status.pending->value) : Json(nullptr))
      .set("has_picture", status.has_picture)
      .set("subscriptions", status.viewers)
      .set("keyframes_requested", status.keyframes_requested)
      .set("packets_in", status.video.forwarded + status.audio.forwarded)
      .set("packets_out", status.packets_sent)
      .set("replays", Json::object()
                          .set("repeated", status.replays.repeated)
                          .set("throttled", status.replays.throttled)
                          .set("doubted", status.replays.doubted)
                          .set("postponed", status.replays.postponed)
                          .set("mended", status.replays.mended)
                          .set("paced_packets", status.replays.paced))
      .set("cache", Json::object()
                        .set("bytes", status.kept_bytes)
                        .set("truncated", status.picture_truncated)
                        .set("keyframes", status.cache.keyframes_completed))
      .set("drops", std::move(drops));
}

}  // namespace baton::plugin
