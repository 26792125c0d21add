// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/media/media_builders.hpp"
#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"

/// Everything at once, at random, with the plugin ended and begun anew in the middle.
namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using framework::Json;
using framework::MediaIndex;
using framework::MediaKind;
using framework::SharedJson;
using Random = std::mt19937;

constexpr std::size_t kRooms = 4;
constexpr std::size_t kUsers = 12;

std::string any_room(Random& random) {
  return "room-" + std::to_string(random() % kRooms);
}
std::string any_user(Random& random) {
  return "user-" + std::to_string(random() % kUsers);
}

/// A handle as its client knows it. Several threads work on it at once.
class Seat {
public:
  explicit Seat(std::shared_ptr<FakeHandle> its_handle) : handle(std::move(its_handle)) {}

  const std::shared_ptr<FakeHandle> handle;

  Claim claim() const {
    const std::lock_guard lock(mutex_);
    return claim_;
  }
  void learn(Claim claim) {
    const std::lock_guard lock(mutex_);
    claim_ = std::move(claim);
  }

private:
  mutable std::mutex mutex_;
  Claim claim_;
};

/// What happened, so that the storm can be seen to have been one.
struct Tally {
  std::atomic<int> joined{0};
  std::atomic<int> published{0};
  std::atomic<int> subscribed{0};
  std::atomic<int> started{0};
  std::atomic<int> refused{0};
  std::atomic<int> switched{0};
  std::atomic<int> chatted{0};
  std::atomic<int> signals{0};
  std::atomic<int> played{0};

  /// Whether enough of everything happened.
  [[nodiscard]] bool is_storm() const {
    return joined > 50 && published > 5 && subscribed > 5 && started > 2 && switched > 5 && refused > 50 &&
           chatted > 5 && signals > 5 && played > 5;
  }
};

class Storm {
public:
  explicit Storm(Baton& baton) : baton_(baton), offer_(publish_offer()), answer_(subscribe_answer()) {}

  void act(Random& random) {
    const auto dice = random() % 100;
    if (dice < 4) {
      attach(random);
    } else if (dice < 9) {
      operate(random);
    } else if (const auto seat = pick(random)) {
      act_on(*seat, random);
    }
  }

  Tally tally;

private:
  std::shared_ptr<Seat> pick(Random& random) {
    const std::lock_guard lock(mutex_);
    return seats_[random() % seats_.size()];
  }

  void attach(Random& random) {
    auto handle = baton_.gateway().attach();
    auto seat = handle ? std::make_shared<Seat>(std::move(handle)) : nullptr;
    {
      const std::lock_guard lock(mutex_);
      seats_[random() % seats_.size()].swap(seat);
    }
    if (seat) {
      seat->handle->detach();
    }
  }

  void operate(Random& random) {
    Json request = any_json(random, 3);
    switch (random() % 6) {
      case 0:
        request = verb("create")
                      .set("room", any_room(random))
                      .set("grace_ms", random() % 40)
                      .set("time_to_live_ms", 1000 + random() % 1000)
                      .set("on_host_timeout", random() % 2 == 0 ? "pause" : "close");
        break;
      case 1:
        request = verb("status").set("room", any_room(random));
        break;
      case 2:
        request = verb("list");
        break;
      case 3:
        request = random() % 8 == 0 ? verb("end").set("room", any_room(random)) : verb("list");
        break;
      case 4:
        request = verb("edit").set("room", any_room(random)).set("max_viewers", 1 + random() % 20);
        break;
      default:
        break;
    }
    static_cast<void>(baton_.operate(std::move(request)));
  }

  void act_on(Seat& seat, Random& random) {
    FakeHandle& handle = *seat.handle;
    const auto dice = random() % 100;
    if (dice < 40) {
      listen(seat);
      // Most clients know what they are doing.
      if (seat.claim().session.empty() ? random() % 8 > 0 : random() % 16 == 0) {
        join(seat, random);
      } else {
        speak(seat, random);
      }
    } else if (dice < 44) {
      handle.setup_media();
    } else if (dice < 46) {
      handle.hangup();
    } else if (dice < 47) {
      handle.force_hangup_callback();
    } else if (dice < 49) {
      handle.query();
    } else if (dice < 50) {
      handle.detach();
    } else if (dice < 54) {
      handle.incoming_rtcp(MediaKind::video, MediaIndex(1),
                           random() % 2 == 0 ? picture_loss_indication() : any_bytes(random));
    } else {
      send_media(handle, random);
    }
  }

