// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/activity_encoder.hpp"

#include <utility>

#include "plugin/value_json.hpp"

namespace baton::plugin {

namespace {

using framework::Json;

Json encode(const core::ActivityView& activity) {
  return Json::object()
      .set("kind", activity.kind)
      .set("phase", activity.phase)
      .set("version", activity.version.value())
      .set("state", json_of(activity.state));
}

Json encode(const core::ActivityView& activity, const core::Value& own) {
  return encode(activity).set("own", json_of(own));
}

}  // namespace

Json encode_activity(const std::optional<core::ActivityView>& activity) {
  return activity ? encode(*activity) : Json(nullptr);
}

Json encode_activity(const std::optional<core::ActivityState>& activity) {
  return activity ? encode(activity->view, activity->own) : Json(nullptr);
}

Json encode_activity(const std::optional<core::ActivityView>& activity,
                     const std::optional<core::Value>& own) {
  return activity ? encode(*activity, own.value_or(core::Value())) : Json(nullptr);
}

Json encode_activity_outline(const std::optional<core::ActivityView>& activity) {
  return activity ? Json::object().set("kind", activity->kind).set("phase", activity->phase) : Json(nullptr);
}

}  // namespace baton::plugin
