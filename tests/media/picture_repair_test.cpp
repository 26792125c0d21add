// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/picture_repair.hpp"

#include <catch2/catch.hpp>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::at_ms;

constexpr std::size_t kSmall = 1000;

/// A viewer that was played the picture at the test's beginning and lacks something at its end.
PictureRepair lacking_viewer() {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  repair.reported(Reception::lacks_the_end, at_ms(500));
  return repair;
}

TEST_CASE("A viewer that asks gets the picture at once, but no two within a second") {
  auto repair = lacking_viewer();
  CHECK_FALSE(repair.due().has_value());
  CHECK(repair.asked(at_ms(700)) == PictureWish::due_later);
  CHECK(repair.due() == at_ms(1000));
  CHECK(repair.asked(at_ms(800)) == PictureWish::pending);
  CHECK(repair.due() == at_ms(1000));
  repair.played(at_ms(1000), kSmall);
  CHECK_FALSE(repair.due().has_value());
  CHECK(repair.asked(at_ms(2000)) == PictureWish::due_now);
  CHECK(repair.due() == at_ms(2000));
}

TEST_CASE("A viewer that has reported all of the picture gets it again only when it asks twice") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  repair.reported(Reception::complete, at_ms(500));
  CHECK(repair.asked(at_ms(3000)) == PictureWish::doubted);
  CHECK_FALSE(repair.due().has_value());
  // Three seconds later, as browsers do that see nothing move.
  CHECK(repair.asked(at_ms(6000)) == PictureWish::doubted);
  CHECK(repair.asked(at_ms(7001)) == PictureWish::doubted);
  CHECK(repair.asked(at_ms(8001)) == PictureWish::due_now);
  repair.played(at_ms(8001), kSmall);
  // What it reported before says nothing of this replay.
  CHECK(repair.asked(at_ms(9001)) == PictureWish::due_now);
}

TEST_CASE("A large picture takes no more of the connection than a moving one would") {
  PictureRepair repair;
  repair.played(at_ms(0), 4 * PictureRepair::kBytesPerSecond);
  CHECK(repair.asked(at_ms(3999)) == PictureWish::due_later);
  CHECK(repair.due() == at_ms(4000));
}

TEST_CASE("A viewer that never reports gets the picture every two seconds, a limited number of times") {
  PictureRepair repair;
  std::int64_t ms = 0;
  repair.played(at_ms(ms), kSmall);
  for (int time = 0; time < PictureRepair::kMaxUnreported; ++time) {
    ms += 2000;
    REQUIRE(repair.due() == at_ms(ms));
    if (time % 2 == 0) {
      repair.played(at_ms(ms), kSmall);
    } else {
      repair.source_moved(at_ms(ms));
    }
  }
  CHECK_FALSE(repair.due().has_value());
  // Whoever asks after all is not refused.
  CHECK(repair.asked(at_ms(ms + 5000)) == PictureWish::due_now);
}

TEST_CASE("A viewer that asks and then falls silent goes on to get the picture, as no report ever came") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  REQUIRE(repair.asked(at_ms(1500)) == PictureWish::due_now);
  repair.played(at_ms(1500), kSmall);
  CHECK(repair.due() == at_ms(3500));
  repair.reported(Reception::complete, at_ms(3000));
  CHECK_FALSE(repair.due().has_value());
}

TEST_CASE("Who reports gaps in the picture gets it when it asks, at once; who reports all of it is doubted") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  repair.reported(Reception::has_gaps, at_ms(1500));
  CHECK_FALSE(repair.due().has_value());
  CHECK(repair.awaits_report());
  CHECK(repair.asked(at_ms(2000)) == PictureWish::due_now);
  repair.played(at_ms(2000), kSmall);
  repair.reported(Reception::complete, at_ms(3500));
  CHECK(repair.asked(at_ms(4000)) == PictureWish::doubted);
}

