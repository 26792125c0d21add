// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "framework/handle.hpp"
#include "framework/janus_api.hpp"
#include "framework/json.hpp"
#include "framework/media_packet.hpp"
#include "tests/plugin/loop_thread.hpp"

/// Janus, as far as a plugin can see it, inside of a test: the same threads, the same order of calls, the
/// same reference counts, and a watch on the rules that Janus itself does not enforce.
///
///     FakeGateway gateway({.config_folder = folder}, FakeGateway::load(BATON_MINIMAL_PLUGIN));
///     REQUIRE(gateway.init() == 0);
///     const auto handle = gateway.attach();
///     const MessageResult result = handle->request(Json::object().set("request", "echo"));
///     CHECK(gateway.shut_down() == std::vector<std::string>{});
namespace baton::testing {

class FakeGateway;
class FakeHandle;

/// An event that the plugin pushed.
struct PushedEvent {
  std::string transaction;  ///< empty when it answers no request
  framework::SharedJson event;
  std::optional<framework::Jsep> jsep;
};

/// What `handle_message` answered.
struct MessageResult {
  janus_plugin_result_type type = JANUS_PLUGIN_ERROR;
  framework::SharedJson content{};  ///< with JANUS_PLUGIN_OK
  std::string text{};               ///< of an error, or the hint of JANUS_PLUGIN_OK_WAIT
};

/// An RTP or RTCP packet that the plugin sent.
struct RelayedPacket {
  framework::MediaIndex media_index;
  framework::MediaKind kind;
  std::vector<std::uint8_t> bytes;
  /// RTP only.
  std::optional<janus_plugin_rtp_extensions> extensions;
};

struct RelayedData {
  std::string label;
  std::string bytes;
};

struct GatewayOptions {
  std::filesystem::path config_folder{};
  /// How long `push_event` with a JSEP sleeps, as Janus does while it gathers candidates.
  std::chrono::milliseconds jsep_push_delay{0};
  /// `push_event` with a JSEP fails and sends nothing, as Janus does when it cannot make the PeerConnection.
  bool refuse_jsep = false;
  /// 0 gives each handle a thread of its own, which lives as long as the gateway; else handles share so many
  /// (Janus's `event_loops`).
  std::size_t event_loops = 0;
  /// How many messages run at once.
  std::size_t pool_threads = 4;
  /// Whether there are event handlers to notify.
  bool event_handlers = true;
  /// Whether `everything_said` is kept.
  bool remember_all = false;
};

/// A client's handle. Any thread. Methods named after loop callbacks run them on the handle's loop and return
/// at once; `sync` waits for them.
class FakeHandle : public std::enable_shared_from_this<FakeHandle> {
public:
  static constexpr std::chrono::milliseconds kPatience{5000};

  /// Sends a request on a thread of the pool. Requests of one handle may run at once and overtake each other.
  std::future<MessageResult> send_message(framework::Json body,
                                          std::optional<framework::Jsep> jsep = std::nullopt,
                                          std::string transaction = "transaction");
  /// The same, and waits for the answer.
  MessageResult request(framework::Json body, std::optional<framework::Jsep> jsep = std::nullopt,
                        std::string transaction = "transaction");
  /// The same for a request that Janus has already found a living handle for when the handle is detached, so
  /// that the plugin is called with a session that is gone.
  MessageResult request_overtaken_by_detach(framework::Json body);
  /// What the Admin API would show; the null view when the handle is gone or the plugin gave nothing.
  framework::SharedJson query();
  framework::SharedJson query_overtaken_by_detach();

