// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/effect.hpp"
#include "core/room.hpp"
#include "framework/json.hpp"
#include "plugin/client_request.hpp"
#include "plugin/program_view.hpp"
#include "plugin/server_clock.hpp"
#include "transports/program.hpp"

/// Core values as JSON of the protocol (docs/protocol.md). Pure; any thread.
namespace baton::plugin {

[[nodiscard]] framework::Json encode_error(const RequestError& error);

[[nodiscard]] framework::Json encode_settings(const core::RoomSettings& settings);
[[nodiscard]] framework::Json encode_program(const ProgramView& program, const ClockReading& clock);
[[nodiscard]] framework::Json encode_snapshot(const core::RoomSnapshot& snapshot, const ProgramView& program,
                                              const ClockReading& clock);
/// One line of `list`.
[[nodiscard]] framework::Json encode_summary(const core::Room& room);

/// An event that core emitted.
[[nodiscard]] framework::Json encode_event(const core::RoomId& room, core::RoomVersion version,
                                           const core::EventBody& event, const ClockReading& clock);
/// The one event that core knows nothing of: what is on air.
[[nodiscard]] framework::Json encode_program_event(const core::RoomId& room, const ProgramView& program,
                                                   const ClockReading& clock);

[[nodiscard]] framework::Json encode_joined(const core::JoinAccepted& joined, std::string_view resume_token,
                                            const ProgramView& program, const ClockReading& clock);
[[nodiscard]] framework::Json encode_heartbeat(const core::RoomId& room, const core::HeartbeatAnswer& answer);
/// The answer to a request that has nothing more to say than that it was carried out.
[[nodiscard]] framework::Json encode_done(const core::RoomId& room, Verb verb);

/// Figures of the media for `status`.
[[nodiscard]] framework::Json encode_media_status(const transport::ProgramStatus& status);

}  // namespace baton::plugin
