// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/handle_session.hpp"

#include <utility>

#include "core/media/ntp_time.hpp"
#include "core/media/rtcp_view.hpp"
#include "plugin/answer_encoder.hpp"
#include "plugin/ntp_clock.hpp"
#include "plugin/server.hpp"
#include "plugin/server_clock.hpp"
#include "transports/gateway/gateway_sink.hpp"

namespace baton::plugin {

HandleSession::HandleSession(framework::Handle handle, Server& server)
    : handle_(std::move(handle)), server_(server), gate_(server.session_rate_limits()) {}

std::optional<core::Duration> HandleSession::admit(Metered what, core::Instant now) {
  const std::lock_guard lock(gate_mutex_);
  return gate_.admit(what, now);
}

std::optional<core::Duration> HandleSession::admit_as_stranger(core::Instant now) {
  const std::lock_guard lock(gate_mutex_);
  return gate_.admit_from_outside(now);
}

std::optional<core::Duration> HandleSession::guesses_barred(core::Instant now) {
  const std::lock_guard lock(gate_mutex_);
  return gate_.guesses_barred(Metered::wrong_secrets, now);
}

void HandleSession::note_wrong_guess(core::Instant now) {
  const std::lock_guard lock(gate_mutex_);
  gate_.note_wrong(Metered::wrong_secrets, now);
}

void HandleSession::carry(HandleMedia media) {
  // What is counted is this PeerConnection's.
  for (Received* received : {&audio_, &video_}) {
    received->packets = 0;
    received->bytes = 0;
  }
  reported_jitter_ = -1;
  peer_connections_.carry(media.peer_connection);
  media_.give(std::move(media));
}

std::optional<framework::PeerConnectionNumber> HandleSession::end_media() {
  media_.give({});
  {
    const std::lock_guard lock(description_mutex_);
    description_.carries = "nothing";
    description_.direct_peer = nullptr;
  }
  return peer_connections_.end_media();
}

void HandleSession::describe_as(Description description) {
  const std::lock_guard lock(description_mutex_);
  description_ = std::move(description);
}

framework::Reply HandleSession::on_message(framework::Message message) {
  return server_.message(*this, std::move(message));
}

void HandleSession::on_media_up() {
  const HandleMedia& media = media_.look();
  if (media.program && media.peer_connection == handle_.peer_connection()) {
    // Straight to the worker: a viewer waits for this.
    server_.media_worker().post(
        [program = media.program, sink = media.sink](core::Instant now) { program->start_sink(sink, now); });
  }
  server_.media_up(connection());
}

void HandleSession::on_rtp(const framework::RtpPacket& packet) {
  const core::Instant arrived = now();
  arrivals_->note(arrived);
  const HandleMedia& media = media_.look();
  if (!media.feed) {
    not_publishing_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const auto kind =
      packet.kind == framework::MediaKind::audio ? transport::MediaKind::audio : transport::MediaKind::video;
  Received& received = kind == transport::MediaKind::audio ? audio_ : video_;
  received.packets.fetch_add(1, std::memory_order_relaxed);
  received.bytes.fetch_add(packet.bytes.size(), std::memory_order_relaxed);
  media.feed->incoming_rtp(kind, packet.bytes, transport::from_gateway(packet.extensions), arrived);
}

void HandleSession::on_rtcp(const framework::RtcpPacket& packet) {
  const core::Instant arrived = now();
  arrivals_->note(arrived);
  const HandleMedia& media = media_.look();
  if (media.feed) {
    media.feed->incoming_rtcp(arrived);
  } else if (media.program) {
    const auto rtcp = media::RtcpView::parse(packet.bytes);
    if (!rtcp) {
      malformed_rtcp_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    const media::RtcpSummary summary = rtcp->summary();
    if (summary.reception_report && packet.kind == framework::MediaKind::video) {
      reported_lost_.store(summary.reception_report->cumulative_lost, std::memory_order_relaxed);
      reported_jitter_.store(summary.reception_report->jitter, std::memory_order_relaxed);
      viewer_reported(media, *summary.reception_report, arrived);
    }
    if (summary.asks_for_keyframe()) {
      media.program->viewer_needs_keyframe(media.sink, arrived);
    }
  }
}

void HandleSession::viewer_reported(const HandleMedia& media, const media::ReportBlock& report,
                                    core::Instant arrived) {
  media.program->viewer_reported(media.sink, report, arrived);
  if (losses_of_ != media.sink) {
    losses_of_ = media.sink;
    losses_ = {};
  }
  // As the gateway computes it from the same report.
  const auto round_trip =
      media::round_trip_time(media::compact(read_wall_clock().time), report.last_sender_report, report.delay);
  using Verdict = media::UnmendedLosses::Verdict;
  const Verdict verdict = losses_.reported(report, round_trip, arrived);
  if (verdict == Verdict::unmended) {
    media.program->viewer_lost_for_good(media.sink, arrived);
  } else if (verdict == Verdict::many_unmended) {
    media.program->viewer_needs_keyframe(media.sink, arrived);
  } else {
    return;
  }
  unmended_losses_.fetch_add(1, std::memory_order_relaxed);
}

void HandleSession::on_hangup(framework::HungUp /*what*/, framework::PeerConnectionNumber which) {
  // No packet may ever come again to make this thread look: a room that has ended must not live on here.
  media_.drop_if([which](const HandleMedia& media) { return media.peer_connection <= which; });
  server_.hung_up(connection(), which);
}

void HandleSession::on_destroy(framework::DestroyReason /*reason*/) {
  server_.detached(connection());
}

GatewayPeerStatistics HandleSession::by_gateway() const {
  GatewayPeerStatistics statistics;
  statistics.audio = {audio_.packets.load(), audio_.bytes.load()};
  statistics.video = {video_.packets.load(), video_.bytes.load()};
  if (const std::int64_t jitter = reported_jitter_.load(); jitter >= 0) {
    statistics.video_reported = ReportedByViewer{reported_lost_.load(), static_cast<std::uint32_t>(jitter)};
  }
  statistics.not_publishing = not_publishing_.load();
  statistics.malformed_rtcp = malformed_rtcp_.load();
  return statistics;
}

framework::Json HandleSession::describe() {
  framework::Json refused;
  {
    const std::lock_guard lock(gate_mutex_);
    refused = encode_refused(gate_);
  }
  const std::lock_guard lock(description_mutex_);
  framework::Json json = framework::Json::object()
                             .set("carries", description_.carries)
                             .set("rate_limited", std::move(refused))
                             .set("drops", framework::Json::object()
                                               .set("not_publishing", not_publishing_.load())
                                               .set("malformed_rtcp", malformed_rtcp_.load()))
                             .set("unmended_losses", unmended_losses_.load());
  if (description_.room) {
    json.set("room", description_.room->value());
  }
  if (description_.user) {
    json.set("user", description_.user->value());
  }
  if (description_.direct_peer) {
    json.set("peer", encode_peer(description_.direct_peer->read(), read_clocks()));
  } else if (description_.carries != "nothing") {
    json.set("peer", encode_peer(by_gateway()));
  }
  return json;
}

}  // namespace baton::plugin
