// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/room_media.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace baton::plugin {
namespace {

using core::ConnectionId;
using core::FeedId;
using core::UserId;
using transport::ProgramSwitch;
using State = ProgramView::State;

/// The media of a room, told of switches by the test instead of the worker.
struct Stage {
  ServerSettings server;
  transport::MediaWorker worker{[] { return core::Instant(); }, [](const char*) {}};
  RoomMedia media{
      media::VideoCodec::vp8, server, worker, {[](const ProgramSwitch&) {}, [](media::SourceId) {}}};

  void publishes(const std::string& user, std::uint64_t feed) {
    media.open_feed(FeedId(feed), UserId(user), ConnectionId(feed), nullptr);
  }
  void becomes_host(const std::string& user, std::uint64_t feed) {
    publishes(user, feed);
    media.follow(FeedId(feed));
  }
  std::optional<ProgramView> told(std::uint64_t feed, ProgramSwitch::State state) {
    return media.switched({media::SourceId{feed}, state, core::Instant(std::chrono::seconds(feed))});
  }
};

void check_shows(const std::optional<ProgramView>& view, State state, const std::string& user) {
  REQUIRE(view);
  CHECK(view->state == state);
  CHECK(view->user == UserId(user));
}

TEST_CASE("A held picture is its source's, though the feed ended before the switch to it was told") {
  Stage stage;
  stage.becomes_host("ada", 1);
  check_shows(stage.told(1, ProgramSwitch::State::on_air), State::on_air, "ada");
  stage.becomes_host("bob", 2);
  stage.media.end_feed(FeedId(2));
  SECTION("and both switches are told") {
    check_shows(stage.told(2, ProgramSwitch::State::on_air), State::on_air, "bob");
  }
  SECTION("and only the last switch is told") {}
  check_shows(stage.told(2, ProgramSwitch::State::held), State::held, "bob");
  check_shows(stage.media.view(), State::held, "bob");
  CHECK(stage.media.view().switched_at == core::Instant(std::chrono::seconds(2)));
}

TEST_CASE("The users of feeds that ended are remembered up to the limit, and only if they were followed") {
  constexpr std::uint64_t kLimit = 16;
  Stage stage;
  for (std::uint64_t feed = 1; feed <= kLimit; ++feed) {
    stage.becomes_host("user-" + std::to_string(feed), feed);
    stage.media.end_feed(FeedId(feed));
  }
  for (std::uint64_t feed = 100; feed <= 100 + kLimit; ++feed) {
    stage.publishes("controller", feed);
    stage.media.end_feed(FeedId(feed));
  }
  check_shows(stage.told(1, ProgramSwitch::State::held), State::held, "user-1");
  CHECK_FALSE(stage.told(100, ProgramSwitch::State::held));
  stage.becomes_host("one-more", 50);
  stage.media.end_feed(FeedId(50));
  CHECK_FALSE(stage.told(1, ProgramSwitch::State::held));
  check_shows(stage.told(2, ProgramSwitch::State::held), State::held, "user-2");
}

}  // namespace
}  // namespace baton::plugin
