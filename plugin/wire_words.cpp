// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/wire_words.hpp"

namespace baton::plugin {

std::string_view word(core::Role role) {
  switch (role) {
    case core::Role::host:
      return "host";
    case core::Role::controller:
      return "controller";
    case core::Role::viewer:
      break;
  }
  return "viewer";
}

std::string_view word(core::Presence presence) {
  return presence == core::Presence::active ? "active" : "offline";
}

std::string_view word(core::PresenceChange::Kind kind) {
  switch (kind) {
    case core::PresenceChange::Kind::active:
      return "active";
    case core::PresenceChange::Kind::offline:
      return "offline";
    case core::PresenceChange::Kind::removed:
      break;
  }
  return "removed";
}

std::string_view word(core::RoomState state) {
  switch (state) {
    case core::RoomState::waiting:
      return "waiting";
    case core::RoomState::live:
      return "live";
    case core::RoomState::host_offline:
      return "host_offline";
    case core::RoomState::promoting:
      return "promoting";
    case core::RoomState::paused:
      return "paused";
    case core::RoomState::closed:
      break;
  }
  return "closed";
}

std::string_view word(core::CloseReason reason) {
  switch (reason) {
    case core::CloseReason::ended_by_host:
      return "ended_by_host";
    case core::CloseReason::ended_by_administrator:
      return "ended_by_administrator";
    case core::CloseReason::time_to_live:
      return "time_to_live";
    case core::CloseReason::host_timeout:
      break;
  }
  return "host_timeout";
}

std::string_view word(core::OfflineReason reason) {
  switch (reason) {
    case core::OfflineReason::connection_lost:
      return "connection_lost";
    case core::OfflineReason::media_hangup:
      return "media_hangup";
    case core::OfflineReason::media_silence:
      return "media_silence";
    case core::OfflineReason::heartbeat_missed:
      break;
  }
  return "heartbeat_missed";
}

std::string_view word(core::HostChange change) {
  switch (change) {
    case core::HostChange::first:
      return "first";
    case core::HostChange::transfer:
      return "transfer";
    case core::HostChange::backup:
      return "backup";
    case core::HostChange::promotion:
      return "promotion";
    case core::HostChange::claim:
      break;
  }
  return "claim";
}

std::string_view word(core::DepartureReason reason) {
  switch (reason) {
    case core::DepartureReason::left:
      return "left";
    case core::DepartureReason::kicked:
      return "kicked";
    case core::DepartureReason::absent_too_long:
      return "absent_too_long";
    case core::DepartureReason::room_closed:
      break;
  }
  return "room_closed";
}

std::string_view word(core::ReleaseReason reason) {
  switch (reason) {
    case core::ReleaseReason::left:
      return "left";
    case core::ReleaseReason::replaced:
      return "replaced";
    case core::ReleaseReason::kicked:
      return "kicked";
    case core::ReleaseReason::absent_too_long:
      return "absent_too_long";
    case core::ReleaseReason::room_closed:
      break;
  }
  return "room_closed";
}

std::string_view word(core::Continuity continuity) {
  return continuity == core::Continuity::continued ? "continued" : "restarted";
}

std::string_view word(core::SignalKind kind) {
  switch (kind) {
    case core::SignalKind::offer:
      return "offer";
    case core::SignalKind::answer:
      return "answer";
    case core::SignalKind::candidate:
      return "candidate";
    case core::SignalKind::message:
      return "message";
    case core::SignalKind::input:
      break;
  }
  return "input";
}

std::string_view word(core::SignalFailure failure) {
  switch (failure) {
    case core::SignalFailure::not_ready_in_time:
      return "not_ready_in_time";
    case core::SignalFailure::receiver_restarted:
      return "receiver_restarted";
    case core::SignalFailure::receiver_left:
      break;
  }
  return "receiver_left";
}

std::string_view word(core::ControlAction action) {
  switch (action) {
    case core::ControlAction::request:
      return "request";
    case core::ControlAction::withdraw:
      return "withdraw";
    case core::ControlAction::release:
      return "release";
    case core::ControlAction::grant:
      return "grant";
    case core::ControlAction::deny:
      return "deny";
    case core::ControlAction::revoke:
      break;
  }
  return "revoke";
}

std::string_view word(core::ControlChange change) {
  switch (change) {
    case core::ControlChange::requested:
      return "requested";
    case core::ControlChange::withdrawn:
      return "withdrawn";
    case core::ControlChange::granted:
      return "granted";
    case core::ControlChange::denied:
      return "denied";
    case core::ControlChange::revoked:
      return "revoked";
    case core::ControlChange::released:
      break;
  }
  return "released";
}

std::string_view word(core::AudienceLevel level) {
  switch (level) {
    case core::AudienceLevel::normal:
      return "normal";
    case core::AudienceLevel::warn:
      return "warn";
    case core::AudienceLevel::suggest_sfu:
      return "suggest_sfu";
    case core::AudienceLevel::full:
      break;
  }
  return "full";
}

std::string_view word(core::RoomMode mode) {
  return mode == core::RoomMode::sfu ? "sfu" : "p2p";
}

std::string_view word(core::OnHostTimeout what) {
  return what == core::OnHostTimeout::pause ? "pause" : "close";
}

std::string_view word(media::VideoCodec codec) {
  switch (codec) {
    case media::VideoCodec::vp8:
      return "vp8";
    case media::VideoCodec::vp9:
      return "vp9";
    case media::VideoCodec::h264:
      return "h264";
    case media::VideoCodec::av1:
      break;
  }
  return "av1";
}

std::string_view word(ProgramView::State state) {
  switch (state) {
    case ProgramView::State::empty:
      return "empty";
    case ProgramView::State::on_air:
      return "on_air";
    case ProgramView::State::held:
      break;
  }
  return "held";
}

std::string_view word(Metered what) {
  switch (what) {
    case Metered::messages:
      return "messages";
    case Metered::heartbeats:
      return "heartbeats";
    case Metered::joins:
      return "joins";
    case Metered::signals:
      return "signals";
    case Metered::chat:
      return "chat";
    case Metered::wrong_secrets:
      return "wrong_secrets";
    case Metered::wrong_pins:
      return "wrong_pins";
    case Metered::creates:
      return "creates";
    case Metered::lists:
      return "lists";
    case Metered::wrong_tokens:
      break;
  }
  return "wrong_tokens";
}

std::string_view done_word(Verb verb) {
  switch (verb) {
    case Verb::edit:
      return "edited";
    case Verb::end:
      return "ended";
    case Verb::kick:
      return "kicked";
    case Verb::leave:
      return "left";
    case Verb::unpublish:
      return "unpublished";
    case Verb::start:
      return "started";
    case Verb::configure:
      return "configured";
    case Verb::backup:
      return "backup_set";
    case Verb::transfer:
      return "transferred";
    case Verb::promotion:
      return "promotion_answered";
    case Verb::await_ready:
      return "awaiting_ready";
    case Verb::signal:
      return "signalled";
    case Verb::chat:
      return "chatted";
    case Verb::control:
      return "control_set";
    case Verb::mute:
      return "mute_set";
    case Verb::lock:
      return "lock_set";
    case Verb::open_activity:
      return "activity_opened";
    case Verb::close_activity:
      return "activity_closed";
    case Verb::activity:
      return "activity_used";
    default:
      return "done";
  }
}

}  // namespace baton::plugin
