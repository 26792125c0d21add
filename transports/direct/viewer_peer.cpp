// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/viewer_peer.hpp"

#include "core/media/media_extensions.hpp"
#include "core/media/packet_writer.hpp"
#include "core/media/rtcp_writer.hpp"
#include "transports/extension_codec.hpp"
#include "transports/packet_scratch.hpp"

namespace baton::transport::direct {

using media::ExtensionKind;

namespace {

constexpr std::size_t kTransportSequenceSize = 2;
// A repetition: the largest packet that is forwarded, with the largest header.
constexpr std::size_t kMaxRepetitionBytes =
    kMaxPacketBytes + media::kMaxRtpHeaderSize + media::kOriginalSequenceSize;

bool numbers_transport(const std::optional<ViewerMediumSettings>& medium) {
  return medium && medium->extensions.id_of(ExtensionKind::transport_sequence);
}

}  // namespace

/// The header extensions of one packet on its way to the viewer, and the bytes of those that are this
/// connection's own. Lives on the stack.
struct ViewerPeer::Extensions {
  explicit Extensions(const SentStream& stream, media::ExtensionForms forms)
      : set(stream.extensions(), forms) {}

  media::ExtensionSet set;
  std::array<std::uint8_t, kTransportSequenceSize> transport_sequence{};
  std::array<std::uint8_t, media::kAbsoluteSendTimeSize> send_time{};
  std::array<std::uint8_t, media::kPlayoutDelaySize> playout_delay{};
};

/// A packet that was kept, as one viewer is to see it. Lives on the stack.
struct ViewerPeer::Restored {
  PacketScratch bytes;
  DescriptorScratch descriptor;
  std::optional<media::MutableRtpPacket> packet;  // Borrows bytes.
  PacketExtensions beside;                        // The descriptor borrows.

