// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "core/effect.hpp"
#include "core/media/video_codec.hpp"
#include "core/room_settings.hpp"
#include "plugin/client_request.hpp"
#include "plugin/program_view.hpp"
#include "plugin/rate_limits.hpp"

/// The words of the protocol, one per enumerator (docs/protocol.md). They never change their meaning.
namespace baton::plugin {

[[nodiscard]] std::string_view word(core::Role role);
[[nodiscard]] std::string_view word(core::Presence presence);
[[nodiscard]] std::string_view word(core::PresenceChange::Kind kind);
[[nodiscard]] std::string_view word(core::RoomState state);
[[nodiscard]] std::string_view word(core::CloseReason reason);
[[nodiscard]] std::string_view word(core::OfflineReason reason);
[[nodiscard]] std::string_view word(core::HostChange change);
[[nodiscard]] std::string_view word(core::DepartureReason reason);
[[nodiscard]] std::string_view word(core::ReleaseReason reason);
[[nodiscard]] std::string_view word(core::Continuity continuity);
[[nodiscard]] std::string_view word(core::SignalKind kind);
[[nodiscard]] std::string_view word(core::SignalFailure failure);
[[nodiscard]] std::string_view word(core::ControlAction action);
[[nodiscard]] std::string_view word(core::ControlChange change);
[[nodiscard]] std::string_view word(core::AudienceLevel level);
[[nodiscard]] std::string_view word(core::RoomMode mode);
[[nodiscard]] std::string_view word(core::OnHostTimeout what);
[[nodiscard]] std::string_view word(media::VideoCodec codec);
[[nodiscard]] std::string_view word(ProgramView::State state);
[[nodiscard]] std::string_view word(Metered what);
/// The kind of the answer to a request that was carried out.
[[nodiscard]] std::string_view done_word(Verb verb);

}  // namespace baton::plugin
