// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/picture.hpp"

#include <algorithm>
#include <tuple>

#include "tests/sim/merged.hpp"

namespace baton::sim {

using namespace core;

namespace {

/// The latest chat that fits: what a client keeps is bounded like what the room keeps.
void add_chat(std::vector<ChatEntryRef>& chat, const ChatEntryRef& entry) {
  chat.push_back(entry);
  std::size_t bytes = 0;
  for (const ChatEntryRef& one : chat) {
    bytes += one->text.size();
  }
  auto first = chat.begin();
  while (static_cast<std::size_t>(chat.end() - first) > limits::kChatEntries || bytes > limits::kChatBytes) {
    bytes -= (*first)->text.size();
    ++first;
  }
  chat.erase(chat.begin(), first);
}

/// Applies one kind of event each; what an event does not name stays.
struct Applier {
  RoomSnapshot& picture;

  void operator()(const ParticipantJoined& event) const {
    const auto at =
        std::ranges::lower_bound(picture.participants, event.participant.user, {}, &ParticipantView::user);
    if (at != picture.participants.end() && at->user == event.participant.user) {
      *at = event.participant;
    } else {
      picture.participants.insert(at, event.participant);
    }
  }
  void operator()(const ParticipantLeft& event) const {
    std::erase_if(picture.participants, [&](const ParticipantView& one) { return one.user == event.user; });
  }
  void operator()(const PresenceChanged& event) const {
    for (const PresenceChange& change : event.changes) {
      if (change.kind == PresenceChange::Kind::removed) {
        std::erase_if(picture.participants,
                      [&](const ParticipantView& one) { return one.user == change.user; });
      } else if (auto* view = find_view(picture, change.user)) {
        view->presence = presence_of(change.kind);
      }
    }
  }
  void operator()(const RoleChanged& event) const {
    if (auto* view = find_view(picture, event.user)) {
      view->role = event.role;
    }
  }
  void operator()(const PublishingChanged& event) const {
    if (auto* view = find_view(picture, event.user)) {
      view->publishing = event.publishing;
    }
  }
  void operator()(const HostWentOffline& event) const {
    become(RoomState::host_offline);
    picture.grace = event.grace;
  }
  void operator()(const HostReturned& /*event*/) const { become(RoomState::live); }
  void operator()(const HostChanged& event) const {
    become(RoomState::live);
    picture.host = event.host;
  }
  void operator()(const PromotionStarted& event) const {
    become(RoomState::promoting);
    picture.promotion = event.promotion;
  }
  void operator()(const RoomPaused& /*event*/) const {
    become(RoomState::paused);
    picture.host.reset();
  }
  void operator()(const RoomEdited& event) const { picture.settings = event.settings; }
  void operator()(const RoomClosed& /*event*/) const {
    become(RoomState::closed);
    picture.host.reset();
  }
  void operator()(const BackupChanged& event) const { picture.backup = event.user; }
  void operator()(const ControlChanged& event) const {
    if (auto* view = find_view(picture, event.user)) {
      view->control_request = event.request;
    }
  }
  void operator()(const MuteChanged& event) const {
    if (auto* view = find_view(picture, event.user)) {
      view->muted = event.muting == Muting::muted;
    }
  }
  void operator()(const LockChanged& event) const { picture.locked = event.locking == Locking::locked; }
  void operator()(const ChatAdded& event) const { add_chat(picture.chat, event.entry); }
  void operator()(const ActivityChanged& event) const {
    if (can_follow(picture, event.news)) {
      apply_news(picture, event.news);
    }
  }
  void operator()(const PromotionEnded& /*event*/) const {}
  void operator()(const FormerHostReturned& /*event*/) const {}
  void operator()(const Released& /*event*/) const {}
  void operator()(const AudienceChanged& /*event*/) const {}
  void operator()(const SignalDelivered& /*event*/) const {}
  void operator()(const ReadinessKnown& /*event*/) const {}

