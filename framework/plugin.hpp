// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "framework/callback_counters.hpp"
#include "framework/gateway.hpp"
#include "framework/handle.hpp"
#include "framework/json.hpp"
#include "framework/media_packet.hpp"

/// What the author of a plugin writes:
///
///     class MyPlugin final : public framework::Plugin {
///      public:
///       static constexpr framework::PluginInfo kInfo{.package = "janus.plugin.mine", ...};
///       framework::InitResult init(const framework::PluginContext& context) override;
///       std::shared_ptr<framework::HandleHandler> create_handle(framework::Handle handle) override;
///     };
///     BATON_EXPORT_PLUGIN(MyPlugin)   // in one .cpp file, from export.hpp
///
/// Exceptions may leave any method: the framework catches and counts them, and gives Janus a sane answer.
namespace baton::framework {

/// What Janus shows of a plugin. The strings must be literals: Janus keeps the pointers until its end.
struct PluginInfo {
  const char* package;  ///< what clients attach to, such as "janus.plugin.mine"
  const char* name;
  const char* description;
  const char* author;
  const char* version_string;
  int version;
};

/// A text that lives as long as the program, which only a literal is sure to do.
class StaticText {
public:
  template <std::size_t n>
  consteval StaticText(const char (&text)[n]) : text_(text) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] const char* c_str() const { return text_; }

private:
  const char* text_;
};

/// Whether a plugin is ready to serve, or one sentence for the operator's log that says why it is not.
class [[nodiscard]] InitResult {
public:
  [[nodiscard]] static InitResult ready() { return {}; }
  [[nodiscard]] static InitResult failed(std::string reason) {
    InitResult result;
    result.reason_ = std::move(reason);
    return result;
  }
  [[nodiscard]] bool is_ready() const { return !reason_; }
  /// Only after a failure.
  [[nodiscard]] const std::string& reason() const { return *reason_; }

private:
  std::optional<std::string> reason_;
};

/// What a plugin gets to live with, from `init` to its destructor.
struct PluginContext {
  /// Outlives the plugin.
  std::shared_ptr<Gateway> gateway;
  /// The folder with the configuration files (`-F` of Janus).
  std::filesystem::path config_folder;
  /// Outlives the plugin.
  const CallbackCounters* counters;
};

/// A request of a client.
struct Message {
  std::string transaction;  ///< to be given back with each event that answers this request
  SharedJson body;          ///< whatever the client sent: Janus only checked that it is an object
  std::optional<Jsep> jsep;
};

/// The immediate answer to a request.
class Reply {
public:
  /// Answers now. `content` must be an object; refusals of the application belong here as well.
  [[nodiscard]] static Reply ok(Json content) { return Reply(Kind::ok, std::move(content), nullptr); }
  /// One or more events will answer, under the request's transaction.
  [[nodiscard]] static Reply accepted() { return Reply(Kind::accepted, Json(), nullptr); }
  /// The plugin itself is broken or stopping; the client gets Janus's error 462 with this text.
  [[nodiscard]] static Reply error(StaticText text) { return Reply(Kind::error, Json(), text.c_str()); }

  enum class Kind : std::uint8_t { ok, accepted, error };
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] Json take_content() { return std::move(content_); }
  [[nodiscard]] const char* error_text() const { return error_text_; }

private:
  Reply(Kind kind, Json content, const char* text)
      : kind_(kind), content_(std::move(content)), error_text_(text) {}

  Kind kind_;
  Json content_;
  const char* error_text_;
};

/// What the PeerConnection had been when it was hung up.
enum class HungUp : std::uint8_t {
  connected,        ///< `on_media_up` had been called
  never_connected,  ///< ICE or DTLS did not finish; or there was none at all: Janus says so before each
                    ///< detach
};

enum class DestroyReason : std::uint8_t {
  detached,         ///< by the client, by time-out of its session, or by `end_session`
  plugin_stopping,  ///< Janus is shutting down
};

/// The plugin's side of one handle. The framework owns it together with Janus's reference to the handle; a
/// plugin may keep further copies of the pointer, but not beyond its own life.
///
/// Threads. The *loop callbacks* (everything but `on_message` and `describe`) of one handle run one after the
/// other, on the thread that moves the handle's packets and, with Janus's `event_loops`, those of other
/// handles. They must not block and must not call `push_event`. `on_message` runs on any thread of a pool:
/// two of one handle may run at once and overtake each other, and one may still run during and after
/// `on_destroy`.
///
/// Order. `on_media_up` and `on_hangup(connected)` alternate: each PeerConnection that came up is hung up
/// exactly once, at the latest right before `on_destroy`. `on_destroy` comes exactly once and last of the
/// loop callbacks.
class HandleHandler {
public:
  HandleHandler() = default;
  HandleHandler(const HandleHandler&) = delete;
  HandleHandler& operator=(const HandleHandler&) = delete;
  virtual ~HandleHandler() = default;

  virtual Reply on_message(Message message) = 0;

  /// The PeerConnection is up: ICE and DTLS are through.
  virtual void on_media_up() {}
  /// A packet from the peer. Janus has replaced the SSRC and continued sequence numbers and timestamps over
  /// changes of source.
  virtual void on_rtp(const RtpPacket& packet) { static_cast<void>(packet); }
  virtual void on_rtcp(const RtcpPacket& packet) { static_cast<void>(packet); }
  virtual void on_data(const DataMessage& message) { static_cast<void>(message); }
  /// Data channels can be written (again).
  virtual void on_data_ready() {}
  virtual void on_slow_link(const SlowLink& link) { static_cast<void>(link); }
  /// `which` is down, and `Handle::peer_connection` answers with the next one from now on. What is told of it
  /// later, or was meant for it and comes later, concerns no other.
  virtual void on_hangup(HungUp what, PeerConnectionNumber which) {
    static_cast<void>(what);
    static_cast<void>(which);
  }
  virtual void on_destroy(DestroyReason reason) { static_cast<void>(reason); }

  /// What the Admin API shows of the handle (an object). Any thread, at any time, and under a lock of Janus's
  /// that `push_event` takes too: answer from a snapshot, wait for nothing.
  [[nodiscard]] virtual Json describe() { return Json::object(); }
};

/// The plugin as a whole. One is made for each `init` of Janus and destroyed by its `destroy`.
///
/// At `destroy` no new callback gets in, the framework waits for those inside, calls `on_hangup` and
/// `on_destroy` of the handles that are left, drops its references to handlers, and then runs the plugin's
/// destructor. So when the destructor runs, no thread but the plugin's own is inside of the plugin; it ends
/// those.
class Plugin {
public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  /// Reads the configuration and gets ready; nothing else is called before it succeeded. After a failure the
  /// plugin is destroyed, and Janus goes on without it.
  virtual InitResult init(const PluginContext& context) = 0;

  /// A client attached. Runs on the thread that serves all of Janus's requests, so it must not block. Null
  /// refuses the client. `handle` may be kept; until this has returned, everything sent over it is
  /// `handle_closed`.
  virtual std::shared_ptr<HandleHandler> create_handle(Handle handle) = 0;

  /// A request of the operator (`message_plugin` of the Admin API); `request` may be the null view. Runs on
  /// any thread; the answer should be an object.
  [[nodiscard]] virtual Json on_admin_message(SharedJson request);
};

}  // namespace baton::framework
