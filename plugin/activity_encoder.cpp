// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/activity_encoder.hpp"

#include <utility>

#include "plugin/value_json.hpp"

namespace baton::plugin {

using framework::Json;

namespace {

Json encode_outline(const core::ActivityOutline& outline) {
  return Json::object()
      .set("kind", outline.kind)
      .set("phase", outline.phase)
      .set("version", outline.version.value());
}

}  // namespace

Json encode_activity(const std::optional<core::ActivityView>& activity,
                     const std::optional<core::Value>& own) {
  if (!activity) {
    return nullptr;
  }
  Json json = encode_outline(activity->outline()).set("state", json_of(activity->state));
  if (own) {
    json.set("own", json_of(*own));
  }
  return json;
}

Json encode_activity(const std::optional<core::ActivityState>& activity) {
  return activity ? encode_activity(activity->view, activity->own) : Json(nullptr);
}

Json ActivityNewsEncoder::encode(const core::ActivityNewsRef& news, const std::optional<core::Value>& own) {
  if (news == nullptr) {
    return nullptr;
  }
  Json json = encode_outline(news->outline);
  add_content(json, news);
  if (own) {
    json.set("own", json_of(*own));
  }
  return json;
}

Json ActivityNewsEncoder::encode(const core::ActivityAccepted& accepted) {
  if (!accepted.activity) {
    return nullptr;
  }
  Json json = encode_outline(*accepted.activity);
  if (accepted.news != nullptr) {
    add_content(json, accepted.news);
  }
  return std::move(json.set("own", json_of(accepted.own)));
}

void ActivityNewsEncoder::add_content(Json& json, const core::ActivityNewsRef& news) {
  if (news != encoded_) {
    encoded_ = news;
    content_ = json_of(news->content);
  }
  if (news->from) {
    json.set("from", news->from->value()).set("patch", content_);
  } else {
    json.set("state", content_);
  }
}

Json encode_activity_outline(const std::optional<core::ActivityView>& activity) {
  return activity ? Json::object().set("kind", activity->kind).set("phase", activity->phase) : Json(nullptr);
}

}  // namespace baton::plugin
