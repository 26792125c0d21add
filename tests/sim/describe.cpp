// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/describe.hpp"

#include <array>
#include <sstream>
#include <string_view>

#include "core/error_table.hpp"

namespace baton::sim {

using namespace core;

namespace {

template <class Enum, std::size_t Size>
std::string_view pick(const std::array<std::string_view, Size>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < Size ? names[index] : "?";
}

std::string_view text(Role role) {
  return pick(std::array<std::string_view, 3>{"host", "controller", "viewer"}, role);
}
std::string_view text(RoomState state) {
  return pick(
      std::array<std::string_view, 6>{"waiting", "live", "host_offline", "promoting", "paused", "closed"},
      state);
}
std::string_view text(CloseReason reason) {
  return pick(std::array<std::string_view, 4>{"ended_by_host", "ended_by_administrator", "time_to_live",
                                              "host_timeout"},
              reason);
}
std::string_view text(OfflineReason reason) {
  return pick(
      std::array<std::string_view, 4>{"connection_lost", "media_hangup", "media_silence", "heartbeat_missed"},
      reason);
}
std::string_view text(HostChange change) {
  return pick(std::array<std::string_view, 5>{"first", "transfer", "backup", "promotion", "claim"}, change);
}
std::string_view text(DepartureReason reason) {
  return pick(std::array<std::string_view, 4>{"left", "kicked", "absent_too_long", "room_closed"}, reason);
}
std::string_view text(ReleaseReason reason) {
  return pick(std::array<std::string_view, 5>{"left", "replaced", "kicked", "absent_too_long", "room_closed"},
              reason);
}
std::string_view text(JoinKind kind) {
  return kind == JoinKind::fresh ? "fresh" : "rejoined";
}

std::string text(Instant at) {
  return std::to_string(at.time_since_epoch().count() / 1000) + "ms";
}
/// Tokens of the simulator differ in their first eight bytes.
std::string text(const SecretHash& hash) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    number = number << 8U | hash.bytes()[i];
  }
  return "token#" + std::to_string(number);
}
std::string_view text(ControlAction action) {
  return pick(std::array<std::string_view, 6>{"request", "withdraw", "release", "grant", "deny", "revoke"},
              action);
}
std::string_view text(ControlChange change) {
  return pick(
      std::array<std::string_view, 6>{"requested", "withdrawn", "granted", "denied", "revoked", "released"},
      change);
}
std::string_view text(SignalKind kind) {
  return pick(std::array<std::string_view, 5>{"offer", "answer", "candidate", "message", "input"}, kind);
}
std::string_view text(SignalFailure reason) {
  return pick(std::array<std::string_view, 3>{"not_ready_in_time", "receiver_restarted", "receiver_left"},
              reason);
}
std::string_view text(PresenceChange::Kind kind) {
  return pick(std::array<std::string_view, 3>{"active", "offline", "removed"}, kind);
}
std::string_view text(Muting muting) {
  return muting == Muting::muted ? "muted" : "unmuted";
}
std::string_view text(Locking locking) {
  return locking == Locking::locked ? "locked" : "unlocked";
}

std::string text(const std::optional<UserId>& user) {
  return user ? user->value() : "nobody";
}

struct ValueText {
  std::ostringstream& out;

  void operator()(const std::monostate& /*nothing*/) const { out << "null"; }
  void operator()(bool one) const { out << (one ? "true" : "false"); }
  void operator()(std::int64_t one) const { out << one; }
  void operator()(double one) const { out << one; }
  void operator()(const std::string& one) const { out << '"' << one << '"'; }
  void operator()(const Value::List& one) const {
    out << '[';
    for (const Value& value : one) {
      std::visit(*this, value.data());
      out << ' ';
    }
    out << ']';
  }
  void operator()(const Value::Members& one) const {
    out << '{';
    for (const auto& [name, value] : one) {
      out << name << ':';
      std::visit(*this, value.data());
      out << ' ';
    }
    out << '}';
  }
};

std::string text(const Value& value) {
  std::ostringstream out;
  std::visit(ValueText{out}, value.data());
  return out.str();
}

std::string text(const ActivityOutline& outline) {
  return outline.kind + " " + outline.phase + " v" + std::to_string(outline.version.value());
}

std::string text(const ActivityView& view) {
  return text(view.outline()) + " " + text(view.state);
}

std::string text(const ActivityNewsRef& news) {
  if (news == nullptr) {
    return "none";
  }
  const std::string what = news->from ? " since room v" + std::to_string(news->from->value()) + " " : " ";
  return text(news->outline) + what + text(news->content);
}

struct RequestText {
  std::ostringstream& out;

