// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "core/effect.hpp"
#include "core/ids.hpp"

namespace baton::sim {

/// Whether the event is addressed to one participant and counts whatever the version.
[[nodiscard]] bool is_personal(const core::EventBody& event);

/// How a change of presence is shown; one who is removed is not shown at all.
[[nodiscard]] core::Presence presence_of(core::PresenceChange::Kind kind);

/// What a client does with an event, by the protocol: an event whose version is not above the picture's is
/// old news; else it changes what it names. `program_feed` is not told by events.
void apply_event(core::RoomSnapshot& picture, core::RoomVersion version, const core::EventBody& event);

/// Where two pictures of a room differ first, all but `program_feed`; nothing if they agree.
[[nodiscard]] std::optional<std::string> difference(const core::RoomSnapshot& left,
                                                    const core::RoomSnapshot& right);
/// The same for settings.
[[nodiscard]] std::optional<std::string> difference(const core::RoomSettings& left,
                                                    const core::RoomSettings& right);

/// Whether one who has this picture has what the news starts from; if not, it asks for the snapshot.
[[nodiscard]] bool can_follow(const core::RoomSnapshot& picture, const core::ActivityNewsRef& news);
/// What a client that can follow makes of news of the activity. Taking it twice changes nothing.
void apply_news(core::RoomSnapshot& picture, const core::ActivityNewsRef& news);

[[nodiscard]] core::ParticipantView* find_view(core::RoomSnapshot& picture, const core::UserId& user);
[[nodiscard]] const core::ParticipantView* find_view(const core::RoomSnapshot& picture,
                                                     const core::UserId& user);

}  // namespace baton::sim
