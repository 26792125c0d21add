// SPDX-License-Identifier: GPL-3.0-or-later
// An activity that does not hold together, or never rests.
#include "core/activities/activity_slot.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>

using namespace baton::core;
using namespace std::chrono_literals;

namespace {

/// An activity that breaks when told to, and asks for a time that is over.
class Fragile final : public Activity {
public:
  [[nodiscard]] std::string_view phase() const override { return broken_ ? "broken" : "whole"; }
  [[nodiscard]] Value public_state() const override { return {}; }
  [[nodiscard]] Value own_state(const UserId& /*user*/) const override { return {}; }
  [[nodiscard]] std::variant<Change, ErrorCode> handle(const UserId& /*user*/, ActivityPart /*part*/,
                                                       const ActivityCommand& /*command*/,
                                                       Instant /*now*/) override {
    broken_ = true;
    return Change::state;
  }
  [[nodiscard]] Change forget(const UserId& /*user*/) override { return Change::nothing; }
  [[nodiscard]] std::optional<Instant> next_deadline() const override { return Instant(1s); }
  [[nodiscard]] std::optional<std::string> inconsistency() const override {
    return broken_ ? std::optional<std::string>("it is broken") : std::nullopt;
  }
  void repair() override { broken_ = false; }

private:
  bool broken_ = false;
};

ActivitySlot fragile() {
  ActivitySlot slot;
  slot.open("fragile", std::make_unique<Fragile>());
  return slot;
}

}  // namespace

TEST_CASE("An activity that does not hold together is repaired before anybody sees it, in a new phase") {
  ActivitySlot slot = fragile();
  const ActivityVersion before = slot.view()->version;
  const auto outcome =
      slot.handle(UserId("ada"), ActivityPart::leader, before, {"break", {}}, Instant(std::chrono::hours(1)));
  CHECK(outcome == std::variant<Activity::Change, ErrorCode>(Activity::Change::phase));
  CHECK(slot.view()->phase == "whole");
  CHECK(slot.view()->version > before);
  CHECK_FALSE(slot.inconsistency());
}

TEST_CASE("An activity whose time is always over is asked once for each instant, and holds nobody up") {
  ActivitySlot slot = fragile();
  CHECK(slot.next_deadline() == Instant(1s));
  CHECK(slot.advance(Instant(1h)) == Activity::Change::nothing);
  CHECK(slot.next_deadline() == Instant(1h) + Duration(1));
}