  void operator()(const Join& one) const {
    out << "join " << one.user.value() << " as " << text(one.role) << " new " << text(one.new_token);
    if (one.further_role) {
      out << " (" << one.further_role->value() << ")";
    }
    if (one.resumption) {
      out << " by " << text(one.resumption->token) << " attempt " << one.resumption->attempt.value();
    }
    if (one.continues_after) {
      out << " going on after signal " << one.continues_after->value();
    }
  }
  void operator()(const Leave& /*one*/) const { out << "leave"; }
  void operator()(const LeaveByToken& one) const {
    out << "leave " << one.user.value() << " by " << text(one.resumption.token) << " attempt "
        << one.resumption.attempt.value();
  }
  void operator()(const Heartbeat& /*one*/) const { out << "heartbeat"; }
  void operator()(const Publish& /*one*/) const { out << "publish"; }
  void operator()(const Unpublish& /*one*/) const { out << "unpublish"; }
  void operator()(const Subscribe& /*one*/) const { out << "subscribe"; }
  void operator()(const Start& /*one*/) const { out << "start"; }
  void operator()(const Configure& /*one*/) const { out << "configure"; }
  void operator()(const SetBackup& one) const { out << "backup " << text(one.user); }
  void operator()(const Transfer& one) const { out << "transfer to " << one.to.value(); }
  void operator()(const AnswerPromotion& one) const {
    out << (one.answer == PromotionAnswer::accept ? "accept" : "decline") << " promotion "
        << one.promotion.value();
  }
  void operator()(const ClaimHost& /*one*/) const { out << "claim host"; }
  void operator()(const Edit& /*one*/) const { out << "edit"; }
  void operator()(const End& /*one*/) const { out << "end"; }
  void operator()(const Kick& one) const { out << "kick " << one.user.value(); }
  void operator()(const Mute& one) const { out << text(one.muting) << " " << one.user.value(); }
  void operator()(const Lock& one) const { out << text(one.locking); }
  void operator()(const Control& one) const {
    out << "control " << text(one.action) << " " << text(one.user);
  }
  void operator()(const Synchronize& /*one*/) const { out << "sync"; }
  void operator()(const Ready& /*one*/) const { out << "ready"; }
  void operator()(const AwaitReady& one) const {
    out << "await ready for " << one.timeout.count() / 1000 << "ms";
  }
  void operator()(const SendSignal& one) const {
    out << "signal " << one.number.value() << " " << text(one.kind) << " to " << one.to.value() << ", "
        << one.payload->size() << " bytes";
  }
  void operator()(const OpenActivity& one) const { out << "open " << one.kind << " " << text(one.options); }
  void operator()(const CloseActivity& /*one*/) const { out << "close activity"; }
  void operator()(const UseActivity& one) const {
    out << one.command.name << " " << text(one.command.arguments) << " having seen v" << one.seen.value();
  }
  void operator()(const SendChat& one) const { out << "chat of " << one.text.size() << " bytes"; }
};

struct CommandText {
  std::ostringstream& out;

  void operator()(const ParticipantCommand& one) const {
    out << "#" << one.sender.request.value() << " connection " << one.sender.connection.value();
    if (one.sender.claim) {
      out << " session v" << one.sender.claim->version.value();
    }
    if (one.sender.signals_received) {
      out << " received " << one.sender.signals_received->value();
    }
    out << ": ";
    std::visit(RequestText{out}, one.request);
  }
  void operator()(const AdministratorCommand& one) const {
    out << "#" << one.request_id.value() << " administrator: ";
    std::visit(RequestText{out}, one.request);
  }
  void operator()(const ConnectionReport& one) const {
    out << "connection " << one.connection.value();
    if (const auto* activity = std::get_if<ConnectionActivity>(&one.fact)) {
      out << " active at " << text(activity->last_arrival);
    } else {
      out << (std::holds_alternative<ConnectionLost>(one.fact) ? " lost" : ": media hung up");
    }
  }
  void operator()(const FeedReport& one) const {
    if (const auto* activity = std::get_if<MediaActivity>(&one)) {
      out << "feed " << activity->feed.value() << " active at " << text(activity->last_arrival);
    } else {
      out << "feed " << std::get<MediaResumed>(one).feed.value() << " resumed";
    }
  }
};

struct EventText {
  std::ostringstream& out;

