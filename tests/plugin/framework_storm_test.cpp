// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "framework/export.hpp"
#include "framework/plugin.hpp"
#include "tests/plugin/fake_gateway.hpp"

/// Everything at once, at random, with the plugin destroyed and made anew in the middle.
namespace baton::testing {
namespace {

using namespace framework;
using namespace std::chrono_literals;

/// What must never happen, counted.
struct Faults {
  std::atomic<int> after_plugin{0};       // a callback or a handler's end without a plugin
  std::atomic<int> after_destroy{0};      // a loop callback after on_destroy
  std::atomic<int> two_at_once{0};        // two loop callbacks of one handle at the same time
  std::atomic<int> media_out_of_turn{0};  // on_media_up and on_hangup(connected) not in turns
  std::atomic<int> not_ended_once{0};     // a handler that did not get on_destroy exactly once
};
Faults faults;
std::atomic<bool> plugin_lives{false};
std::atomic<std::uint64_t> rtp_seen{0};
std::atomic<std::uint64_t> messages_seen{0};
std::atomic<std::uint64_t> handlers_made{0};

class StormHandle final : public HandleHandler {
public:
  explicit StormHandle(Handle handle) : handle_(std::move(handle)) { ++handlers_made; }
  ~StormHandle() override {
    check_plugin();
    if (ends_ != 1)
      ++faults.not_ended_once;
  }

  Reply on_message(Message message) override {
    check_plugin();
    ++messages_seen;
    handle_.push_event(message.transaction, Json::object().set("echo", message.body));
    if (message.body.boolean("hang up") == true)
      handle_.close_pc(handle_.peer_connection());
    if (message.body.boolean("end") == true)
      handle_.end_session();
    if (message.body.boolean("throw") == true)
      throw std::runtime_error("as asked");
    return Reply::ok(Json::object());
  }
  Json describe() override {
    check_plugin();
    return Json::object().set("packets", packets_.load());
  }
  void on_media_up() override {
    const Turn turn(*this);
    if (std::exchange(media_up_, true))
      ++faults.media_out_of_turn;
  }
  void on_rtp(const RtpPacket& packet) override {
    const Turn turn(*this);
    ++packets_;
    ++rtp_seen;
    handle_.relay_rtp(packet);
    if (packet.bytes.back() == 0)
      throw std::runtime_error("as asked");
  }
  void on_rtcp(const RtcpPacket& packet) override {
    const Turn turn(*this);
    handle_.relay_rtcp(packet);
    handle_.send_pli();
  }
  void on_hangup(HungUp what, PeerConnectionNumber /*which*/) override {
    const Turn turn(*this);
    if (media_up_ != (what == HungUp::connected))
      ++faults.media_out_of_turn;
    media_up_ = false;
  }
  void on_destroy(DestroyReason) override {
    const Turn turn(*this);
    if (media_up_)
      ++faults.media_out_of_turn;
    ++ends_;
  }

private:
  static void check_plugin() {
    if (!plugin_lives)
      ++faults.after_plugin;
  }

  /// What holds for every loop callback.
  class Turn {
  public:
    explicit Turn(StormHandle& handle) : handle_(handle) {
      check_plugin();
      if (handle_.busy_.exchange(true))
        ++faults.two_at_once;
      if (handle_.ends_ > 0)
        ++faults.after_destroy;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { handle_.busy_ = false; }

  private:
    StormHandle& handle_;
  };

  const Handle handle_;
  std::atomic<bool> busy_{false};
  std::atomic<std::uint64_t> packets_{0};
  // Not atomic: the framework promises that loop callbacks come one after the other.
  bool media_up_ = false;
  int ends_ = 0;
};

/// Has a thread of its own that sends over whatever handle it knows, as a control thread would.
class StormPlugin final : public Plugin {
public:
  static constexpr PluginInfo kInfo{.package = "janus.plugin.storm",
                                    .name = "Storm",
                                    .description = "For tests",
                                    .author = "Tests",
                                    .version_string = "0",
                                    .version = 0};
  StormPlugin() { plugin_lives = true; }
  ~StormPlugin() override {
    ending_ = true;
    control_.join();
    handles_.clear();
    plugin_lives = false;
  }