  void setup_media();
  /// The bytes are handed over in a buffer that is overwritten and freed after the call.
  void incoming_rtp(framework::MediaKind kind, framework::MediaIndex media_index,
                    std::vector<std::uint8_t> packet,
                    std::optional<janus_plugin_rtp_extensions> extensions = std::nullopt);
  void incoming_rtcp(framework::MediaKind kind, framework::MediaIndex media_index,
                     std::vector<std::uint8_t> packet);
  void incoming_data(std::string label, std::string text);
  void data_ready();
  void slow_link(framework::SlowLink link);
  /// The PeerConnection goes down. Janus skips the callback when it was down already. Until the loop has told
  /// of it, nothing new begins on the handle.
  void hangup();
  /// Calls `hangup_media` whatever the state is.
  void force_hangup_callback();
  /// `push_event` with the next JSEP fails and sends nothing, after the PeerConnection has been made: so does
  /// Janus when it cannot gather candidates, or cannot make out the plugin's description.
  void refuse_next_jsep() { refuses_next_jsep_ = true; }
  /// From now on Janus believes that the PeerConnection is down, so it will not tell the plugin of a hangup.
  void mark_down() { alert_ = true; }
  /// The client detaches: a hangup if need be, then `destroy_session`, both on the loop.
  void detach();

  /// Waits until the loop has done all it was given so far.
  void sync();
  /// While one of these lives, the handle's loop is busy: what it has to tell comes later.
  class LoopHold {
  public:
    explicit LoopHold(LoopThread& loop);
    LoopHold(const LoopHold&) = delete;
    LoopHold& operator=(const LoopHold&) = delete;
    ~LoopHold() { over_.set_value(); }

  private:
    std::promise<void> over_;
  };
  [[nodiscard]] LoopHold hold_loop() { return LoopHold(loop_); }
  /// While one of these lives, Janus has not come to close what plugins ask it to close.
  [[nodiscard]] LoopHold hold_closing();
  /// While one of these lives, `push_event` for this handle does not return.
  [[nodiscard]] std::unique_lock<std::mutex> hold_events() { return std::unique_lock(push_mutex_); }

  /// Takes the oldest event that `accept` likes out of the inbox; waits for it.
  std::optional<PushedEvent> wait_event(const std::function<bool(const PushedEvent&)>& accept,
                                        std::chrono::milliseconds patience = kPatience);
  std::optional<PushedEvent> next_event(std::chrono::milliseconds patience = kPatience);
  /// Waits until at least `count` packets were relayed in all, and gives the copies.
  std::vector<RelayedPacket> wait_rtp(std::size_t count, std::chrono::milliseconds patience = kPatience);
  std::vector<RelayedPacket> rtp() const;
  std::vector<RelayedPacket> rtcp() const;
  std::vector<RelayedData> data() const;
  std::size_t pli_count() const { return plis_; }
  std::size_t close_pc_count() const { return close_pcs_; }
  std::optional<std::uint32_t> last_remb() const;
  /// `destroy_session` has run.
  bool detached() const { return app_handle_ == nullptr; }

private:
  friend class FakeGateway;
  friend struct GatewayCallbacks;

  FakeHandle(FakeGateway& gateway, LoopThread& loop) : gateway_(gateway), loop_(loop) {}
  MessageResult deliver(janus_plugin_session* session, const framework::SharedJson& body,
                        const std::optional<framework::Jsep>& jsep, const std::string& transaction);
  framework::SharedJson ask(janus_plugin_session* session);
  /// The session when Janus would go on with a request for it; else null.
  janus_plugin_session* living_session() const;
  void on_loop(const char* callback, std::function<void(janus_plugin_session*)> call);
  bool relaying_allowed() const { return !alert_ && !destroyed_; }
  /// Waits for the end of a PeerConnection that is going down, as Janus does before it looks at an offer; no
  /// when that takes too long.
  bool wait_until_clean() const;
  /// An offer makes the PeerConnection, unless there is one: then it is for that one.
  void ensure_peer_connection();

  FakeGateway& gateway_;
  LoopThread& loop_;
  std::atomic<janus_plugin_session*> app_handle_{nullptr};
  std::atomic<bool> destroyed_{false};
  std::atomic<bool> alert_{false};
  std::atomic<bool> has_peer_connection_{false};
  /// From a hangup until the loop has told of it.
  std::atomic<bool> cleaning_{false};
  /// The plugin asked for the end of the PeerConnection, which takes another thread; forgotten when there is
  /// another one by then.
  std::atomic<bool> closing_asked_{false};
  std::atomic<bool> refuses_next_jsep_{false};
  std::atomic<std::size_t> plis_{0};
  std::atomic<std::size_t> close_pcs_{0};