  void operator()(const ParticipantJoined& one) const {
    out << "participant_joined " << one.participant.user.value() << " " << text(one.participant.role) << " "
        << text(one.kind);
  }
  void operator()(const ParticipantLeft& one) const {
    out << "participant_left " << one.user.value() << " " << text(one.reason);
  }
  void operator()(const PresenceChanged& one) const {
    out << "presence_changed";
    for (const PresenceChange& change : one.changes) {
      out << " " << change.user.value() << " " << text(change.kind);
    }
  }
  void operator()(const ControlChanged& one) const {
    out << "control_changed " << one.user.value() << " " << text(one.change);
  }
  void operator()(const MuteChanged& one) const {
    out << "mute_changed " << one.user.value() << " " << text(one.muting);
  }
  void operator()(const LockChanged& one) const { out << "lock_changed " << text(one.locking); }
  void operator()(const ChatAdded& one) const {
    out << "chat " << one.entry->number.value() << " of " << one.entry->from.value();
  }
  void operator()(const AudienceChanged& one) const {
    out << "audience " << one.present << " present, " << one.viewers << " viewers, level "
        << static_cast<int>(one.level);
  }
  void operator()(const SignalDelivered& one) const {
    out << "signal " << one.sequence.value() << " after " << one.previous.value();
    if (const auto* relayed = std::get_if<RelayedSignal>(&one.body)) {
      out << ": " << relayed->from.value() << "'s " << relayed->number.value();
      return;
    }
    const auto& failed = std::get<FailedSignals>(one.body);
    out << ": to " << failed.to.value() << " " << text(failed.reason);
    for (const SignalNumber number : failed.numbers) {
      out << " " << number.value();
    }
  }
  void operator()(const ReadinessKnown& one) const {
    out << "readiness, not ready:";
    for (const UserId& user : one.not_ready) {
      out << " " << user.value();
    }
  }
  void operator()(const RoleChanged& one) const {
    out << "role_changed " << one.user.value() << " " << text(one.role);
  }
  void operator()(const HostWentOffline& one) const {
    out << "host_offline " << one.user.value() << " " << text(one.grace.reason) << " until "
        << text(one.grace.deadline);
  }
  void operator()(const HostReturned& one) const { out << "host_returned " << one.user.value(); }
  void operator()(const HostChanged& one) const {
    out << "host_changed " << one.host.user.value() << " lease " << one.host.lease.value() << " previous "
        << text(one.previous) << " by " << text(one.change);
  }
  void operator()(const PromotionStarted& one) const {
    out << "promotion_started " << one.promotion.promotion.value() << " " << one.promotion.candidate.value()
        << " until " << text(one.promotion.deadline);
  }
  void operator()(const PromotionEnded& one) const { out << "promotion_ended " << one.promotion.value(); }
  void operator()(const ActivityChanged& one) const {
    out << "activity_changed " << text(one.news);
    if (one.own) {
      out << " own " << text(*one.own);
    }
  }
  void operator()(const RoomPaused& /*one*/) const { out << "paused"; }
  void operator()(const RoomEdited& /*one*/) const { out << "room_edited"; }
  void operator()(const RoomClosed& one) const { out << "room_closed " << text(one.reason); }
  void operator()(const BackupChanged& one) const { out << "backup_changed " << text(one.user); }
  void operator()(const FormerHostReturned& one) const { out << "former_host_returned " << one.user.value(); }
  void operator()(const Released& one) const { out << "released " << text(one.reason); }
  void operator()(const PublishingChanged& one) const {
    out << "publishing_changed " << one.user.value() << (one.publishing ? " yes" : " no");
  }
};

struct EffectText {
  std::ostringstream& out;

  void operator()(const Reply& one) const {
    out << "reply #" << one.request.value();
    if (const auto* join = std::get_if<JoinAccepted>(&one.body)) {
      out << " joined " << join->user.value() << " as " << text(join->role) << " " << text(join->kind)
          << " session v" << join->version.value() << ", room v" << join->snapshot.version.value() << " "
          << text(join->snapshot.state);
    } else if (const auto* publish = std::get_if<PublishAccepted>(&one.body)) {
      out << " feed " << publish->feed.value();
    } else if (const auto* activity = std::get_if<ActivityAccepted>(&one.body);
               activity && activity->activity) {
      out << " " << text(*activity->activity) << " own " << text(activity->own) << ", tells "
          << text(activity->news);
    }
  }
  void operator()(const Refusal& one) const {
    out << "refuse #" << one.request.value() << " " << error_row(one.error).name;
    if (one.activity) {
      out << " " << text(one.activity->view) << " own " << text(one.activity->own);
    }
  }
  void operator()(const Notify& one) const {
    out << "notify";
    for (const ConnectionId connection : one.to) {
      out << " " << connection.value();
    }
    out << " v" << one.version.value() << ": ";
    std::visit(EventText{out}, one.event);
  }
  void operator()(const FollowFeed& one) const {
    out << "follow " << (one.feed ? "feed " + std::to_string(one.feed->value()) : "nothing");
  }
  void operator()(const EndFeed& one) const { out << "end feed " << one.feed.value(); }
  void operator()(const MuteFeed& one) const {
    out << "feed " << one.feed.value() << " " << text(one.muting);
  }
  void operator()(const WatchFeed& one) const { out << "watch feed " << one.feed.value(); }
  void operator()(const ReleaseConnection& one) const {
    out << "release connection " << one.connection.value() << " " << text(one.reason);
  }
  void operator()(const CloseRoom& one) const { out << "close room " << text(one.reason); }
};

template <class Visitor, class Variant>
std::string visited(const Variant& variant) {
  std::ostringstream out;
  std::visit(Visitor{out}, variant);
  return out.str();
}

}  // namespace

std::string describe(const Command& command) {
  return visited<CommandText>(command);
}

std::string describe(const Effect& effect) {
  return visited<EffectText>(effect);
}

std::string describe(const EventBody& event) {
  return visited<EventText>(event);
}

}  // namespace baton::sim