TEST_CASE("A report ends the waiting for one, and asks for the picture when the end of it did not arrive") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  SECTION("complete") {
    repair.reported(Reception::complete, at_ms(1500));
    CHECK_FALSE(repair.due().has_value());
  }
  SECTION("lacking the end, which may be under way still") {
    repair.reported(Reception::lacks_the_end, at_ms(999));
    CHECK_FALSE(repair.due().has_value());
  }
  SECTION("lacking the end") {
    repair.reported(Reception::lacks_the_end, at_ms(1000));
    CHECK(repair.due() == at_ms(1000));
  }
  SECTION("complete by its highest number, while the viewer asks because of a gap") {
    repair.asked(at_ms(200));
    repair.reported(Reception::complete, at_ms(500));
    CHECK(repair.due() == at_ms(1000));
  }
}

TEST_CASE("When the source moves nothing is due, and when it would step back it is due later") {
  auto repair = lacking_viewer();
  repair.asked(at_ms(5000));
  SECTION("the source moves") {
    repair.source_moved(at_ms(5001));
    CHECK_FALSE(repair.due().has_value());
    CHECK(repair.asked(at_ms(6000)) == PictureWish::due_now);
  }
  SECTION("postponed") {
    repair.postpone(at_ms(5001));
    CHECK(repair.due() == at_ms(6001));
    CHECK(repair.asked(at_ms(6000)) == PictureWish::pending);
  }
}

TEST_CASE(
    "Who was played a preview gets the picture as soon as the source stops, whatever it says meanwhile") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  repair.await_still(at_ms(0));
  CHECK(repair.due() == at_ms(100));
  repair.reported(Reception::complete, at_ms(20));
  CHECK(repair.asked(at_ms(30)) == PictureWish::pending);
  repair.lost_for_good(at_ms(40));
  CHECK(repair.awaits_still());
  CHECK(repair.due() == at_ms(100));
  repair.await_still(at_ms(100));
  CHECK(repair.due() == at_ms(200));
  SECTION("it has the picture") {
    repair.played(at_ms(200), kSmall);
  }
  SECTION("a key frame came") {
    repair.source_moved(at_ms(200));
  }
  CHECK_FALSE(repair.awaits_still());
  CHECK_FALSE(repair.due().has_value());
}

TEST_CASE("A report is awaited from each replay to the next report that all of it arrived") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  CHECK(repair.awaits_report());
  repair.reported(Reception::lacks_the_end, at_ms(1500));
  CHECK(repair.awaits_report());
  repair.reported(Reception::complete, at_ms(2500));
  CHECK_FALSE(repair.awaits_report());
  repair.played(at_ms(3000), kSmall);
  CHECK(repair.awaits_report());
}

TEST_CASE("What is lost for good is mended at once, and no two within a tenth of a second") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  repair.reported(Reception::complete, at_ms(50));
  repair.lost_for_good(at_ms(60));
  CHECK(repair.is_mending());
  CHECK(repair.due() == at_ms(100));
  // One wish is enough, and a report takes it back no more.
  repair.lost_for_good(at_ms(70));
  repair.reported(Reception::complete, at_ms(80));
  CHECK(repair.due() == at_ms(100));
  repair.played(at_ms(100), kSmall);
  CHECK_FALSE(repair.is_mending());
  CHECK_FALSE(repair.due().has_value());
  repair.lost_for_good(at_ms(500));
  CHECK(repair.due() == at_ms(500));
}

TEST_CASE("Mending takes no more of the connection than a moving picture would") {
  PictureRepair repair;
  repair.played(at_ms(0), PictureRepair::kBytesPerSecond / 2);
  repair.lost_for_good(at_ms(10));
  CHECK(repair.due() == at_ms(500));
}

TEST_CASE("Mending that cannot be done now is tried a few times, and then given up") {
  PictureRepair repair;
  repair.played(at_ms(0), kSmall);
  repair.reported(Reception::complete, at_ms(50));
  repair.lost_for_good(at_ms(200));
  core::Instant now = at_ms(200);
  for (int tried = 0; tried < PictureRepair::kMaxMendRetries; ++tried) {
    repair.put_off_mending(PictureRepair::MendObstacle::any, now);
    CHECK(repair.is_mending());
    now += PictureRepair::kMendRetry;
    CHECK(repair.due() == now);
  }
  repair.put_off_mending(PictureRepair::MendObstacle::any, now);
  CHECK_FALSE(repair.is_mending());
  CHECK_FALSE(repair.due().has_value());
}

}  // namespace
}  // namespace baton::media
