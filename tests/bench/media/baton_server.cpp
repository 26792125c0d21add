// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <stdexcept>

#include "tests/bench/media/room_server.hpp"

namespace baton::bench {
namespace {

constexpr const char* kPlugin = "janus.plugin.baton";
// Nobody sends heartbeats here: nothing but media is measured.
constexpr json_int_t kPresence = 3'600'000;
constexpr const char* kSecret = "bench";

std::string name_of(RoomNumber room) {
  return "bench-" + std::to_string(room.value());
}

Json in_session(const char* request, const json_t* joined) {
  return Json(json_pack("{s:s, s:O, s:O}", "request", request, "session", json_object_get(joined, "session"),
                        "session_version", json_object_get(joined, "session_version")));
}

/// How media travel, and with it where descriptions stand in messages.
enum class Transport : std::uint8_t { gateway, direct };

class BatonServer final : public RoomServer {
public:
  BatonServer(JanusLink& link, Transport transport) : link_(link), transport_(transport) {}

  void create_room(RoomNumber room, std::size_t viewers, OnDone then) override {
    link_.open(kPlugin, [this, room, viewers, then = std::move(then)](JanusHandle handle) {
      Json body(json_pack("{s:s, s:s, s:s, s:I, s:I}", "request", "create", "room", name_of(room).c_str(),
                          "secret", kSecret, "max_viewers", static_cast<json_int_t>(viewers),
                          "presence_timeout_ms", kPresence));
      link_.message(handle, std::move(body), "", "", [then](const PluginAnswer&) { then(); });
    });
  }

  void publish(RoomNumber room, const std::string& offer, OnDescription then) override {
    link_.open(kPlugin, [this, room, offer, then = std::move(then)](JanusHandle handle) {
      join(handle, room, "host", "host", [this, handle, offer, then](const PluginAnswer& joined) {
        describe(handle, in_session("publish", joined.data), "offer", offer,
                 [this, then](const PluginAnswer& answer) { then(sdp_of(answer)); });
      });
    });
  }

  void view(RoomNumber room, ViewerNumber viewer, Answer answer) override {
    link_.open(kPlugin, [this, room, viewer, answer = std::move(answer)](JanusHandle handle) {
      const auto user = "viewer-" + std::to_string(viewer.value());
      join(handle, room, user, "viewer", [this, handle, answer](const PluginAnswer& joined) {
        describe(handle, in_session("start", joined.data), "answer", answer(sdp_of(joined)),
                 [](const PluginAnswer&) {});
      });
    });
  }

  void end_room(RoomNumber room, OnDone then) override {
    link_.open(kPlugin, [this, room, then = std::move(then)](JanusHandle handle) {
      Json body(
          json_pack("{s:s, s:s, s:s}", "request", "end", "room", name_of(room).c_str(), "secret", kSecret));
      link_.message(handle, std::move(body), "", "", [then](const PluginAnswer&) { then(); });
    });
  }

private:
  void join(JanusHandle handle, RoomNumber room, const std::string& user, const std::string& role,
            JanusLink::OnAnswer then) {
    const bool subscribes = role == "viewer";
    Json body(json_pack("{s:s, s:s, s:s, s:s, s:b}", "request", "join", "room", name_of(room).c_str(), "user",
                        user.c_str(), "role", role.c_str(), "subscribe", subscribes ? 1 : 0));
    if (transport_ == Transport::direct) {
      json_object_set_new(body.get(), "transport", json_string("direct"));
    }
    link_.message(handle, std::move(body), "", "", std::move(then));
  }

  /// Sends a description where this transport has it.
  void describe(JanusHandle handle, Json body, const std::string& type, const std::string& sdp,
                JanusLink::OnAnswer then) {
    if (transport_ == Transport::gateway) {
      link_.message(handle, std::move(body), type, sdp, std::move(then));
      return;
    }
    json_object_set_new(body.get(), "transport", json_string("direct"));
    json_object_set_new(body.get(), "sdp", json_string(sdp.c_str()));
    link_.message(handle, std::move(body), "", "", std::move(then));
  }

  [[nodiscard]] std::string_view sdp_of(const PluginAnswer& answer) const {
    if (transport_ == Transport::gateway) {
      return answer.sdp;
    }
    const char* sdp = json_string_value(json_object_get(answer.data, "sdp"));
    return sdp != nullptr ? sdp : "";
  }

  JanusLink& link_;
  const Transport transport_;
};

}  // namespace

std::unique_ptr<RoomServer> make_baton_gateway(JanusLink& link) {
  return std::make_unique<BatonServer>(link, Transport::gateway);
}

std::unique_ptr<RoomServer> make_baton_direct(JanusLink& link) {
  return std::make_unique<BatonServer>(link, Transport::direct);
}

}  // namespace baton::bench
