// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdexcept>

#include "tests/bench/media/room_server.hpp"

namespace baton::bench {
namespace {

constexpr const char* kPlugin = "janus.plugin.videoroom";

// Ids are not 0.
json_int_t id_of(RoomNumber room) {
  return static_cast<json_int_t>(room.value()) + 1;
}

class VideoRoom final : public RoomServer {
public:
  explicit VideoRoom(JanusLink& link) : link_(link) {}

  void create_room(RoomNumber room, std::size_t /*viewers*/, OnDone then) override {
    link_.open(kPlugin, [this, room, then = std::move(then)](JanusHandle handle) {
      Json body(json_pack("{s:s, s:I, s:i, s:s}", "request", "create", "room", id_of(room), "publishers", 1,
                          "videocodec", "vp8"));
      link_.message(handle, std::move(body), "", "", [then](const PluginAnswer&) { then(); });
    });
  }

  void publish(RoomNumber room, const std::string& offer, OnDescription then) override {
    link_.open(kPlugin, [this, room, offer, then = std::move(then)](JanusHandle handle) {
      Json body(json_pack("{s:s, s:s, s:I, s:I}", "request", "joinandconfigure", "ptype", "publisher", "room",
                          id_of(room), "id", id_of(room)));
      link_.message(handle, std::move(body), "offer", offer,
                    [then](const PluginAnswer& answer) { then(answer.sdp); });
    });
  }

  void end_room(RoomNumber /*room*/, OnDone then) override { then(); }

  void view(RoomNumber room, ViewerNumber /*viewer*/, Answer answer) override {
    link_.open(kPlugin, [this, room, answer = std::move(answer)](JanusHandle handle) {
      Json body(json_pack("{s:s, s:s, s:I, s:[{s:I}]}", "request", "join", "ptype", "subscriber", "room",
                          id_of(room), "streams", "feed", id_of(room)));
      link_.message(handle, std::move(body), "", "", [this, handle, answer](const PluginAnswer& offer) {
        link_.message(handle, Json(json_pack("{s:s}", "request", "start")), "answer", answer(offer.sdp),
                      [](const PluginAnswer&) {});
      });
    });
  }

private:
  JanusLink& link_;
};

}  // namespace

std::unique_ptr<RoomServer> make_video_room(JanusLink& link) {
  return std::make_unique<VideoRoom>(link);
}

}  // namespace baton::bench
