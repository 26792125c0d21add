// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/activities/activity.hpp"
#include "core/activities/built_in.hpp"

namespace baton::sim {

/// An activity that breaks when told to, so that rooms have something to repair: poker never does. Every
/// second time a difference cannot say what it has become.
class FragileActivity final : public core::Activity {
public:
  [[nodiscard]] std::string_view phase() const override { return broken_ ? "broken" : "whole"; }
  [[nodiscard]] core::Value public_state() const override {
    core::Value::Members state{{"repairs", repairs_}, {"odd", core::Value()}};
    if (repairs_ % 2 == 1) {
      state.back().second = true;
    }
    return state;
  }
  [[nodiscard]] core::Value own_state(const core::UserId& /*user*/) const override { return {}; }
  [[nodiscard]] std::variant<Change, core::ErrorCode> handle(const core::UserId& /*user*/,
                                                             core::ActivityPart /*part*/,
                                                             const core::ActivityCommand& command,
                                                             core::Instant /*now*/) override {
    if (command.name != "break") {
      return core::ErrorCode::activity_command_unknown;
    }
    broken_ = true;
    return Change::state;
  }
  [[nodiscard]] Change forget(const core::UserId& /*user*/) override { return Change::nothing; }
  [[nodiscard]] std::optional<std::string> inconsistency() const override {
    return broken_ ? std::optional<std::string>("it is broken") : std::nullopt;
  }
  void repair() override {
    broken_ = false;
    ++repairs_;
  }

private:
  bool broken_ = false;
  std::int64_t repairs_ = 0;
};

/// What simulated rooms offer.
[[nodiscard]] inline std::shared_ptr<const core::ActivityCatalogue> simulated_activities() {
  core::ActivityCatalogue activities = core::built_in_activities();
  activities.add("fragile", [](const core::Value& /*options*/) {
    return std::variant<std::unique_ptr<core::Activity>, core::ErrorCode>(
        std::make_unique<FragileActivity>());
  });
  return std::make_shared<const core::ActivityCatalogue>(std::move(activities));
}

}  // namespace baton::sim
