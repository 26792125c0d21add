// SPDX-License-Identifier: GPL-3.0-or-later
// Who has control beside the host: asked for by participants, given and taken back by the host.
#include <algorithm>

#include "core/marks.hpp"
#include "core/room.hpp"

namespace baton::core {

void Room::on(const Sender& sender, Participant& who, const Control& control) {
  switch (control.action) {
    case ControlAction::request:
      return request_control(sender, who);
    case ControlAction::withdraw:
      return withdraw_control(sender, who);
    case ControlAction::release:
      return release_control(sender, who);
    case ControlAction::grant:
    case ControlAction::deny:
    case ControlAction::revoke:
      break;
  }
  if (!lease_.is_host(who.user)) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  Participant* target = control.user ? table_.find(*control.user) : nullptr;
  if (target == nullptr) {
    refuse(sender.request, ErrorCode::user_unknown);
    return;
  }
  if (control.action == ControlAction::grant) {
    grant_control(sender, *target);
  } else if (control.action == ControlAction::deny) {
    deny_control(sender, *target);
  } else {
    revoke_control(sender, *target);
  }
}

void Room::request_control(const Sender& sender, Participant& who) {
  if (who.role != Role::viewer) {
    refuse(sender.request, ErrorCode::control_held);
    return;
  }
  if (!rights_of(settings_, who.role, who.further_role).has(Right::control)) {
    BATON_MARK(control_not_for_role);
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  reply(sender.request, Done{});
  if (who.control_request) {
    // Asking again does not cost the place in the queue.
    return;
  }
  BATON_MARK(control_requested);
  last_control_request_ = last_control_request_.next();
  who.control_request = last_control_request_;
  broadcast(ControlChanged{who.user, ControlChange::requested, who.control_request});
}

void Room::withdraw_control(const Sender& sender, Participant& who) {
  if (!who.control_request) {
    refuse(sender.request, ErrorCode::control_not_requested);
    return;
  }
  reply(sender.request, Done{});
  settle_control(who, ControlChange::withdrawn);
}

void Room::release_control(const Sender& sender, Participant& who) {
  if (who.role != Role::controller) {
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  reply(sender.request, Done{});
  take_control(who, ControlChange::released);
}

void Room::grant_control(const Sender& sender, Participant& target) {
  const Rights rights = rights_of(settings_, target.role, target.further_role);
  if (target.role != Role::viewer || !rights.has(Right::control)) {
    refuse(sender.request, ErrorCode::user_not_eligible);
    return;
  }
  if (table_.count(Role::controller) >= settings_.max_controllers) {
    BATON_MARK(control_full);
    refuse(sender.request, ErrorCode::controllers_full);
    return;
  }
  BATON_MARK(control_granted);
  reply(sender.request, Done{});
  forget_revoked(target.user);
  target.control_request.reset();
  broadcast(ControlChanged{target.user, ControlChange::granted});
  set_role(target, Role::controller);
}

void Room::deny_control(const Sender& sender, Participant& target) {
  if (!target.control_request) {
    refuse(sender.request, ErrorCode::control_not_requested);
    return;
  }
  BATON_MARK(control_denied);
  reply(sender.request, Done{});
  settle_control(target, ControlChange::denied);
}

void Room::revoke_control(const Sender& sender, Participant& target) {
  if (target.role != Role::controller) {
    refuse(sender.request, ErrorCode::user_not_eligible);
    return;
  }
  BATON_MARK(control_revoked);
  reply(sender.request, Done{});
  remember_revoked(target.user);
  take_control(target, ControlChange::revoked);
}

Role Room::wanted_role(const Join& join) const {
  const bool revoked = std::ranges::find(revoked_, join.user) != revoked_.end();
  BATON_MARK_IF(join_after_revocation, revoked && join.role != Role::viewer);
  return revoked ? Role::viewer : join.role;
}

void Room::remember_revoked(const UserId& user) {
  forget_revoked(user);
  if (revoked_.size() >= limits::kRevokedUsers) {
    revoked_.pop_front();
  }
  revoked_.push_back(user);
}

void Room::forget_revoked(const UserId& user) {
  std::erase(revoked_, user);
}

void Room::settle_control(Participant& participant, ControlChange change) {
  if (participant.control_request) {
    participant.control_request.reset();
    broadcast(ControlChanged{participant.user, change});
  }
}

void Room::take_control(Participant& controller, ControlChange change) {
  broadcast(ControlChanged{controller.user, change});
  set_role(controller, Role::viewer);
  if (!rights_of(settings_, controller.role, controller.further_role).has(Right::publish)) {
    end_publication(controller);
  }
}

}  // namespace baton::core
