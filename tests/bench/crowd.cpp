// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/crowd.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/activities/built_in.hpp"
#include "tests/core/same_secret.hpp"
#include "tests/sim/random.hpp"

namespace baton::bench {

namespace {

/// Any seed would do; with the same one the same participants follow each other in every run.
constexpr sim::Seed kSeed{20'260'101};

core::SecretHash token_of(std::uint64_t number) {
  core::SecretHash::Bytes bytes{};
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return core::SecretHash(bytes);
}

template <class Element>
void shuffle(std::vector<Element>& elements, sim::Random& random) {
  for (std::size_t i = elements.size(); i > 1; --i) {
    std::swap(elements[i - 1], elements[random.below(i)]);
  }
}

}  // namespace

std::size_t CrowdShape::senders() const {
  std::size_t sum = 0;
  for (const Rooms& alike : rooms) {
    sum += alike.count * alike.senders;
  }
  return sum;
}

std::size_t CrowdShape::idle() const {
  std::size_t sum = 0;
  for (const Rooms& alike : rooms) {
    sum += alike.count * alike.idle;
  }
  return sum;
}

Crowd::Crowd(CrowdShape shape) : shape_(std::move(shape)) {
  const auto activities = std::make_shared<const core::ActivityCatalogue>(core::built_in_activities());
  for (std::size_t i = 0; i < shape_.servers; ++i) {
    servers_.emplace_back(std::numeric_limits<std::size_t>::max(), activities, &core::test::same_secret);
  }
  std::vector<Member> idle;
  for (const Rooms& alike : shape_.rooms) {
    for (std::size_t i = 0; i < alike.count; ++i) {
      const auto room = static_cast<std::uint32_t>(rooms_.size());
      rooms_.emplace_back("room-" + std::to_string(room));
      for (std::size_t sender = 0; sender < alike.senders; ++sender) {
        const auto role = sender == 0 ? core::Role::host : core::Role::viewer;
        members_.push_back({room, role, {}, {}});
      }
      idle.insert(idle.end(), alike.idle, Member{room, core::Role::viewer, {}, {}});
    }
  }
  sim::Random random(kSeed);
  shuffle(members_, random);
  shuffle(idle, random);
  senders_ = members_.size();
  members_.insert(members_.end(), idle.begin(), idle.end());
}

template <class Commands>
void Crowd::tick(core::Duration length, CpuTime* longest, Commands&& commands) {
  const core::Instant end = now_ + length;
  while (now_ < end) {
    const CpuTime before = longest != nullptr ? cpu_time_used() : CpuTime{0};
    const core::Instant to = std::min(now_ + kTick, end);
    commands(to);
    now_ = to;
    advance(now_);
    if (longest != nullptr) {
      *longest = std::max(*longest, cpu_time_used() - before);
    }
  }
}

template <class Command>
void Crowd::each_sender_once(Arrival arrival, CpuTime* longest, Command&& command) {
  const core::Instant begin = now_;
  std::size_t next = 0;
  const auto due = [&] {
    const auto rank = arrival == Arrival::spread ? static_cast<std::int64_t>(next) : 0;
    return begin + kHeartbeatInterval * rank / static_cast<std::int64_t>(senders_);
  };
  const auto commands = [&](core::Instant before) {
    for (core::Instant at = due(); next < senders_ && at < before; at = due()) {
      command(next++, at);
    }
  };
  tick(kHeartbeatInterval, longest, commands);
}

void Crowd::arrive() {
  std::uint32_t room = 0;
  for (const Rooms& alike : shape_.rooms) {
    core::RoomSettings settings;
    settings.heartbeat_interval = kHeartbeatInterval;
    settings.presence_timeout = alike.presence_timeout;
    settings.max_viewers = std::max<std::size_t>(settings.max_viewers, alike.senders + alike.idle);
    for (std::size_t i = 0; i < alike.count; ++i) {
      if (server_of(room).create(rooms_[room], settings, now_)) {
        throw std::runtime_error("A room was refused.");
      }
      ++room;
    }
  }
  for (std::size_t i = senders_; i < members_.size(); ++i) {
    join(i, now_);
  }
  each_sender_once(Arrival::spread, nullptr, [this](std::size_t i, core::Instant at) { join(i, at); });
  if (tally_.joined != members_.size() || tally_.refusals != 0) {
    throw std::runtime_error("Somebody could not join.");
  }
}

void Crowd::beat(std::size_t intervals, Arrival arrival) {
  beat(intervals, arrival, nullptr);
}

CpuTime Crowd::beat_and_time_ticks(std::size_t intervals) {
  CpuTime longest{0};
  beat(intervals, Arrival::spread, &longest);
  return longest;
}

CpuTime Crowd::pass_and_time_ticks(core::Duration time) {
  CpuTime longest{0};
  tick(time, &longest, [](core::Instant) {});
  return longest;
}

void Crowd::beat(std::size_t intervals, Arrival arrival, CpuTime* longest) {
  for (std::size_t i = 0; i < intervals; ++i) {
    each_sender_once(arrival, longest,
                     [this](std::size_t sender, core::Instant at) { heartbeat(members_[sender], at); });
  }
}

void Crowd::join(std::size_t index, core::Instant now) {
  Member& member = members_[index];
  member.connection = core::ConnectionId(index + 1);
  last_request_ = last_request_.next();
  const core::UserId user("user-" + std::to_string(index));
  const core::SessionId session(0x9E3779B97F4A7C15ULL * (index + 1));
  const core::Join join{.user = user,
                        .display_name = user.value(),
                        .role = member.role,
                        .new_session = session,
                        .new_token = token_of(index),
                        .resumption = std::nullopt};
  const core::Sender sender{member.connection, last_request_, std::nullopt};
  const core::ParticipantCommand command{sender, join};
  count(server_of(member.room).handle(rooms_[member.room], command, now).effects, &member);
}

void Crowd::heartbeat(const Member& member, core::Instant now) {
  // A request names no room once its connection has joined one, so the room is looked up as for every
  // request.
  core::RoomDirectory& server = server_of(member.room);
  const core::RoomId room = *server.room_of(member.connection);
  last_request_ = last_request_.next();
  const core::Sender sender{member.connection, last_request_, member.claim};
  count(server.handle(room, core::ParticipantCommand{sender, core::Heartbeat{}}, now).effects, nullptr);
}

void Crowd::advance(core::Instant now) {
  for (core::RoomDirectory& server : servers_) {
    for (auto due = server.next_deadline(); due && due->deadline.at <= now; due = server.next_deadline()) {
      count(server.advance(due->room, now), nullptr);
    }
  }
}

void Crowd::count(const core::Effects& effects, Member* joining) {
  for (const core::Effect& effect : effects) {
    if (const auto* reply = std::get_if<core::Reply>(&effect)) {
      ++tally_.deliveries;
      if (std::holds_alternative<core::HeartbeatAnswer>(reply->body)) {
        ++tally_.heartbeats_answered;
      } else if (const auto* joined = std::get_if<core::JoinAccepted>(&reply->body); joined && joining) {
        ++tally_.joined;
        joining->claim = {joined->session, joined->version};
      }
    } else if (std::holds_alternative<core::Refusal>(effect)) {
      ++tally_.refusals;
    } else if (const auto* notify = std::get_if<core::Notify>(&effect)) {
      tally_.deliveries += notify->to.size();
      if (const auto* change = std::get_if<core::PresenceChanged>(&notify->event)) {
        tally_.offline += static_cast<std::size_t>(std::ranges::count(
            change->changes, core::PresenceChange::Kind::offline, &core::PresenceChange::kind));
      }
    } else if (const auto* release = std::get_if<core::ReleaseConnection>(&effect)) {
      tally_.removed += release->reason == core::ReleaseReason::absent_too_long ? 1 : 0;
    }
  }
}

std::size_t Crowd::present() const {
  std::size_t sum = 0;
  for (const core::RoomDirectory& server : servers_) {
    for (const auto& [id, open] : server.rooms()) {
      sum += open.room.participant_count();
    }
  }
  return sum;
}

std::size_t Crowd::active() const {
  std::size_t sum = 0;
  for (const core::RoomDirectory& server : servers_) {
    for (const auto& [id, open] : server.rooms()) {
      sum +=
          static_cast<std::size_t>(std::ranges::count_if(open.room.sessions().all(), [](const auto& entry) {
            return entry.second.presence == core::Presence::active;
          }));
    }
  }
  return sum;
}

}  // namespace baton::bench
