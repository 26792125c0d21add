// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/activities/told_activity.hpp"

#include <utility>

#include "core/activities/merge_patch.hpp"
#include "core/marks.hpp"
#include "core/room_settings.hpp"

namespace baton::core {

namespace {

/// The difference, if it says less than the state does.
std::optional<Value> worthwhile_patch(const ActivityView& told, const ActivityView& view) {
  if (told.kind != view.kind) {
    return std::nullopt;
  }
  auto patch = merge_patch(told.state, view.state);
  if (!patch) {
    BATON_MARK(activity_change_not_sayable);
    return std::nullopt;
  }
  if (json_size(*patch) >= json_size(view.state)) {
    BATON_MARK(activity_patch_too_large);
    return std::nullopt;
  }
  return patch;
}

}  // namespace

bool ToldActivity::takes(Activity::Change change, Instant now) {
  if (change == Activity::Change::phase || now >= quiet_until_) {
    BATON_MARK_IF(activity_news_with_phase, waits_ && change == Activity::Change::phase);
    return true;
  }
  BATON_MARK(activity_news_waits);
  waits_ = true;
  return false;
}

ActivityNewsRef ToldActivity::tell(std::optional<ActivityView> view, RoomVersion version, Instant now) {
  std::shared_ptr<ActivityNews> news;
  if (view) {
    news = std::make_shared<ActivityNews>(ActivityNews{view->outline(), std::nullopt, {}});
    if (auto patch = view_ ? worthwhile_patch(*view_, *view) : std::nullopt) {
      BATON_MARK(activity_patch_told);
      news->from = version_;
      news->content = *std::move(patch);
    } else {
      news->content = view->state;
    }
  }
  view_ = std::move(view);
  version_ = version;
  quiet_until_ = now + limits::kActivityNews;
  waits_ = false;
  return news;
}

}  // namespace baton::core
