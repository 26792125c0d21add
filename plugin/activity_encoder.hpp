// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "core/activities/activity_slot.hpp"
#include "core/activities/told_activity.hpp"
#include "core/effect.hpp"
#include "framework/json.hpp"

/// What may be known of a room's activity, as JSON of the protocol (docs/protocol.md): `null` where there is
/// none. Pure; any thread, but each encoder of news in one at a time.
namespace baton::plugin {

/// For those in the room. `own` is the receiver's own part, where that is told.
[[nodiscard]] framework::Json encode_activity(const std::optional<core::ActivityView>& activity,
                                              const std::optional<core::Value>& own);
[[nodiscard]] framework::Json encode_activity(const std::optional<core::ActivityState>& activity);
/// For whoever looks from outside: what it is, and nothing of what is said in it.
[[nodiscard]] framework::Json encode_activity_outline(const std::optional<core::ActivityView>& activity);

/// What is told of a change. The same news goes to many receivers: what all of them are told is encoded once,
/// and shared by what each is sent.
class ActivityNewsEncoder {
public:
  /// `own` is the receiver's own part, where that is told.
  [[nodiscard]] framework::Json encode(const core::ActivityNewsRef& news,
                                       const std::optional<core::Value>& own);
  [[nodiscard]] framework::Json encode(const core::ActivityAccepted& accepted);

private:
  void add_content(framework::Json& json, const core::ActivityNewsRef& news);

  core::ActivityNewsRef encoded_;
  framework::SharedJson content_;
};

}  // namespace baton::plugin