  void join(Seat& seat, Random& random) {
    static constexpr std::array kRoles{"viewer", "controller", "host", "host"};
    Json request = verb("join").set("room", any_room(random)).set("user", any_user(random));
    request.set("role", kRoles[random() % kRoles.size()]).set("subscribe", random() % 4 == 0);
    if (random() % 3 == 0) {
      request.set("resume_token", seat.claim().resume_token).set("attempt", random() % 10);
    }
    seat.handle->send_message(std::move(request));
  }

  void speak(Seat& seat, Random& random) {
    static constexpr std::array kVerbs{
        "publish",  "publish",   "subscribe",     "subscribe", "start",    "start",         "unpublish",
        "leave",    "heartbeat", "configure",     "promotion", "transfer", "backup",        "kick",
        "edit",     "sync",      "ready",         "ready",     "signal",   "signal",        "signal",
        "chat",     "control",   "await_ready",   "mute",      "lock",     "open_activity", "activity",
        "activity", "activity",  "close_activity"};
    const char* name = kVerbs[random() % kVerbs.size()];
    // A thief now and then, and somebody who speaks for his own second handle.
    const auto other = random() % 8 == 0 ? pick(random) : nullptr;
    const Claim claim = other ? other->claim() : seat.claim();
    Json request = verb(name).set("session", claim.session).set("session_version", claim.version);
    static constexpr std::array kActions{"claim", "request", "release", "grant", "revoke"};
    const char* action = kActions[name == std::string_view("promotion") ? 0 : random() % kActions.size()];
    request.set("user", any_user(random)).set("keyframe", true).set("action", action);
    request.set("muted", random() % 4 == 0).set("locked", random() % 16 == 0).set("timeout_ms", 100);
    request.set("number", ++number_).set("payload", any_json(random, 2)).set("text", "hello");
    play(name, request, random);
    if (random() % 4 == 0) {
      request.set("signals_received", random() % 32);
    }
    if (random() % 2 == 0) {
      request.set("room", any_room(random));
    }
    if (random() % 16 == 0) {
      request.set("user", any_json(random, 2));
    }
    std::optional<framework::Jsep> jsep;
    if (name == std::string_view("publish")) {
      jsep = offer_;
    } else if (name == std::string_view("start") || random() % 32 == 0) {
      jsep = answer_;
    }
    if (random() % 16 == 0) {
      seat.handle->send_message(any_json(random, 3), std::move(jsep));
    } else {
      seat.handle->send_message(std::move(request), std::move(jsep));
    }
  }

  /// The elements of the verbs that concern activities.
  static void play(std::string_view name, Json& request, Random& random) {
    static constexpr std::array kCommands{"start", "vote", "reveal", "next", "reset", "raise", "lower"};
    if (name == "open_activity") {
      request.set("kind", random() % 2 == 0 ? "poker" : "raised_hands");
    }
    request.set("version", random() % 8).set("command", kCommands[random() % kCommands.size()]);
    Json arguments = Json::object().set("card", "5").set("note", any_json(random, 2));
    request.set("arguments", random() % 8 == 0 ? any_json(random, 3) : std::move(arguments));
    if (random() % 8 == 0) {
      request.set("options", any_json(random, 2));
    }
  }

  void send_media(FakeHandle& handle, Random& random) {
    if (random() % 16 == 0) {
      handle.incoming_rtp(MediaKind::video, MediaIndex(1), any_bytes(random));
      return;
    }
    const auto sequence = static_cast<std::uint16_t>(++sequence_);
    const auto frame = random() % 4 == 0 ? media::test::Frame::key : media::test::Frame::delta;
    handle.incoming_rtp(MediaKind::video, MediaIndex(1),
                        media::test::make_rtp(
                            {.sequence = sequence,
                             .timestamp = sequence * 3000U,
                             .marker = media::Marker::set,
                             .payload = media::test::make_vp8(frame, media::test::Piece::first, sequence)}));
  }

  /// Takes what came in, and learns from it.
  void listen(Seat& seat) {
    while (const auto event = seat.handle->next_event(0ms)) {
      const auto kind = event->event.string("baton").value_or("");
      if (kind == "joined") {
        ++tally.joined;
        seat.learn({text_of(event->event, "session"), event->event.integer("session_version").value_or(0),
                    text_of(event->event, "resume_token")});
      }
      if (kind == "released") {
        seat.learn({"", 0, seat.claim().resume_token});
      }
      tally.published += kind == "published" ? 1 : 0;
      tally.subscribed += kind == "subscribed" ? 1 : 0;
      tally.started += kind == "started" ? 1 : 0;
      tally.refused += kind == "error" ? 1 : 0;
      tally.switched += kind == "program" ? 1 : 0;
      tally.chatted += kind == "chat" ? 1 : 0;
      tally.signals += kind == "signal" ? 1 : 0;
      tally.played += kind == "activity_changed" ? 1 : 0;
    }
  }