  /// What travelled beside a packet is not kept. An orientation stands until another one is told, but
  /// browsers take the last packet of a frame without one for upright.
  void tell_orientation(const std::optional<VideoOrientation>& orientation) {
    if (packet->view().marker() == media::Marker::set) {
      beside.video_orientation = orientation;
    }
  }
};

/// What one compound holds that the listener is told when the whole compound has been heeded.
struct ViewerPeer::Heard {
  std::optional<media::ReportBlock> video_report;
  std::size_t lost = 0;
  enum class Keyframe : std::uint8_t { not_wanted, wanted } keyframe = Keyframe::not_wanted;
};

ViewerPeer::ViewerPeer(const ViewerSettings& settings, const ViewerSurroundings& surroundings)
    : around_(surroundings),
      forms_(settings.extension_forms),
      kept_extensions_(settings.kept_extensions),
      name_(settings.canonical_name),
      reports_(settings.report_interval, settings.report_seed) {
  if (settings.audio) {
    audio_.emplace(*settings.audio, settings.resend);
  }
  if (settings.video) {
    video_.emplace(*settings.video, settings.resend);
  }
  if (numbers_transport(settings.audio) || numbers_transport(settings.video)) {
    table_.emplace(settings.first_transport_sequence);
  }
}

// --- what goes out

bool ViewerPeer::is_cut(MediaKind kind, const media::RtpPacketView& packet) {
  // Padding is no part of a frame, and nobody can be helped who misses it: it cannot be repeated.
  return kind == MediaKind::video && !packet.payload().empty() &&
         frame_cut_.judge(packet.timestamp(), packet.marker()) == FrameCut::Passage::dropped;
}

/// Adds what this connection says itself. The packet has `size_without` bytes without header extension.
void ViewerPeer::complete(Extensions& extensions, const SentStream& stream, std::size_t size_without,
                          core::Instant now) {
  if (!stream.mid().empty()) {
    extensions.set.add(ExtensionKind::mid, stream.mid());
  }
  if (stream.extensions().id_of(ExtensionKind::absolute_send_time)) {
    write_absolute_send_time(extensions.send_time, around_.wall.at(now));
    extensions.set.add(ExtensionKind::absolute_send_time, extensions.send_time);
  }
  if (!extensions.set.add(ExtensionKind::transport_sequence, extensions.transport_sequence)) {
    const auto number = table_->sent(size_without + extensions.set.size(), now);
    media::store_u16(extensions.transport_sequence, 0, number.value());
  }
}

Handover ViewerPeer::hand_over(media::ByteView header, media::ByteView payload, core::Instant now) {
  const Handover handover = around_.output.send_rtp(header, payload, now);
  if (handover == Handover::no_connection) {
    drop(ViewerDrop::no_connection);
  } else if (handover == Handover::refused) {
    drop(ViewerDrop::refused);
  }
  return handover;
}

void ViewerPeer::send(const OutgoingPacket& packet) {
  const core::Instant now = around_.turn.now;
  auto& stream = this->stream(packet.kind);
  if (!stream) {
    drop(ViewerDrop::not_negotiated);
    return;
  }
  const auto view = media::RtpPacketView::parse(packet.bytes);
  if (!view) {
    drop(ViewerDrop::malformed);
    return;
  }
  stream->numbered(view->sequence_number(), packet.sent);
  if (packet.extensions.video_orientation) {
    orientation_ = packet.extensions.video_orientation;
  }
  if (is_cut(packet.kind, *view)) {
    drop(ViewerDrop::rest_of_frame);
    return;
  }
  Extensions extensions(*stream, forms_);
  const ExtensionBytes media_extensions(packet.extensions);
  if (media_extensions.add_to(extensions.set) == media::ExtensionRefusal::too_large) {
    ++counters_.descriptors_left_out;
  }
  if (const auto delay = packet.kind == MediaKind::video ? repair_delay_.tell(now) : std::nullopt) {
    write_playout_delay(extensions.playout_delay, *delay);
    extensions.set.add(ExtensionKind::playout_delay, extensions.playout_delay);
  }
  const media::ByteView payload = view->payload_and_padding();
  complete(extensions, *stream, media::kRtpFixedHeaderSize + 4 * view->csrc_count() + payload.size(), now);
  std::array<std::uint8_t, media::kMaxRtpHeaderSize> header;
  const auto written = write_header(*view, extensions.set, header);
  if (hand_over(*written, payload, now) != Handover::queued) {
    return;
  }
  if (!stream->has_begun()) {
    reports_.hurry(now);
  }
  stream->sent(*view);
}

/// Puts a packet that is kept back as the viewer is, or was, to see it.
bool ViewerPeer::restore(const media::Resend& resend, media::SequenceNumber number, Restored& restored) {
  restored.packet = restored.bytes.copy(resend.packet.bytes);
  if (!restored.packet) {
    return false;
  }
  media::ByteSpan descriptor = restored.descriptor.copy(resend.packet.descriptor);
  if (const auto id = kept_extensions_.id_of(ExtensionKind::dependency_descriptor);
      descriptor.empty() && id) {
    descriptor = restored.packet->extension(*id).value_or(media::ByteSpan());
  }
  apply(resend, number, *restored.packet, descriptor);
  restored.beside.dependency_descriptor = descriptor;
  return true;
}

void ViewerPeer::repeat(MediaKind kind, SentStream& stream, media::SequenceNumber number, core::Instant now) {
  const auto verdict = stream.judge(number, around_.program.kept(kind), round_trip(), now);
  if (!verdict.resend) {
    return;
  }
  Restored restored;
  if (!restore(*verdict.resend, number, restored)) {
    drop(ViewerDrop::malformed);
    return;
  }
  const auto& packet = restored.packet;
  if (packet->view().payload().empty()) {
    drop(ViewerRtcpDrop::nothing_to_repeat);
    return;
  }
  if (kind == MediaKind::video) {
    restored.tell_orientation(orientation_);
  }
  const ExtensionBytes beside_bytes(restored.beside);
  Extensions extensions(stream, forms_);
  static_cast<void>(beside_bytes.add_to(extensions.set));
  extensions.set.add(media::MediaExtensions(packet->view(), kept_extensions_));
  complete(extensions, stream,
           media::kRtpFixedHeaderSize + 4 * packet->view().csrc_count() + media::kOriginalSequenceSize +
               packet->view().payload().size(),
           now);
  std::array<std::uint8_t, kMaxRepetitionBytes> whole;
  std::array<std::uint8_t, kMaxRepetitionBytes> out;
  const auto as_sent = write_packet(packet->view(), extensions.set, whole);
  const auto repetition = as_sent ? stream.write_repetition(as_sent->view(), out) : std::nullopt;
  if (!repetition) {
    drop(ViewerDrop::malformed);
    return;
  }
  const media::ByteView payload = repetition->payload_and_padding();
  const auto header = repetition->bytes().first(repetition->bytes().size() - payload.size());
  if (hand_over(header, payload, now) == Handover::queued) {
    stream.repeated(*repetition);
    if (kind == MediaKind::video && stream.extensions().id_of(ExtensionKind::playout_delay)) {
      repair_delay_.repeated(number, round_trip(), now);
    }
  }
}

void ViewerPeer::on_unsent(std::size_t datagrams, UnsentReason reason, core::Instant now) {
  counters_.unsent[static_cast<std::size_t>(reason)] += datagrams;
  if (reason != UnsentReason::socket_full) {
    return;  // What the path does not take will not be taken later either.
  }
  if (frame_cut_.cut() == FrameCut::Cut::cut) {
    ++counters_.frames_cut;
  }
  if (video_ && video_->has_begun() && !video_->can_repeat()) {
    keyframe_wished_at_ = now;
  }
}

// --- what comes in

void ViewerPeer::incoming_rtcp(media::ByteView compound, core::Instant now) {
  const auto view = media::RtcpView::parse(compound);
  if (!view) {
    drop(ViewerRtcpDrop::malformed);
    return;
  }
  ++counters_.compounds;
  Heard heard;
  auto reader = view->packets();
  while (const auto packet = reader.next()) {
    heed(*packet, heard, now);
  }
  if (heard.video_report) {
    around_.listener.on_viewer_reported(*heard.video_report, now);
  }
  if (heard.keyframe == Heard::Keyframe::wanted) {
    around_.listener.on_keyframe_needed(now);
  }
}

void ViewerPeer::heed(const media::RtcpPacketView& packet, Heard& heard, core::Instant now) {
  if (packet.is_generic_nack()) {
    heed_losses(packet, heard, now);
  } else if (packet.is_picture_loss_indication() || packet.is_full_intra_request()) {
    heed_keyframe_request(packet, heard);
  } else if (packet.is_transport_wide_feedback()) {
    heed_transport_feedback(packet, now);
  } else if (const auto estimate = packet.bitrate_estimate()) {
    counters_.estimate = estimate;
    if (around_.bandwidth != nullptr) {
      around_.bandwidth->on_estimate(*estimate, now);
    }
  } else if (packet.type == media::RtcpType::bye) {
    // Who is gone is told by the signalling, and by consent that expires.
    ++counters_.goodbyes;
  } else {
    heed_reports(packet, heard, now);
  }
}

void ViewerPeer::heed_reports(const media::RtcpPacketView& packet, Heard& heard, core::Instant now) {
  auto reader = packet.report_blocks();
  while (const auto block = reader.next()) {
    using Concern = SentStream::Concern;
    const Concern audio = audio_ ? audio_->reported(*block, around_.wall, now) : Concern::another_stream;
    const Concern video = video_ ? video_->reported(*block, around_.wall, now) : Concern::another_stream;
    if (video == Concern::original) {
      heard.video_report = block;
    } else if (video == Concern::another_stream && audio == Concern::another_stream) {
      drop(ViewerRtcpDrop::unknown_source);
    }
  }
}

void ViewerPeer::heed_losses(const media::RtcpPacketView& packet, Heard& heard, core::Instant now) {
  const auto source = packet.media_source();
  const MediaKind kind = video_ && source == video_->ssrc() ? MediaKind::video : MediaKind::audio;
  auto& stream = this->stream(kind);
  if (!stream || source != stream->ssrc()) {
    drop(ViewerRtcpDrop::unknown_source);
    return;
  }
  auto reader = packet.lost_packets();
  while (const auto number = reader.next()) {
    if (++heard.lost > kMaxLostPerCompound) {
      drop(ViewerRtcpDrop::too_many_lost);
    } else if (!stream->can_repeat()) {
      drop(ViewerRtcpDrop::rtx_not_negotiated);
    } else {
      repeat(kind, *stream, *number, now);
    }
  }
}

void ViewerPeer::heed_keyframe_request(const media::RtcpPacketView& packet, Heard& heard) {
  bool concerns_video = false;
  if (packet.is_full_intra_request()) {
    auto reader = packet.full_intra_requests();
    while (const auto request = reader.next()) {
      concerns_video |= video_ && request->source == video_->ssrc();
    }
  } else {
    concerns_video = video_ && packet.media_source() == video_->ssrc();
  }
  if (!concerns_video) {
    drop(ViewerRtcpDrop::unknown_source);
    return;
  }
  ++counters_.keyframe_requests;
  heard.keyframe = Heard::Keyframe::wanted;
}

void ViewerPeer::heed_transport_feedback(const media::RtcpPacketView& packet, core::Instant now) {
  constexpr auto kMost = static_cast<std::size_t>(media::SentPacketTable::kCapacity);
  const auto feedback = packet.transport_wide_feedback();
  // More than are awaited would take long to walk over and say nothing.
  if (!table_ || !feedback || feedback->packet_count() > kMost) {
    drop(ViewerRtcpDrop::malformed_feedback);
    return;
  }
  table_->acknowledge(*feedback, now, [&](const media::PacketOutcome& outcome) {
    if (around_.bandwidth != nullptr) {
      around_.bandwidth->on_outcome(outcome, now);
    }
  });
}

// --- time

std::optional<core::Instant> ViewerPeer::next_deadline() const {
  std::optional<core::Instant> next;
  for (const auto& due : {reports_.due(), keyframe_wished_at_}) {
    if (due && (!next || *due < *next)) {
      next = due;
    }
  }
  return next;
}

void ViewerPeer::advance(core::Instant now) {
  if (reports_.take(now) == ReportSchedule::Report::now) {
    report(now);
  }
  if (keyframe_wished_at_) {
    keyframe_wished_at_.reset();
    around_.listener.on_keyframe_needed(now);
  }
}

void ViewerPeer::report(core::Instant now) {
  // Four SSRCs with the longest name.
  constexpr std::size_t kMaxReportBytes = 1280;
  std::array<std::uint8_t, kMaxReportBytes> buffer;
  media::RtcpWriter writer(buffer, media::RtcpForm::compound);
  for (const MediaKind kind : {MediaKind::audio, MediaKind::video}) {
    const auto& stream = this->stream(kind);
    const auto media_now = stream ? around_.program.time(kind, now) : std::nullopt;
    if (media_now && stream->write_reports(writer, name_, around_.wall, *media_now, now)) {
      break;
    }
  }
  if (const auto compound = writer.finish();
      compound && around_.output.send_rtcp(*compound, now) == Handover::queued) {
    ++counters_.reports_sent;
  }
}

std::optional<core::Duration> ViewerPeer::round_trip() const {
  const auto video = video_ ? video_->round_trip() : std::nullopt;
  return video || !audio_ ? video : audio_->round_trip();
}

ViewerStatistics ViewerPeer::statistics() const {
  ViewerStatistics statistics = counters_;
  statistics.audio = audio_ ? std::optional(audio_->statistics()) : std::nullopt;
  statistics.video = video_ ? std::optional(video_->statistics()) : std::nullopt;
  statistics.round_trip = round_trip();
  statistics.playout_delay = repair_delay_.asked_for();
  statistics.transport = table_ ? std::optional(table_->statistics()) : std::nullopt;
  return statistics;
}

}  // namespace baton::transport::direct
