// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/event_courier.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/plugin/server/recorded_link.hpp"

namespace baton::plugin {
namespace {

using framework::Handle;
using framework::Json;
using testing::RecordedLink;
using Calls = std::vector<std::string>;

OutgoingEvent event(const std::string& name) {
  return {{}, Json::object().set("name", name), std::nullopt};
}

OutgoingEvent offer(const std::string& sdp) {
  return {{}, Json::object(), framework::Jsep{.type = framework::JsepType::offer, .sdp = sdp}};
}

/// A courier with one thread, and two handles.
struct Post {
  std::shared_ptr<RecordedLink> slow = std::make_shared<RecordedLink>(1);
  std::shared_ptr<RecordedLink> other = std::make_shared<RecordedLink>(2);
  EventCourier courier{1, [](const Handle& handle) { handle.end_session(); },
                       [](const Handle&, const framework::Jsep&) {}};

  /// Sends so many events while the first of them is under way.
  void pile_up(std::size_t count) {
    slow->hold();
    courier.send(Handle(slow), event("first"));
    REQUIRE(slow->wait_held());
    for (std::size_t i = 0; i < count; ++i) {
      courier.send(Handle(slow), event("waits"));
    }
    slow->let_go();
  }
  /// Waits until the thread has nothing to do for the slow handle.
  void pass() {
    const std::size_t before = other->calls().size();
    courier.send(Handle(other), event("pass"));
    REQUIRE(other->wait_calls(before + 1).size() == before + 1);
  }
};

TEST_CASE("A handle may let as many events wait as the limit says") {
  Post post;
  post.pile_up(EventCourier::kMaxWaiting);
  const Calls calls = post.slow->wait_calls(1 + EventCourier::kMaxWaiting);
  CHECK(calls.size() == 1 + EventCourier::kMaxWaiting);
  CHECK(calls.back() == "waits");
}

TEST_CASE("A handle that lets one more wait is told of once, and gets nothing more until it is forgotten") {
  Post post;
  post.pile_up(EventCourier::kMaxWaiting + 1);
  const Calls ended{"first", "end_session"};
  CHECK(post.slow->wait_calls(2) == ended);
  for (int i = 0; i < 3; ++i) {
    post.courier.send(Handle(post.slow), event("later"));
    post.courier.close_peer_connection(Handle(post.slow), framework::PeerConnectionNumber(7));
    post.pass();
  }
  CHECK(post.slow->calls() == ended);
  post.courier.forget(post.slow->id());
  post.courier.send(Handle(post.slow), event("anew"));
  CHECK(post.slow->wait_calls(3) == Calls{"first", "end_session", "anew"});
}

TEST_CASE("A handle that is forgotten before it was told of leaves nothing behind") {
  Post post;
  post.slow->hold();
  post.courier.send(Handle(post.slow), event("first"));
  REQUIRE(post.slow->wait_held());
  for (std::size_t i = 0; i <= EventCourier::kMaxWaiting; ++i) {
    post.courier.send(Handle(post.slow), event("waits"));
  }
  post.courier.forget(post.slow->id());
  post.slow->let_go();
  CHECK(post.slow->wait_calls(2) == Calls{"first", "end_session"});
  post.pass();
  const std::weak_ptr<RecordedLink> left = post.slow;
  post.slow.reset();
  CHECK(left.expired());
}

TEST_CASE("Forgetting a handle that can follow drops nothing") {
  Post post;
  post.slow->hold();
  post.courier.send(Handle(post.slow), event("first"));
  REQUIRE(post.slow->wait_held());
  post.courier.send(Handle(post.slow), event("second"));
  post.courier.forget(post.slow->id());
  post.slow->let_go();
  CHECK(post.slow->wait_calls(2) == Calls{"first", "second"});
}

TEST_CASE("A PeerConnection is closed after the events that were sent before, and before those sent later") {
  Post post;
  post.slow->hold();
  post.courier.send(Handle(post.slow), offer("the offer"));
  REQUIRE(post.slow->wait_held());
  post.courier.send(Handle(post.slow), event("released"));
  post.courier.close_peer_connection(Handle(post.slow), framework::PeerConnectionNumber(7));
  post.courier.send(Handle(post.slow), event("joined"));
  post.slow->let_go();
  CHECK(post.slow->wait_calls(4) == Calls{"the offer", "released", "close_pc 7", "joined"});
}

}  // namespace
}  // namespace baton::plugin
