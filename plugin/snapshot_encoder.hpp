// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/effect.hpp"
#include "core/room.hpp"
#include "framework/json.hpp"
#include "plugin/program_view.hpp"
#include "plugin/server_clock.hpp"

/// What may be known of a room, as JSON of the protocol (docs/protocol.md). Pure; any thread.
namespace baton::plugin {

[[nodiscard]] framework::Json encode_settings(const core::RoomSettings& settings);
[[nodiscard]] framework::Json encode_program(const ProgramView& program, const ClockReading& clock);
/// For a participant, with what is its own of the activity.
[[nodiscard]] framework::Json encode_snapshot(const core::RoomSnapshot& snapshot,
                                              const std::optional<core::Value>& activity_own,
                                              const ProgramView& program, const ClockReading& clock);
/// For whoever looks from outside: of the activity it says only that it is there.
[[nodiscard]] framework::Json encode_snapshot_for_status(const core::RoomSnapshot& snapshot,
                                                         const ProgramView& program,
                                                         const ClockReading& clock);
/// One line of `list`.
[[nodiscard]] framework::Json encode_summary(const core::Room& room);

// The parts of a snapshot that events tell of, too.

[[nodiscard]] framework::Json encode_user(const std::optional<core::UserId>& user);
[[nodiscard]] framework::Json encode_host(const core::HostView& host);
[[nodiscard]] framework::Json encode_grace(const core::GraceView& grace, const ClockReading& clock);
[[nodiscard]] framework::Json encode_promotion(const core::PromotionView& promotion,
                                               const ClockReading& clock);
[[nodiscard]] framework::Json encode_participant(const core::ParticipantView& participant);
[[nodiscard]] framework::Json encode_chat_entry(const core::ChatEntry& entry, const ClockReading& clock);

}  // namespace baton::plugin
