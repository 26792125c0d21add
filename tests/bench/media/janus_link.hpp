// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <jansson.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace baton::bench {

struct FreeJson {
  void operator()(json_t* json) const { json_decref(json); }
};
using Json = std::unique_ptr<json_t, FreeJson>;

/// One handle of a plugin, in a session of its own.
struct JanusHandle {
  std::uint64_t session = 0;
  std::uint64_t handle = 0;
};

/// What came of a request to a plugin. Borrowed.
struct PluginAnswer {
  const json_t* data = nullptr;  ///< `plugindata.data`
  std::string_view sdp;          ///< of the `jsep`; empty for none
};

/// The Janus API over its Unix socket: any number of sessions on one connection. Answers come out of turn().
/// A refusal throws std::runtime_error there, as nothing of a measurement is worth anything after it.
class JanusLink {
public:
  explicit JanusLink(const std::string& path);
  ~JanusLink();
  JanusLink(const JanusLink&) = delete;
  JanusLink& operator=(const JanusLink&) = delete;

  using OnHandle = std::function<void(JanusHandle)>;
  using OnAnswer = std::function<void(const PluginAnswer&)>;

  /// Makes a session and attaches a handle to this plugin.
  void open(const std::string& plugin, OnHandle then);
  /// `jsep_type` is "offer" or "answer", or empty with an empty `sdp`.
  void message(JanusHandle to, Json body, const std::string& jsep_type, const std::string& sdp,
               OnAnswer then);

  /// Ends all sessions. Janus 1.1.2 can crash at its end when it still has something to say to one over this
  /// transport.
  void end_sessions();
  /// Sessions that have not ended yet.
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

  [[nodiscard]] int descriptor() const { return socket_; }
  /// Takes what has arrived.
  void turn();
  /// PeerConnections that Janus said had ended.
  [[nodiscard]] std::uint64_t hangups() const { return hangups_; }

private:
  using OnMessage = std::function<void(const json_t*)>;
  void send(Json message, OnMessage then);
  void receive(const json_t* message);
  void write_waiting();

  int socket_;
  std::uint64_t last_transaction_ = 0;
  std::unordered_map<std::uint64_t, OnMessage> waiting_;
  std::set<std::uint64_t> sessions_;
  std::deque<std::string> unsent_;
  std::vector<char> buffer_;
  std::uint64_t hangups_ = 0;
};

}  // namespace baton::bench
