// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/room_media.hpp"

#include <algorithm>
#include <utility>

#include "framework/event_loops.hpp"
#include "plugin/random_rtp.hpp"
#include "plugin/sdp.hpp"
#include "plugin/secrets.hpp"

namespace baton::plugin {

namespace {

media::SourceId source_of(core::FeedId id) {
  return media::SourceId{id.value()};
}

media::ProgramIdentity random_identity(media::PayloadType payload_type) {
  return {random_ssrc(), payload_type, random_sequence(),
          media::RtpTimestamp::wrap(static_cast<std::int64_t>(random_number() & 0xFFFFFFFFU))};
}

transport::ProgramSettings program_settings(media::VideoCodec codec, const ServerSettings& server) {
  transport::ProgramSettings settings;
  settings.video_codec = codec;
  settings.audio = random_identity(kProgramPayloadTypes.audio);
  settings.video = random_identity(kProgramPayloadTypes.video);
  settings.last_picture = server.keyframe_cache_limits();
  settings.replay = server.replay_policy();
  settings.keyframe_interval = server.keyframe_interval;
  // Handing a packet to an event loop that many share wakes nobody as a rule: it is busy with the one before.
  if (!framework::shared_event_loops()) {
    settings.batch_window = server.batch_window;
  }
  return settings;
}

}  // namespace

RoomMedia::RoomMedia(media::VideoCodec codec, const ServerSettings& server, transport::MediaWorker& worker,
                     News news)
    : codec_(codec),
      worker_(worker),
      news_(std::move(news)),
      program_(std::make_shared<transport::Program>(program_settings(codec, server), worker)) {
  worker_.post([&worker, program = program_, on_switch = news_.on_switch](core::Instant) {
    worker.watch_program(program, on_switch);
  });
}

RoomMedia::~RoomMedia() {
  worker_.post([&worker = worker_, program = program_](core::Instant) { worker.unwatch_program(program); });
}

std::shared_ptr<transport::Feed> RoomMedia::open_feed(core::FeedId id, const core::UserId& user,
                                                      core::ConnectionId connection,
                                                      std::shared_ptr<transport::KeyframeSource> keyframes) {
  auto feed = std::make_shared<transport::Feed>(source_of(id), program_, std::move(keyframes), worker_);
  feeds_.insert_or_assign(id, OpenFeed{feed, user, connection, OpenFeed::Followed::never});
  return feed;
}

void RoomMedia::mute_feed(core::FeedId id, core::Muting muting) {
  if (const auto found = feeds_.find(id); found != feeds_.end()) {
    found->second.feed->set_audio(muting == core::Muting::muted ? transport::AudioState::muted
                                                                : transport::AudioState::heard);
  }
}

void RoomMedia::end_feed(core::FeedId id) {
  if (const auto found = feeds_.find(id); found != feeds_.end()) {
    if (found->second.followed == OpenFeed::Followed::once) {
      ended_.push_back({id, std::move(found->second.user)});
    }
    feeds_.erase(found);
  }
  if (ended_.size() > kEndedFeeds) {
    ended_.pop_front();
  }
  if (followed_ == id) {
    followed_.reset();
  }
  worker_.post([program = program_, source = source_of(id)](core::Instant now) {
    program->source_ended(source, now);
  });
}

std::optional<core::FeedId> RoomMedia::connected(core::ConnectionId connection) {
  for (const auto& [id, open] : feeds_) {
    if (open.connection == connection) {
      worker_.post([program = program_, source = source_of(id)](core::Instant now) {
        program->source_connected(source, now);
      });
      return id;
    }
  }
  return std::nullopt;
}

void RoomMedia::follow(std::optional<core::FeedId> id) {
  followed_ = id;
  const auto found = id ? feeds_.find(*id) : feeds_.end();
  if (found == feeds_.end()) {
    worker_.post([program = program_](core::Instant now) { program->follow_nobody(now); });
    return;
  }
  found->second.followed = OpenFeed::Followed::once;
  worker_.post([program = program_, feed = found->second.feed](core::Instant now) {
    program->follow(feed->source(), feed->keyframes(), now);
  });
}

void RoomMedia::watch(core::FeedId id, std::optional<core::Instant> seen) {
  const auto found = feeds_.find(id);
  if (found == feeds_.end()) {
    return;
  }
  worker_.post([&worker = worker_, feed = found->second.feed, seen,
                on_resumed = news_.on_resumed](core::Instant) { worker.watch_feed(feed, seen, on_resumed); });
}

std::optional<core::Instant> RoomMedia::last_arrival(core::FeedId id) const {
  const auto found = feeds_.find(id);
  return found == feeds_.end() ? std::nullopt : found->second.feed->last_arrival();
}

std::optional<core::ConnectionId> RoomMedia::connection_of(core::FeedId id) const {
  const auto found = feeds_.find(id);
  if (found == feeds_.end()) {
    return std::nullopt;
  }
  return found->second.connection;
}

transport::SinkId RoomMedia::open_sink(core::ConnectionId connection,
                                       std::shared_ptr<transport::MediaSink> sink) {
  end_sink(connection);
  // One connection has one subscription at a time, but one after the other: each has a name of its own.
  const transport::SinkId id{random_number()};
  sinks_.insert_or_assign(connection, id);
  worker_.post([program = program_, id, sink = std::move(sink), first_audio = random_sequence(),
                first_video = random_sequence()](core::Instant) mutable {
    program->add_sink(id, std::move(sink), first_audio, first_video);
  });
  return id;
}

void RoomMedia::end_sink(core::ConnectionId connection) {
  const auto found = sinks_.find(connection);
  if (found == sinks_.end()) {
    return;
  }
  worker_.post([program = program_, id = found->second](core::Instant) { program->remove_sink(id); });
  sinks_.erase(found);
}

void RoomMedia::request_keyframe(core::ConnectionId connection) {
  const auto found = sinks_.find(connection);
  // The name of no sink is fine: then the source is asked.
  const transport::SinkId id = found == sinks_.end() ? transport::SinkId{} : found->second;
  worker_.post([program = program_, id](core::Instant now) { program->viewer_needs_keyframe(id, now); });
}

std::optional<ProgramView> RoomMedia::switched(const transport::ProgramSwitch& change) {
  const core::UserId* user = user_of(core::FeedId(change.source.value));
  if (user == nullptr) {
    return std::nullopt;
  }
  const bool held = change.state == transport::ProgramSwitch::State::held;
  view_ = ProgramView{held ? ProgramView::State::held : ProgramView::State::on_air, *user, change.at};
  return view_;
}

const core::UserId* RoomMedia::user_of(core::FeedId id) const {
  if (const auto open = feeds_.find(id); open != feeds_.end()) {
    return &open->second.user;
  }
  const auto ended = std::ranges::find(ended_, id, &EndedFeed::id);
  return ended == ended_.end() ? nullptr : &ended->user;
}

std::optional<core::Instant> RoomMedia::source_picture_began() const {
  const auto found = followed_ ? feeds_.find(*followed_) : feeds_.end();
  return found == feeds_.end() ? std::nullopt : found->second.feed->picture_began();
}

}  // namespace baton::plugin