  std::mutex mutex_;  // Janus's handle mutex: held over query_session, taken by push_event with a JSEP

  std::mutex push_mutex_;

  mutable std::mutex record_mutex_;
  std::condition_variable recorded_;
  std::deque<PushedEvent> inbox_;
  std::vector<RelayedPacket> rtp_;
  std::vector<RelayedPacket> rtcp_;
  std::vector<RelayedData> data_;
  std::optional<std::uint32_t> remb_;
};

/// One per process at a time. Its functions are those that the loader, the API and the end of Janus's `main`
/// call.
class FakeGateway {
public:
  /// Loads a plugin's library as Janus does and calls its `create`. The library stays loaded. Throws what
  /// went wrong.
  static janus_plugin* load(const std::filesystem::path& library);

  /// Throws when the table lacks something that Janus's loader asks for.
  FakeGateway(GatewayOptions options, janus_plugin* plugin);
  /// Ends everything; aborts the test program if the plugin broke a rule and `shut_down` was not called.
  ~FakeGateway();
  FakeGateway(const FakeGateway&) = delete;
  FakeGateway& operator=(const FakeGateway&) = delete;

  /// What the plugin's `init` answers.
  int init();
  /// The plugin's `destroy`; callbacks go on. `init` may follow.
  void destroy_plugin();

  /// Null when the plugin refused.
  std::shared_ptr<FakeHandle> attach();
  framework::SharedJson admin_message(framework::Json request);

  /// At the end of Janus, sessions are destroyed first, but their callbacks run on other threads.
  enum class Order : std::uint8_t { sessions_then_plugin, plugin_then_sessions };
  /// Ends all handles and the plugin, waits for all threads, and says which rules the plugin broke (none is
  /// good).
  std::vector<std::string> shut_down(Order order = Order::sessions_then_plugin);

  /// Sessions that were created and whose memory is still counted.
  std::size_t live_sessions() const;
  std::vector<framework::SharedJson> notified_events() const;
  /// The text of every event, answer, description and notification that the plugin has given so far, with
  /// `remember_all`.
  std::vector<std::string> everything_said() const;
  janus_plugin& plugin() { return *plugin_; }

  /// Lines that the plugin logged since the last call, and the level up to which lines are written.
  static std::vector<std::string> take_log();
  static void set_log_level(int level);
  /// What the plugin will read as the version of Janus (1102 unless set).
  static void set_running_version(int number);

private:
  friend class FakeHandle;
  friend struct GatewayCallbacks;

  struct Promise {  // of a plugin: not to change this any more
    framework::SharedJson json;
    std::string text;
  };

  void violate(std::string rule);
  void remember(framework::JsonView said);
  bool is_alive(const janus_plugin_session* session) const;
  void check_promises();
  static void free_session(const janus_refcount* counter);

  const GatewayOptions options_;
  janus_plugin* const plugin_;
  bool initialized_ = false;
  bool shut_down_ = false;
  std::vector<std::unique_ptr<LoopThread>> loops_;
  std::size_t next_loop_ = 0;
  /// Where Janus closes what plugins ask it to close.
  std::unique_ptr<LoopThread> watchdog_ = std::make_unique<LoopThread>();
  std::vector<std::unique_ptr<LoopThread>> pool_;
  std::atomic<std::size_t> next_pool_{0};

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<FakeHandle>> handles_;
  std::set<const janus_plugin_session*> alive_;
  std::map<const janus_plugin_session*, int> created_;  // and how often each was freed
  std::vector<janus_plugin_session*> quarantine_;
  std::vector<Promise> promises_;
  std::vector<framework::SharedJson> notified_;
  std::vector<std::string> said_;
  std::vector<std::string> violations_;
};

}  // namespace baton::testing
