// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "core/effect.hpp"
#include "core/room.hpp"
#include "framework/json.hpp"
#include "plugin/activity_encoder.hpp"
#include "plugin/client_request.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/media_transport.hpp"
#include "plugin/program_view.hpp"
#include "plugin/rate_gate.hpp"
#include "plugin/server_clock.hpp"
#include "transports/program.hpp"

/// Answers to requests as JSON of the protocol (docs/protocol.md). Pure; any thread.
namespace baton::plugin {

[[nodiscard]] framework::Json encode_error(const RequestError& error);

[[nodiscard]] framework::Json encode_joined(const core::JoinAccepted& joined, std::string_view resume_token,
                                            const ProgramView& program, const ClockReading& clock);
/// How media may travel, what is best first.
[[nodiscard]] framework::Json encode_transports(DirectOffered direct);
/// What its client needs for the TURN servers, which there must be.
[[nodiscard]] framework::Json encode_turn(const ServerSettings& server, const core::UserId& user,
                                          std::chrono::sys_seconds now);
[[nodiscard]] framework::Json encode_heartbeat(const core::RoomId& room, const core::HeartbeatAnswer& answer);
[[nodiscard]] framework::Json encode_synchronized(const core::Synchronized& answer,
                                                  const ProgramView& program, const ClockReading& clock);
[[nodiscard]] framework::Json encode_ready(const core::RoomId& room, const core::ReadyAccepted& answer);
[[nodiscard]] framework::Json encode_activity_answer(const core::RoomId& room, Verb verb,
                                                     const core::ActivityAccepted& accepted,
                                                     ActivityNewsEncoder& activities);
/// An error that goes by: the same request has a chance after `retry_after`.
[[nodiscard]] framework::Json encode_for_now(core::ErrorCode code, core::Duration retry_after);
/// The error `rate_limited`.
[[nodiscard]] framework::Json encode_rate_limited(core::Duration retry_after);
/// What was refused, by each kind that this gate counts, as `status`, the operator's `list` and the handle's
/// description show it.
[[nodiscard]] framework::Json encode_refused(const RateGate& gate);
/// With `activity_stale` it tells how the activity is now.
[[nodiscard]] framework::Json encode_refusal(const core::Refusal& refusal);
/// The answer to a request that has nothing more to say than that it was carried out.
[[nodiscard]] framework::Json encode_done(const core::RoomId& room, Verb verb);

/// Figures for `status`, which are for operators: what the snapshot does not tell of presence and signals,
/// and of the media.
[[nodiscard]] framework::Json encode_presence_status(const core::Room& room);
[[nodiscard]] framework::Json encode_signal_status(const core::Room& room);
[[nodiscard]] framework::Json encode_media_status(const transport::ProgramStatus& status);

}  // namespace baton::plugin
