// SPDX-License-Identifier: GPL-3.0-or-later
// News of activities as they cross the wire.
#include "plugin/activity_encoder.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <utility>

using namespace baton;
using plugin::ActivityNewsEncoder;

namespace {

using Members = core::Value::Members;

core::ActivityNewsRef news(std::optional<core::RoomVersion> from, core::Value content) {
  const core::ActivityOutline outline{"poker", "voting", core::ActivityVersion(2)};
  return std::make_shared<const core::ActivityNews>(core::ActivityNews{outline, from, std::move(content)});
}

const core::Value kState = Members{{"round", std::int64_t{1}}};
const core::Value kOwn = Members{{"card", core::Value()}};

}  // namespace

TEST_CASE("News of an activity says the state, or what changed in it and since when") {
  ActivityNewsEncoder encoder;
  CHECK(encoder.encode(news(std::nullopt, kState), std::nullopt).dump() ==
        R"({"kind":"poker","phase":"voting","version":2,"state":{"round":1}})");
  CHECK(encoder.encode(news(core::RoomVersion(7), kState), kOwn).dump() ==
        R"({"kind":"poker","phase":"voting","version":2,"from":7,"patch":{"round":1},"own":{"card":null}})");
  CHECK(encoder.encode(nullptr, std::nullopt).is_null());
}

TEST_CASE("An answer says what the event behind it says, and nothing where there is none") {
  ActivityNewsEncoder encoder;
  const core::ActivityNewsRef told = news(core::RoomVersion(7), kState);
  core::ActivityAccepted accepted{core::RoomVersion(8), told->outline, kOwn, told};
  CHECK(encoder.encode(accepted).dump() ==
        R"({"kind":"poker","phase":"voting","version":2,"from":7,"patch":{"round":1},"own":{"card":null}})");
  accepted.news = nullptr;
  CHECK(encoder.encode(accepted).dump() ==
        R"({"kind":"poker","phase":"voting","version":2,"own":{"card":null}})");
  CHECK(encoder.encode(core::ActivityAccepted{core::RoomVersion(8)}).is_null());
}

TEST_CASE("What many are told is encoded once, and each has what is its own beside it") {
  ActivityNewsEncoder encoder;
  const core::ActivityNewsRef told = news(core::RoomVersion(7), kState);
  const framework::Json one = encoder.encode(told, kOwn);
  const framework::Json other = encoder.encode(told, std::nullopt);
  CHECK(one.get("patch").raw() == other.get("patch").raw());
  CHECK_FALSE(other.contains("own"));
  const framework::Json later = encoder.encode(news(core::RoomVersion(8), kState), std::nullopt);
  CHECK(later.get("patch").raw() != one.get("patch").raw());
  CHECK(later.integer("from") == 8);
}
