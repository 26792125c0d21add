// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "framework/gateway.hpp"

struct janus_callbacks;
struct janus_plugin;
struct janus_plugin_session;

/// Janus itself, seen from a plugin.
namespace baton::framework {

/// Janus's callback table and this plugin's identity. Both belong to Janus or are static, and live for ever.
class JanusGateway final : public Gateway {
public:
  JanusGateway(janus_callbacks& callbacks, janus_plugin& table) : callbacks_(callbacks), table_(table) {}

  [[nodiscard]] EventHandlers event_handlers() const override;
  SendResult notify_event(Json event) override;
  SendResult notify_event(const Handle& handle, Json event) override;
  [[nodiscard]] TokenCheck check_token(const std::string& token) const override;
  [[nodiscard]] TokenCheck check_token(const std::string& token,
                                       const std::string& descriptor) const override;

  /// From now on nothing reaches Janus.
  void stop() { stopped_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_stopped() const { return stopped_.load(std::memory_order_relaxed); }

  [[nodiscard]] janus_callbacks& callbacks() const { return callbacks_; }
  [[nodiscard]] janus_plugin& table() const { return table_; }

private:
  friend class JanusHandleLink;

  SendResult notify(janus_plugin_session* session, Json event);

  janus_callbacks& callbacks_;
  janus_plugin& table_;
  std::atomic<bool> stopped_{false};
};

/// A Janus handle. Owns the one reference to the `janus_plugin_session` that Janus gives to the plugin and
/// drops it in its destructor; so all copies of a `Handle` together hold that one reference, and may outlive
/// `destroy_session`. Janus sets the session's count up only after `create_session` has returned, so before
/// `adopt_reference` nothing of it is touched.
class JanusHandleLink final : public HandleLink {
public:
  JanusHandleLink(HandleId id, janus_plugin_session& session, std::shared_ptr<JanusGateway> gateway)
      : id_(id), session_(session), gateway_(std::move(gateway)) {}
  ~JanusHandleLink() override;

  /// The last act of a successful `create_session`: the reference is the plugin's and the handle is open.
  void adopt_reference();
  /// The handle is detached: nothing may be sent over it any more.
  void close() { state_.store(State::closed, std::memory_order_relaxed); }

  /// Janus tells of the end of the PeerConnection that there is: its number. Those who ask later are told the
  /// next one's. On the handle's loop, before Janus can make another one.
  [[nodiscard]] PeerConnectionNumber peer_connection_ended();

  [[nodiscard]] HandleId id() const override { return id_; }
  [[nodiscard]] PeerConnectionNumber peer_connection() const override {
    return PeerConnectionNumber(ended_.load(std::memory_order_acquire));
  }
  SendResult push_event(const std::string& transaction, const SharedJson& event, const Jsep* jsep) override;
  SendResult relay_rtp(const RtpPacket& packet) override;
  SendResult relay_rtcp(const RtcpPacket& packet) override;
  SendResult relay_data(const DataMessage& message) override;
  SendResult send_pli(std::optional<MediaIndex> media_index) override;
  SendResult send_remb(std::uint32_t bits_per_second) override;
  SendResult close_pc(PeerConnectionNumber which) override;
  SendResult end_session() override;

private:
  friend class JanusGateway;
  enum class State : std::uint8_t { not_attached, open, closed };

  template <class Call>
  SendResult if_open(Call&& call);

  const HandleId id_;
  janus_plugin_session& session_;
  const std::shared_ptr<JanusGateway> gateway_;
  // Only a hint that saves work: Janus checks again, and the session's memory is ours. So relaxed is enough.
  std::atomic<State> state_{State::not_attached};
  // Held while Janus is asked to close a PeerConnection, so that this one cannot end, and the next one be
  // made, between the look at the number and the call. Janus only puts a note into a queue then, and forgets
  // the note when another PeerConnection is made first.
  std::mutex closing_mutex_;
  std::atomic<std::uint64_t> ended_{0};  // Written under closing_mutex_.
};

}  // namespace baton::framework