  InitResult init(const PluginContext&) override {
    control_ = std::thread([this] { control(); });
    return InitResult::ready();
  }
  std::shared_ptr<HandleHandler> create_handle(Handle handle) override {
    const std::lock_guard lock(mutex_);
    handles_.push_back(handle);
    if (handles_.size() > kKnown)
      handles_.erase(handles_.begin());
    return std::make_shared<StormHandle>(std::move(handle));
  }

private:
  static constexpr std::size_t kKnown = 16;

  void control() {
    const std::vector<std::uint8_t> packet(64, 0x80);
    while (!ending_) {
      std::vector<Handle> known;
      {
        const std::lock_guard lock(mutex_);
        known = handles_;
      }
      const SharedJson event = Json::object().set("tick", 1);
      for (const Handle& handle : known) {
        handle.push_event("", event);
        handle.relay_rtp({MediaIndex(0), MediaKind::video, packet, {}});
      }
      std::this_thread::sleep_for(1ms);
    }
  }

  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::vector<Handle> handles_;
  std::thread control_;
};

/// A few handles that all threads work on.
class Board {
public:
  std::shared_ptr<FakeHandle> pick(std::mt19937& random) {
    const std::lock_guard lock(mutex_);
    return slots_[random() % slots_.size()];
  }
  void put(std::mt19937& random, std::shared_ptr<FakeHandle> handle) {
    const std::lock_guard lock(mutex_);
    slots_[random() % slots_.size()].swap(handle);
    if (handle)
      handle->detach();
  }

private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<FakeHandle>> slots_{12};
};

void act(FakeGateway& gateway, Board& board, std::mt19937& random) {
  const auto dice = random() % 100;
  if (dice < 6) {
    board.put(random, gateway.attach());
    return;
  }
  const auto handle = board.pick(random);
  if (handle == nullptr)
    return;
  std::vector<std::uint8_t> packet(20 + random() % 50, 0x80);
  packet.back() = random() % 200 == 0 ? 0 : 1;
  if (dice < 8)
    handle->detach();
  else if (dice < 20)
    handle->send_message(Json::object()
                             .set("hang up", random() % 20 == 0)
                             .set("end", random() % 40 == 0)
                             .set("throw", random() % 40 == 0));
  else if (dice < 28)
    handle->query();
  else if (dice < 34)
    handle->setup_media();
  else if (dice < 38)
    handle->hangup();
  else if (dice < 42)
    handle->incoming_rtcp(MediaKind::video, MediaIndex(0), packet);
  else if (dice < 44)
    handle->sync();
  else
    handle->incoming_rtp(MediaKind::video, MediaIndex(0), packet);
}

TEST_CASE("In a storm of callbacks, with the plugin ending and beginning in it, every promise is kept") {
  const char* const given = std::getenv("BATON_TEST_SEED");
  const std::uint32_t seed =
      given != nullptr ? static_cast<std::uint32_t>(std::atol(given)) : std::random_device{}();
  INFO("BATON_TEST_SEED=" << seed);
  constexpr std::size_t kThreads = 4;
  constexpr int kLives = 30;
  constexpr auto kLife = 90ms;

  FakeGateway gateway({.event_loops = 3}, PluginExport<StormPlugin>::table());
  REQUIRE(gateway.init() == 0);
  Board board;
  std::atomic<bool> end{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i)
    threads.emplace_back([&, random = std::mt19937(seed + static_cast<std::uint32_t>(i))]() mutable {
      for (std::uint32_t step = 1; !end; ++step) {
        act(gateway, board, random);
        if (step % 64 == 0)
          std::this_thread::sleep_for(1ms);  // lets the loops keep up
      }
    });
  for (int life = 1; life < kLives; ++life) {
    std::this_thread::sleep_for(kLife);
    gateway.destroy_plugin();
    CHECK_FALSE(plugin_lives);
    std::this_thread::sleep_for(10ms);  // late callbacks
    REQUIRE(gateway.init() == 0);
  }
  std::this_thread::sleep_for(kLife);
  end = true;
  for (std::thread& thread : threads)
    thread.join();
  // A thread may have been about to put a handle down; only the gateway knows them all.
  CHECK(gateway.shut_down() == std::vector<std::string>{});

  CHECK(faults.after_plugin == 0);
  CHECK(faults.after_destroy == 0);
  CHECK(faults.two_at_once == 0);
  CHECK(faults.media_out_of_turn == 0);
  CHECK(faults.not_ended_once == 0);
  // The storm was one.
  CHECK(handlers_made > 50);
  CHECK(messages_seen > 200);
  CHECK(rtp_seen > 1000);
}

}  // namespace
}  // namespace baton::testing
