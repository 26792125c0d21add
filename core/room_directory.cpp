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

std::optional<ErrorCode> RoomDirectory::create(const RoomId& id, const RoomSettings& settings, Instant now) {
  if (rooms_.contains(id)) {
    return ErrorCode::room_exists;
  }
  if (rooms_.size() >= max_rooms_) {
    BATON_MARK(directory_full);
    return ErrorCode::rooms_full;
  }
  settle(rooms_.try_emplace(id, id, settings, activities_, same_secret_, now).first, {});
  return std::nullopt;
}

RoomEffects RoomDirectory::handle(const RoomId& id, const Command& command, Instant now) {
  const auto found = rooms_.find(id);
  if (found != rooms_.end()) {
    return handle(found, command, now);
  }
  RoomEffects refused{id, {}};
  if (const auto request = request_of(command)) {
    refused.effects.emplace_back(Refusal{*request, ErrorCode::room_unknown});
  }
  return refused;
}

RoomEffects RoomDirectory::handle(Rooms::iterator place, const Command& command, Instant now) {
  const auto* participant = std::get_if<ParticipantCommand>(&command);
  const bool brings = participant != nullptr && brings_connection(*participant);
  if (brings) {
    const RoomId* other = room_of(participant->sender.connection);
    if (other != nullptr && *other != place->first) {
      BATON_MARK(connection_of_another_room);
      return {place->first, {Refusal{participant->sender.request, ErrorCode::already_joined}}};
    }
  }
  RoomEffects result{place->first, place->second.room.handle(command, now)};
  if (brings && place->second.room.knows(participant->sender.connection)) {
    connections_.insert_or_assign(participant->sender.connection, place->first);
  }
  settle(place, result.effects);
  return result;
}

std::optional<RoomEffects> RoomDirectory::handle(const ConnectionReport& report, Instant now) {
  const auto found = connections_.find(report.connection);
  if (found == connections_.end()) {
    return std::nullopt;
  }
  const auto place = rooms_.find(found->second);
  if (std::holds_alternative<ConnectionLost>(report.fact)) {
    connections_.erase(found);
  }
  return handle(place, Command(report), now);
}

void RoomDirectory::discard(const RoomId& id) {
  const auto place = rooms_.find(id);
  if (place == rooms_.end()) {
    return;
  }
  std::erase_if(connections_, [&](const auto& entry) { return entry.second == place->first; });
  note_due(place, std::nullopt);
  rooms_.erase(place);
}

std::optional<RoomDeadline> RoomDirectory::next_deadline() const {
  if (deadlines_.empty()) {
    return std::nullopt;
  }
  const auto place = deadlines_.begin()->place;
  return RoomDeadline{place->first, *place->second.room.next_deadline()};
}

Effects RoomDirectory::advance(const RoomId& id, Instant now) {
  const auto place = rooms_.find(id);
  if (place == rooms_.end()) {
    return {};
  }
  Effects effects = place->second.room.advance(now);
  settle(place, effects);
  return effects;
}

const Room* RoomDirectory::find(const RoomId& id) const {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : &found->second.room;
}

const RoomId* RoomDirectory::room_of(ConnectionId connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? nullptr : &found->second;
}

void RoomDirectory::settle(Rooms::iterator place, const Effects& effects) {
  const Room& room = place->second.room;
  for (const Effect& effect : effects) {
    // One that was released because its time was over may have joined anew by the same command.
    if (const auto* release = std::get_if<ReleaseConnection>(&effect);
        release != nullptr && !room.knows(release->connection)) {
      connections_.erase(release->connection);
    }
  }
  if (room.closed()) {
    note_due(place, std::nullopt);
    rooms_.erase(place);
    return;
  }
  const auto deadline = room.next_deadline();
  note_due(place, deadline ? std::optional(deadline->at) : std::nullopt);
}

void RoomDirectory::note_due(Rooms::iterator place, std::optional<Instant> due_at) {
  OpenRoom& open = place->second;
  if (open.due_at == due_at) {
    return;
  }
  if (open.due_at) {
    deadlines_.erase({*open.due_at, place});
  }
  if (due_at) {
    deadlines_.insert({*due_at, place});
  }
  open.due_at = due_at;
}

}  // namespace baton::core
