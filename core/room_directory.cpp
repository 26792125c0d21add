// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/room_directory.hpp"

#include "core/marks.hpp"

namespace baton::core {

namespace {

/// The request that a command must answer, if it is one that has an answer.
std::optional<RequestId> request_of(const Command& command) {
  if (const auto* participant = std::get_if<ParticipantCommand>(&command)) {
    return participant->sender.request;
  }
  if (const auto* administrator = std::get_if<AdministratorCommand>(&command)) {
    return administrator->request_id;
  }
  return std::nullopt;
}

/// Whether carrying this command out would bring its connection into the room.
bool brings_connection(const ParticipantCommand& command) {
  return std::holds_alternative<Join>(command.request) || std::holds_alternative<Publish>(command.request) ||
         std::holds_alternative<Subscribe>(command.request);
}

}  // namespace

std::optional<ErrorCode> RoomDirectory::create(RoomId id, RoomSettings settings, Instant now) {
  if (rooms_.contains(id)) {
    return ErrorCode::room_exists;
  }
  if (rooms_.size() >= max_rooms_) {
    BATON_MARK(directory_full);
    return ErrorCode::rooms_full;
  }
  rooms_.emplace(id, std::make_unique<Room>(id, std::move(settings), activities_, now));
  settle(id, {});
  return std::nullopt;
}

RoomEffects RoomDirectory::handle(const RoomId& id, const Command& command, Instant now) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) {
    RoomEffects refused{id, {}};
    if (const auto request = request_of(command)) {
      refused.effects.emplace_back(Refusal{*request, ErrorCode::room_unknown});
    }
    return refused;
  }
  const auto* participant = std::get_if<ParticipantCommand>(&command);
  if (participant != nullptr && brings_connection(*participant)) {
    const RoomId* place = room_of(participant->sender.connection);
    if (place != nullptr && *place != id) {
      BATON_MARK(connection_of_another_room);
      return {id, {Refusal{participant->sender.request, ErrorCode::already_joined}}};
    }
  }
  RoomEffects result{id, found->second->handle(command, now)};
  if (participant != nullptr) {
    const ConnectionId connection = participant->sender.connection;
    if (found->second->knows(connection)) {
      connections_.insert_or_assign(connection, id);
    }
  }
  settle(id, result.effects);
  return result;
}

std::optional<RoomEffects> RoomDirectory::handle(const ConnectionReport& report, Instant now) {
  const auto found = connections_.find(report.connection);
  if (found == connections_.end()) {
    return std::nullopt;
  }
  const RoomId id = found->second;
  if (std::holds_alternative<ConnectionLost>(report.fact)) {
    connections_.erase(found);
  }
  return handle(id, Command(report), now);
}

void RoomDirectory::discard(const RoomId& id) {
  const RoomId discarded = id;
  std::erase_if(connections_, [&](const auto& entry) { return entry.second == discarded; });
  if (const auto due = due_at_.find(discarded); due != due_at_.end()) {
    deadlines_.erase({due->second, discarded});
    due_at_.erase(due);
  }
  rooms_.erase(discarded);
}

std::optional<RoomDeadline> RoomDirectory::next_deadline() const {
  if (deadlines_.empty()) {
    return std::nullopt;
  }
  const RoomId& id = deadlines_.begin()->second;
  return RoomDeadline{id, *rooms_.at(id)->next_deadline()};
}

Effects RoomDirectory::advance(const RoomId& id, Instant now) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) {
    return {};
  }
  Effects effects = found->second->advance(now);
  settle(id, effects);
  return effects;
}

const Room* RoomDirectory::find(const RoomId& id) const {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : found->second.get();
}

const RoomId* RoomDirectory::room_of(ConnectionId connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? nullptr : &found->second;
}

void RoomDirectory::settle(const RoomId& id, const Effects& effects) {
  const Room& room = *rooms_.at(id);
  for (const Effect& effect : effects) {
    // One that was released because its time was over may have joined anew by the same command.
    if (const auto* release = std::get_if<ReleaseConnection>(&effect);
        release != nullptr && !room.knows(release->connection)) {
      connections_.erase(release->connection);
    }
  }
  const auto deadline = room.closed() ? std::nullopt : room.next_deadline();
  const auto known = due_at_.find(id);
  const bool unchanged = known != due_at_.end() && deadline && known->second == deadline->at;
  if (!unchanged) {
    if (known != due_at_.end()) {
      deadlines_.erase({known->second, id});
      due_at_.erase(known);
    }
    if (deadline) {
      deadlines_.emplace(deadline->at, id);
      due_at_.emplace(id, deadline->at);
    }
  }
  if (room.closed()) {
    // By its place: the argument may be the map's own key.
    rooms_.erase(rooms_.find(id));
  }
}

}  // namespace baton::core
