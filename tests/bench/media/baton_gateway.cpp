// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdexcept>

#include "tests/bench/media/room_server.hpp"

namespace baton::bench {
namespace {

constexpr const char* kPlugin = "janus.plugin.baton";
// Nobody sends heartbeats here: nothing but media is measured.
constexpr json_int_t kPresence = 3'600'000;

std::string name_of(RoomNumber room) {
  return "bench-" + std::to_string(room.value());
}

Json in_session(const char* request, const json_t* joined) {
  return Json(json_pack("{s:s, s:O, s:O}", "request", request, "session", json_object_get(joined, "session"),
                        "session_version", json_object_get(joined, "session_version")));
}

class BatonGateway final : public RoomServer {
public:
  explicit BatonGateway(JanusLink& link) : link_(link) {}

  void create_room(RoomNumber room, std::size_t viewers, OnDone then) override {
    link_.open(kPlugin, [this, room, viewers, then = std::move(then)](JanusHandle handle) {
      Json body(json_pack("{s:s, s:s, s:I, s:I}", "request", "create", "room", name_of(room).c_str(),
                          "max_viewers", static_cast<json_int_t>(viewers), "presence_timeout_ms", kPresence));
      link_.message(handle, std::move(body), "", "", [then](const PluginAnswer&) { then(); });
    });
  }

  void publish(RoomNumber room, const std::string& offer, OnDescription then) override {
    link_.open(kPlugin, [this, room, offer, then = std::move(then)](JanusHandle handle) {
      join(handle, room, "host", "host", [this, handle, offer, then](const PluginAnswer& joined) {
        link_.message(handle, in_session("publish", joined.data), "offer", offer,
                      [then](const PluginAnswer& answer) { then(answer.sdp); });
      });
    });
  }

  void view(RoomNumber room, ViewerNumber viewer, Answer answer) override {
    link_.open(kPlugin, [this, room, viewer, answer = std::move(answer)](JanusHandle handle) {
      const auto user = "viewer-" + std::to_string(viewer.value());
      join(handle, room, user, "viewer", [this, handle, answer](const PluginAnswer& joined) {
        link_.message(handle, in_session("start", joined.data), "answer", answer(joined.sdp),
                      [](const PluginAnswer&) {});
      });
    });
  }

private:
  void join(JanusHandle handle, RoomNumber room, const std::string& user, const std::string& role,
            JanusLink::OnAnswer then) {
    const bool subscribes = role == "viewer";
    Json body(json_pack("{s:s, s:s, s:s, s:s, s:b}", "request", "join", "room", name_of(room).c_str(), "user",
                        user.c_str(), "role", role.c_str(), "subscribe", subscribes ? 1 : 0));
    link_.message(handle, std::move(body), "", "", std::move(then));
  }

  JanusLink& link_;
};

}  // namespace

std::unique_ptr<RoomServer> make_baton_gateway(JanusLink& link) {
  return std::make_unique<BatonGateway>(link);
}

}  // namespace baton::bench
