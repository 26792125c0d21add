// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/publishers.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "core/media/rtcp_view.hpp"
#include "core/media/rtcp_writer.hpp"
#include "tests/bench/media/timed_receiver.hpp"

namespace baton::bench {
namespace {

namespace direct = transport::direct;
using direct::PeerId;

constexpr auto kFrameTime = core::Duration(1'000'000 / kFramesPerSecond);
constexpr auto kSlowFrameTime = kFrameTime * 6;
constexpr std::size_t kPacketsAtOnce = 3;
constexpr auto kPacerInterval = std::chrono::milliseconds(5);
constexpr auto kReportInterval = std::chrono::seconds(1);
// Deadlines of handshakes.
constexpr auto kLongestWait = std::chrono::milliseconds(10);
constexpr std::uint32_t kFirstSource = 0x10000000;

media::NtpTime wall_clock() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  constexpr std::uint64_t kSecondsFrom1900To1970 = 2'208'988'800;
  const auto fraction = (static_cast<std::uint64_t>(time.tv_nsec) << 32U) / 1'000'000'000;
  return {((static_cast<std::uint64_t>(time.tv_sec) + kSecondsFrom1900To1970) << 32U) | fraction};
}

std::size_t index_of(PeerId peer) {
  return peer.value() - 1;
}

}  // namespace

Publishers::Publishers(IceSide side, const direct::SocketAddress& ip,
                       std::shared_ptr<const direct::DtlsContext> context, std::size_t rooms)
    : port_(open_client_port(side, ip, std::move(context), *this)), room_count_(rooms) {}

Publishers::~Publishers() {
  if (thread_.joinable()) {
    stop();
  }
}

media::Ssrc Publishers::source_of(RoomNumber room) {
  return {kFirstSource + static_cast<std::uint32_t>(room.value())};
}

void Publishers::add(const direct::IceCredentials& own, const ServerSide& server) {
  rooms_.push_back(std::make_unique<Room>());
  rooms_.back()->payload_type = server.video;
  port_->add(PeerId(rooms_.size()), own, server);
}

void Publishers::start(Arrival arrival) {
  arrival_ = arrival;
  report_.lateness.reserve(std::size_t{1} << 20U);
  const auto now = monotonic_now();
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    // Rooms are independent of one another: their frames are spread over the time of one.
    rooms_[i]->frame_due =
        now + kFrameTime * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(room_count_);
  }
  thread_ = std::thread([this] { run(); });
}

PacketWindow Publishers::window_from_now(RoomNumber room, std::chrono::seconds length) const {
  const auto frame = rooms_[room.value()]->next.load() / kPacketsPerFrame + 2;
  return {PacketNumber(frame * kPacketsPerFrame),
          static_cast<std::uint64_t>(length.count()) * kPacketsPerSecond};
}

PublishingReport Publishers::stop() {
  stopping_ = true;
  thread_.join();
  return std::move(report_);
}

void Publishers::on_connected(PeerId peer, direct::SrtpProfile /*profile*/, core::Instant /*now*/) {
  rooms_[index_of(peer)]->connected = true;
  ++connected_;
}

void Publishers::on_gone(PeerId peer, direct::GoneReason reason, core::Instant /*now*/) {
  std::fprintf(stderr, "The publisher of room %zu is gone: %s\n", index_of(peer), direct::to_string(reason));
  rooms_[index_of(peer)]->connected = false;
}

void Publishers::on_rtcp(PeerId peer, media::ByteSpan packet, core::Instant /*now*/) {
  const auto compound = media::RtcpView::parse(packet);
  if (!compound) {
    return;
  }
  auto packets = compound->packets();
  while (const auto one = packets.next()) {
    if (one->is_picture_loss_indication() || one->is_full_intra_request()) {
      ++report_.keyframes_asked_for;
      rooms_[index_of(peer)]->next_frame = FrameKind::key;
    }
    auto lost = one->lost_packets();
    while (lost.next()) {
      ++report_.negative_acknowledgements;
    }
  }
}

void Publishers::on_unsent(const direct::Unsent& unsent, core::Instant /*now*/) {
  report_.unsent += unsent.count;
}

core::Instant Publishers::due(const Room& room) const {
  const auto place = room.next.load(std::memory_order_relaxed) % kPacketsPerFrame;
  const auto group = static_cast<std::int64_t>(place / kPacketsAtOnce);
  return room.frame_due + (arrival_ == Arrival::paced ? kPacerInterval * group : core::Duration(0));
}

void Publishers::wait_until(core::Instant time) const {
  const auto left = std::clamp<core::Duration>(time - monotonic_now(), core::Duration(0), kLongestWait);
  const timespec patience{0, left.count() * 1000};
  pollfd readable{port_->descriptor(), POLLIN, 0};
  (void)ppoll(&readable, 1, &patience, nullptr);
}

void Publishers::send_due(std::size_t index, core::Instant now) {
  Room& room = *rooms_[index];
  for (auto when = due(room); when <= now; when = due(room)) {
    const std::uint64_t number = room.next.load(std::memory_order_relaxed);
    if (room.connected) {
      if (number % kPacketsPerFrame == 0) {
        frame_ = std::exchange(room.next_frame, FrameKind::delta);
      }
      std::array<std::uint8_t, kStreamPacketBytes> buffer;
      const auto sent = monotonic_now();
      const auto size = write_stream_packet({RoomNumber(index), PacketNumber(number), frame_, sent,
                                             source_of(RoomNumber(index)), room.payload_type},
                                            buffer);
      port_->send_rtp(PeerId(index + 1), media::ByteView(buffer).first(size), now);
      ++room.packets_sent;
      if (report_.lateness.size() < report_.lateness.capacity()) {
        report_.lateness.push_back(static_cast<std::uint32_t>((sent - when).count()));
      }
      room.next.store(number + 1, std::memory_order_relaxed);
    }
    if (!room.connected || (number + 1) % kPacketsPerFrame == 0) {
      room.frame_due += rate_ == FrameRate::full ? kFrameTime : kSlowFrameTime;
    }
  }
  port_->flush(now);
}

void Publishers::send_report(std::size_t index, core::Instant now) {
  Room& room = *rooms_[index];
  if (!room.connected || now < room.report_due) {
    return;
  }
  room.report_due = now + kReportInterval;
  const auto frame = room.next.load(std::memory_order_relaxed) / kPacketsPerFrame;
  const auto source = source_of(RoomNumber(index));
  std::array<std::uint8_t, 200> buffer;
  media::RtcpWriter writer(buffer, media::RtcpForm::compound);
  const auto refused = writer.sender_report(
      {source, wall_clock(),
       media::RtpTimestamp(static_cast<std::uint32_t>(frame * (kTicksPerSecond / kFramesPerSecond))),
       static_cast<std::uint32_t>(room.packets_sent),
       static_cast<std::uint32_t>(room.packets_sent * kPayloadBytes)});
  if (!refused && !writer.canonical_name(source, "bench")) {
    port_->send_rtcp(PeerId(index + 1), *writer.finish(), now);
  }
}

void Publishers::run() {
  while (!stopping_) {
    auto next = core::Instant::max();
    for (const auto& room : rooms_) {
      next = std::min(next, due(*room));
    }
    wait_until(next);
    port_->turn();
    const auto now = monotonic_now();
    for (std::size_t i = 0; i < rooms_.size(); ++i) {
      send_due(i, now);
      send_report(i, now);
    }
  }
}

}  // namespace baton::bench
