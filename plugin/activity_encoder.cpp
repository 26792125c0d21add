// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/activity_encoder.hpp"

#include <utility>

#include "plugin/value_json.hpp"

namespace baton::plugin {

using framework::Json;

Json encode_activity(const std::optional<core::ActivityView>& activity,
                     const std::optional<core::Value>& own) {
  if (!activity) {
    return nullptr;
  }
  Json json = Json::object()
                  .set("kind", activity->kind)
                  .set("phase", activity->phase)
                  .set("version", activity->version.value())
                  .set("state", json_of(activity->state));
  if (own) {
    json.set("own", json_of(*own));
  }
  return json;
}

Json encode_activity(const std::optional<core::ActivityState>& activity) {
  return activity ? encode_activity(activity->view, activity->own) : Json(nullptr);
}

Json encode_activity_outline(const std::optional<core::ActivityView>& activity) {
  return activity ? Json::object().set("kind", activity->kind).set("phase", activity->phase) : Json(nullptr);
}

}  // namespace baton::plugin
