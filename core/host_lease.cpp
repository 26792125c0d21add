// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/host_lease.hpp"

#include <algorithm>

namespace baton::core {

RoomState HostLease::room_state() const {
  struct Visitor {
    RoomState operator()(const Waiting&) const { return RoomState::waiting; }
    RoomState operator()(const Live&) const { return RoomState::live; }
    RoomState operator()(const Offline&) const { return RoomState::host_offline; }
    RoomState operator()(const Promoting&) const { return RoomState::promoting; }
    RoomState operator()(const Paused&) const { return RoomState::paused; }
    RoomState operator()(const Closed&) const { return RoomState::closed; }
  };
  return std::visit(Visitor{}, state_);
}

const UserId* HostLease::holder() const {
  return std::visit(
      [](const auto& state) -> const UserId* {
        if constexpr (requires { state.host; }) {
          return &state.host;
        } else {
          return nullptr;
        }
      },
      state_);
}

const UserId* HostLease::host() const {
  return laid_down_ ? nullptr : holder();
}

bool HostLease::holds(const UserId& user) const {
  const UserId* one = holder();
  return one != nullptr && *one == user;
}

bool HostLease::is_host(const UserId& user) const {
  return !laid_down_ && holds(user);
}

bool HostLease::vacant() const {
  return std::holds_alternative<Waiting>(state_) || std::holds_alternative<Paused>(state_);
}

bool HostLease::was_host(const UserId& user) const {
  return std::ranges::find(former_, user) != former_.end();
}

void HostLease::grant(const UserId& user) {
  if (const UserId* previous = holder(); previous != nullptr && *previous != user) {
    remember_former(*previous);
  }
  laid_down_ = false;
  version_ = version_.next();
  state_ = Live{user};
}

void HostLease::go_offline(const GraceView& grace) {
  if (const auto* live = std::get_if<Live>(&state_)) {
    state_ = Offline{live->host, grace};
  }
}

void HostLease::correct_reason(OfflineReason reason) {
  if (auto* offline = std::get_if<Offline>(&state_)) {
    offline->grace.reason = reason;
  }
}

void HostLease::host_returned() {
  if (const UserId* back = host()) {
    state_ = Live{UserId(*back)};
  }
}

PromotionView HostLease::ask(const UserId& candidate, Instant deadline) {
  std::set<UserId> asked;
  if (auto* promoting = std::get_if<Promoting>(&state_)) {
    asked = std::move(promoting->asked);
  }
  asked.insert(candidate);
  last_promotion_ = last_promotion_.next();
  PromotionView promotion{last_promotion_, candidate, deadline};
  state_ = Promoting{UserId(*holder()), promotion, std::move(asked)};
  return promotion;
}

void HostLease::pause() {
  if (const UserId* previous = holder()) {
    remember_former(*previous);
  }
  laid_down_ = false;
  state_ = Paused{};
}

void HostLease::close(CloseReason reason) {
  state_ = Closed{reason};
}

void HostLease::remember_former(const UserId& user) {
  // Whoever was host most recently is forgotten last.
  std::erase(former_, user);
  if (former_.size() >= limits::kFormerHosts) {
    former_.pop_front();
  }
  former_.push_back(user);
}

}  // namespace baton::core