  static std::vector<std::uint8_t> any_bytes(Random& random) {
    std::vector<std::uint8_t> bytes(random() % 100);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
  }

  static Json any_json(Random& random, int depth) {
    static constexpr std::array kWords{"request", "join", "room", "session", "user", "status", "", "room-1"};
    const char* word = kWords[random() % kWords.size()];
    switch (random() % (depth > 0 ? 8 : 6)) {
      case 0:
        return {nullptr};
      case 1:
        return {random() % 2 == 0};
      case 2:
        return {static_cast<std::int64_t>(random()) * (random() % 2 == 0 ? 1 : -1)};
      case 3:
        return {0.5 * static_cast<double>(random() % 9)};
      case 4:
        return {word};
      case 5:
        return {std::string(random() % 5000, 'x')};
      case 6: {
        Json list = Json::array();
        for (auto left = random() % 70; left > 0; --left) {
          list.append(any_json(random, depth - 2));
        }
        return list;
      }
      default: {
        Json object = Json::object();
        for (auto left = random() % 6; left > 0; --left) {
          object.set(kWords[random() % kWords.size()], any_json(random, depth - 1));
        }
        return object;
      }
    }
  }

  Baton& baton_;
  const framework::Jsep offer_;
  const framework::Jsep answer_;
  std::atomic<std::uint32_t> sequence_{0};
  std::atomic<std::uint32_t> number_{0};
  std::mutex mutex_;
  std::vector<std::shared_ptr<Seat>> seats_{24};
};

TEST_CASE("In a storm of clients, with the plugin ending and beginning in it, no rule is broken") {
  const char* const given = std::getenv("BATON_TEST_SEED");
  const std::uint32_t seed =
      given != nullptr ? static_cast<std::uint32_t>(std::atol(given)) : std::random_device{}();
  INFO("BATON_TEST_SEED=" << seed);
  constexpr std::uint32_t kThreads = 4;
  constexpr int kLives = 5;
  constexpr int kLivesAtMost = 50;  // on a slow machine, until it was a storm
  constexpr auto kLife = 800ms;

  // What limits would keep out is what a storm is made of.
  Baton baton(
      "general: { keyframe_interval_ms = 100; session_messages = [1000000, 1000000];"
      "session_joins = [1000000, 1000000]; session_signals = [1000000, 1000000];"
      "session_chat = [1000000, 1000000]; session_heartbeats = [1000000, 1000000];"
      "room_joins = [1000000, 1000000]; room_chat = [1000000, 1000000];"
      "room_messages = [1000000, 1000000]; room_signals = [1000000, 1000000];"
      "wrong_secrets = [1000000, 1000000]; session_wrong_secrets = [1000000, 1000000] }\nroom-fixed: { }\n",
      {.jsep_push_delay = 1ms, .event_loops = 3}, kBatonWithRaisedHands);
  Storm storm(baton);
  std::atomic<bool> end{false};
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, random = Random(seed + i)]() mutable {
      for (std::uint32_t step = 1; !end; ++step) {
        storm.act(random);
        if (step % 32 == 0) {
          std::this_thread::sleep_for(1ms);  // lets the loops keep up
        }
      }
    });
  }
  for (int life = 1; life < kLives || (life < kLivesAtMost && !storm.tally.is_storm()); ++life) {
    std::this_thread::sleep_for(kLife);
    baton.gateway().destroy_plugin();
    std::this_thread::sleep_for(10ms);  // late callbacks
    REQUIRE(baton.gateway().init() == 0);
  }
  std::this_thread::sleep_for(kLife);
  CHECK(baton.operate(verb("exists").set("room", "fixed")).boolean("exists") == true);
  end = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(baton.gateway().shut_down(FakeGateway::Order::plugin_then_sessions) == std::vector<std::string>{});
  for (const std::string& line : FakeGateway::take_log()) {
    INFO(line);
    CHECK(line.find("failed") == std::string::npos);
    CHECK(line.find("threw") == std::string::npos);
  }

  INFO("joined " << storm.tally.joined << ", published " << storm.tally.published << ", subscribed "
                 << storm.tally.subscribed << ", started " << storm.tally.started << ", switched "
                 << storm.tally.switched << ", chatted " << storm.tally.chatted << ", signals "
                 << storm.tally.signals << ", played " << storm.tally.played << ", refused "
                 << storm.tally.refused);
  CHECK(storm.tally.is_storm());
}

}  // namespace
}  // namespace baton::testing