  void become(RoomState state) const {
    picture.state = state;
    picture.grace.reset();
    picture.promotion.reset();
  }
};

bool same(const std::optional<HostView>& left, const std::optional<HostView>& right) {
  if (left.has_value() != right.has_value()) {
    return false;
  }
  return !left || (left->user == right->user && left->lease == right->lease);
}

bool same(const std::optional<GraceView>& left, const std::optional<GraceView>& right) {
  if (left.has_value() != right.has_value()) {
    return false;
  }
  return !left ||
         (left->reason == right->reason && left->since == right->since && left->deadline == right->deadline);
}

bool same(const std::optional<PromotionView>& left, const std::optional<PromotionView>& right) {
  if (left.has_value() != right.has_value()) {
    return false;
  }
  return !left || (left->promotion == right->promotion && left->candidate == right->candidate &&
                   left->deadline == right->deadline);
}

bool same(const ParticipantView& left, const ParticipantView& right) {
  return left.user == right.user && left.display_name == right.display_name && left.role == right.role &&
         left.further_role == right.further_role && left.presence == right.presence &&
         left.publishing == right.publishing && left.muted == right.muted &&
         left.control_request == right.control_request;
}

/// Entries never change, so where the ends agree and no number is left out, all agree.
bool same(const std::vector<ChatEntryRef>& left, const std::vector<ChatEntryRef>& right) {
  return left.size() == right.size() &&
         (left.empty() || (left.front() == right.front() && left.back() == right.back()));
}

}  // namespace

bool is_personal(const EventBody& event) {
  return std::holds_alternative<PromotionEnded>(event) || std::holds_alternative<FormerHostReturned>(event) ||
         std::holds_alternative<Released>(event) || std::holds_alternative<AudienceChanged>(event) ||
         std::holds_alternative<SignalDelivered>(event) || std::holds_alternative<ReadinessKnown>(event);
}

Presence presence_of(PresenceChange::Kind kind) {
  return kind == PresenceChange::Kind::active ? Presence::active : Presence::offline;
}

void apply_event(RoomSnapshot& picture, RoomVersion version, const EventBody& event) {
  if (version <= picture.version || is_personal(event)) {
    return;
  }
  std::visit(Applier{picture}, event);
  picture.version = version;
}

std::optional<std::string> difference(const RoomSettings& left, const RoomSettings& right) {
  const auto all = [](const RoomSettings& one) {
    return std::tie(one.description, one.mode, one.video_codec, one.grace, one.promotion_timeout,
                    one.on_host_timeout, one.time_to_live, one.media_silence, one.heartbeat_interval,
                    one.presence_timeout, one.host_presence_timeout, one.controller_presence_timeout,
                    one.further_roles, one.max_controllers, one.max_viewers, one.warn_viewers,
                    one.suggest_sfu_viewers);
  };
  return all(left) == all(right) ? std::nullopt : std::optional<std::string>("settings");
}

std::optional<std::string> difference(const RoomSnapshot& left, const RoomSnapshot& right) {
  if (left.room != right.room) {
    return "room";
  }
  if (left.version != right.version) {
    return "version: " + std::to_string(left.version.value()) + " and " +
           std::to_string(right.version.value());
  }
  if (left.state != right.state) {
    return "state";
  }
  if (!same(left.host, right.host)) {
    return "host";
  }
  if (!same(left.grace, right.grace)) {
    return "grace";
  }
  if (!same(left.promotion, right.promotion)) {
    return "promotion";
  }
  if (left.backup != right.backup) {
    return "backup";
  }
  if (left.created != right.created) {
    return "created";
  }
  if (left.locked != right.locked) {
    return "locked";
  }
  if (left.activity != right.activity) {
    return "activity";
  }
  if (!same(left.chat, right.chat)) {
    const auto span = [](const std::vector<ChatEntryRef>& chat) {
      return chat.empty()
                 ? std::string("none")
                 : std::to_string(chat.front()->number.value()) + " to " +
                       std::to_string(chat.back()->number.value()) + " (" + std::to_string(chat.size()) + ")";
    };
    return "chat: " + span(left.chat) + " and " + span(right.chat);
  }
  if (left.participants.size() != right.participants.size()) {
    return "number of participants";
  }
  for (std::size_t i = 0; i < left.participants.size(); ++i) {
    if (!same(left.participants[i], right.participants[i])) {
      return "participant " + left.participants[i].user.value() + " / " + right.participants[i].user.value();
    }
  }
  return difference(left.settings, right.settings);
}

bool can_follow(const RoomSnapshot& picture, const ActivityNewsRef& news) {
  return news == nullptr || !news->from || (picture.activity && *news->from <= picture.version);
}

void apply_news(RoomSnapshot& picture, const ActivityNewsRef& news) {
  if (news == nullptr) {
    picture.activity.reset();
    return;
  }
  const auto& [kind, phase, version] = news->outline;
  picture.activity = ActivityView{
      kind, phase, version, news->from ? merged(picture.activity->state, news->content) : news->content};
}

ParticipantView* find_view(RoomSnapshot& picture, const UserId& user) {
  const auto found = std::ranges::lower_bound(picture.participants, user, {}, &ParticipantView::user);
  return found != picture.participants.end() && found->user == user ? &*found : nullptr;
}

const ParticipantView* find_view(const RoomSnapshot& picture, const UserId& user) {
  const auto found = std::ranges::lower_bound(picture.participants, user, {}, &ParticipantView::user);
  return found != picture.participants.end() && found->user == user ? &*found : nullptr;
}

}  // namespace baton::sim
