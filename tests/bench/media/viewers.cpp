// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/viewers.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/media/rtcp_view.hpp"
#include "core/media/rtcp_writer.hpp"
#include "core/media/rtp_packet.hpp"
#include "tests/bench/media/timed_receiver.hpp"

namespace baton::bench {
namespace {

namespace direct = transport::direct;
using direct::PeerId;

// One socket's buffer would not hold a frame for a thousand viewers while this process is held up.
constexpr std::size_t kViewersPerPort = 50;
/// What viewers make the server believe of the way to them: without a round-trip time Janus keeps nothing for
/// retransmission, which would spare it work that it has with every real viewer.
constexpr auto kPretendedRoundTrip = std::chrono::milliseconds(30);
constexpr auto kLookForReports = std::chrono::milliseconds(10);

std::size_t index_of(PeerId peer) {
  return peer.value() - 1;
}

}  // namespace

Viewers::Viewers(IceSide side, const direct::SocketAddress& ip,
                 const std::shared_ptr<const direct::DtlsContext>& context, std::size_t count, Fault fault,
                 ReceiverReports reports)
    : fault_(fault), reports_(reports), viewers_(count) {
  for (std::size_t i = 0; i < count; i += kViewersPerPort) {
    ports_.push_back(open_client_port(side, ip, context, *this));
  }
}

ClientPort& Viewers::port_of(ViewerNumber viewer) const {
  return *ports_[viewer.value() / kViewersPerPort];
}

const direct::SocketAddress& Viewers::address_of(ViewerNumber viewer) const {
  return port_of(viewer).address();
}

void Viewers::add(ViewerNumber viewer, RoomNumber room, const direct::IceCredentials& own,
                  const ServerSide& server) {
  auto& added = viewers_[viewer.value()].emplace(room);
  added.video = server.video;
  port_of(viewer).add(PeerId(viewer.value() + 1), own, server);
}

bool Viewers::is_connected(ViewerNumber viewer) const {
  const auto& found = viewers_[viewer.value()];
  return found && found->connected;
}

bool Viewers::has_picture(ViewerNumber viewer) const {
  const auto& found = viewers_[viewer.value()];
  return found && found->reception.has_begun();
}

void Viewers::open_window(RoomNumber room, const PacketWindow& window) {
  delays_.reserve(viewers_.size() * window.count);
  for (auto& viewer : viewers_) {
    if (viewer && viewer->reception.room() == room) {
      viewer->reception.open(window);
    }
  }
}

std::vector<int> Viewers::descriptors() const {
  std::vector<int> result;
  for (const auto& port : ports_) {
    result.push_back(port->descriptor());
  }
  return result;
}

void Viewers::turn() {
  for (const auto& port : ports_) {
    port->turn();
  }
  const auto now = monotonic_now();
  if (now < next_reports_) {
    return;
  }
  next_reports_ = now + kLookForReports;
  for (std::size_t i = 0; i < viewers_.size(); ++i) {
    if (viewers_[i] && viewers_[i]->report_due && *viewers_[i]->report_due <= now) {
      send_report(i, now);
    }
  }
}

ViewingReport Viewers::report() const {
  ViewingReport result;
  result.delays = delays_;
  result.gone = gone_;
  result.profile = profile_;
  for (const auto& viewer : viewers_) {
    if (viewer) {
      result.counts += viewer->reception.counts();
    }
  }
  for (const auto& port : ports_) {
    result.overflowed += port->overflowed();
    result.unreadable += port->unreadable();
  }
  return result;
}

void Viewers::on_connected(PeerId peer, direct::SrtpProfile profile, core::Instant /*now*/) {
  profile_ = direct::to_string(profile);
  viewers_[index_of(peer)]->connected = true;
}

void Viewers::on_gone(PeerId /*peer*/, direct::GoneReason /*reason*/, core::Instant /*now*/) {
  ++gone_;
}

void Viewers::on_rtp(PeerId peer, media::ByteSpan packet, core::Instant now) {
  Viewer& viewer = *viewers_[index_of(peer)];
  const auto rtp = media::RtpPacketView::parse(packet);
  // Retransmissions and padding have payload types of their own, or no payload.
  if (!rtp || rtp->payload_type() != viewer.video || rtp->payload().empty()) {
    return;
  }
  ++arrived_;
  const bool faulty = fault_.kind != FaultKind::none && arrived_ % fault_.every == 0;
  if (faulty && fault_.kind == FaultKind::drop) {
    return;
  }
  if (viewer.source != rtp->ssrc()) {
    viewer.source = rtp->ssrc();
    viewer.sequence = {};
    viewer.highest = 0;
  }
  viewer.highest = std::max(viewer.highest, viewer.sequence.unwrap(rtp->sequence_number()));
  if (faulty && fault_.kind == FaultKind::damage) {
    packet.back() ^= 1U;
  }
  take(viewer, packet, now);
  if (faulty && fault_.kind == FaultKind::duplicate) {
    take(viewer, packet, now);
  }
}

void Viewers::take(Viewer& viewer, media::ByteView packet, core::Instant now) {
  if (const auto delay = viewer.reception.take(packet, now)) {
    delays_.push_back(static_cast<std::uint32_t>(std::max<core::Duration::rep>(0, delay->count())));
  }
}

void Viewers::on_rtcp(PeerId peer, media::ByteSpan packet, core::Instant now) {
  const auto compound = media::RtcpView::parse(packet);
  const auto report = compound ? compound->summary().sender_report : std::nullopt;
  Viewer& viewer = *viewers_[index_of(peer)];
  if (report && viewer.source == report->sender && reports_ == ReceiverReports::each_second) {
    viewer.last_sender_report = media::compact(report->ntp_time);
    viewer.sender_report_arrived = now;
    viewer.report_due = now + kPretendedRoundTrip;
  }
}

void Viewers::send_report(std::size_t index, core::Instant now) {
  Viewer& viewer = *viewers_[index];
  viewer.report_due.reset();
  const media::Ssrc own{static_cast<std::uint32_t>(index + 1)};
  const media::ReportBlock block{
      .source = *viewer.source,
      .cycles = static_cast<std::uint16_t>(viewer.highest >> 16U),
      .highest = media::SequenceNumber::wrap(viewer.highest),
      .last_sender_report = viewer.last_sender_report,
      .delay = media::compact(now - viewer.sender_report_arrived - kPretendedRoundTrip)};
  std::array<std::uint8_t, 100> buffer;
  media::RtcpWriter writer(buffer, media::RtcpForm::compound);
  if (!writer.receiver_report(own, std::span(&block, 1)) && !writer.canonical_name(own, "viewer")) {
    port_of(ViewerNumber(index)).send_rtcp(PeerId(index + 1), *writer.finish(), now);
  }
}

}  // namespace baton::bench
