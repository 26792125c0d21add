// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "core/command.hpp"
#include "core/ids.hpp"
#include "core/media/video_codec.hpp"
#include "plugin/config_keys.hpp"
#include "plugin/program_view.hpp"
#include "transports/feed.hpp"
#include "transports/media_worker.hpp"
#include "transports/program.hpp"

namespace baton::plugin {

/// The media of one room: its program, its feeds and its subscriptions. Lives on the control thread, and
/// changes the program only through the media worker, so that the two never wait for one another.
class RoomMedia {
public:
  /// News from the media worker; called there, must only hand them on.
  struct News {
    transport::MediaWorker::OnSwitch on_switch;
    transport::MediaWorker::OnResumed on_resumed;
  };

  /// `worker` outlives the room.
  RoomMedia(media::VideoCodec codec, const ServerSettings& server, transport::MediaWorker& worker, News news);
  /// The worker lets go of the program.
  ~RoomMedia();
  RoomMedia(const RoomMedia&) = delete;
  RoomMedia& operator=(const RoomMedia&) = delete;

  /// A publication begins; `keyframes` is null for one without video.
  std::shared_ptr<transport::Feed> open_feed(core::FeedId id, const core::UserId& user,
                                             core::ConnectionId connection,
                                             std::shared_ptr<transport::KeyframeSource> keyframes);
  void mute_feed(core::FeedId id, core::Muting muting);
  void end_feed(core::FeedId id);
  /// The connection's PeerConnection is up. The feed that it carries, if it does.
  [[nodiscard]] std::optional<core::FeedId> connected(core::ConnectionId connection);
  /// Who goes on air.
  void follow(std::optional<core::FeedId> id);
  /// Tells by `News::on_resumed` when something arrives from a silent feed after `seen`, the last arrival
  /// that is known.
  void watch(core::FeedId id, std::optional<core::Instant> seen);
  [[nodiscard]] std::optional<core::Instant> last_arrival(core::FeedId id) const;
  [[nodiscard]] std::optional<core::FeedId> followed() const { return followed_; }
  [[nodiscard]] std::optional<core::ConnectionId> connection_of(core::FeedId id) const;

  /// A subscription begins. Its sink starts when its PeerConnection is up: `start_sink` of the program.
  transport::SinkId open_sink(core::ConnectionId connection, std::shared_ptr<transport::MediaSink> sink);
  /// Ends the subscription of the connection, if it has one.
  void end_sink(core::ConnectionId connection);

  /// Somebody asks for a key frame by name, as a subscriber would by PLI.
  void request_keyframe(core::ConnectionId connection);

  /// The worker saw the program switch; what viewers are to be told. Nothing if it is not known any more
  /// whose feed that was.
  [[nodiscard]] std::optional<ProgramView> switched(const transport::ProgramSwitch& change);
  [[nodiscard]] const ProgramView& view() const { return view_; }
  /// When the first packet of the picture of the feed that is followed came in.
  [[nodiscard]] std::optional<core::Instant> source_picture_began() const;

  [[nodiscard]] const std::shared_ptr<transport::Program>& program() const { return program_; }
  [[nodiscard]] media::VideoCodec video_codec() const { return codec_; }

private:
  struct OpenFeed {
    std::shared_ptr<transport::Feed> feed;
    core::UserId user;
    core::ConnectionId connection;
    enum class Followed : std::uint8_t { never, once } followed = Followed::never;
  };
  struct EndedFeed {
    core::FeedId id;
    core::UserId user;
  };
  /// The worker tells of a switch some time after it, when the feed may be over. Only feeds that were
  /// followed can be told of, and those follow each other no faster than hosts do.
  static constexpr std::size_t kEndedFeeds = 16;

  [[nodiscard]] const core::UserId* user_of(core::FeedId id) const;

  const media::VideoCodec codec_;
  transport::MediaWorker& worker_;
  News news_;
  std::shared_ptr<transport::Program> program_;
  std::map<core::FeedId, OpenFeed> feeds_;
  /// Feeds that ended while the program followed them, or after it did; the latest last.
  std::deque<EndedFeed> ended_;
  std::unordered_map<core::ConnectionId, transport::SinkId> sinks_;
  std::optional<core::FeedId> followed_;
  ProgramView view_;
};

}  // namespace baton::plugin
