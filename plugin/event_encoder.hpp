// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/effect.hpp"
#include "framework/json.hpp"
#include "plugin/activity_encoder.hpp"
#include "plugin/program_view.hpp"
#include "plugin/server_clock.hpp"

/// Events as JSON of the protocol (docs/protocol.md). Pure; any thread.
namespace baton::plugin {

/// An event that core emitted. `activities` serves the events of one step of a room.
[[nodiscard]] framework::Json encode_event(const core::RoomId& room, core::RoomVersion version,
                                           const core::EventBody& event, const ClockReading& clock,
                                           ActivityNewsEncoder& activities);
/// The one event that core knows nothing of: what is on air.
[[nodiscard]] framework::Json encode_program_event(const core::RoomId& room, const ProgramView& program,
                                                   const ClockReading& clock);

}  // namespace baton::plugin
