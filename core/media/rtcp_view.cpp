// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtcp_view.hpp"

namespace baton::media {
namespace {

using namespace rtcp;  // Numbers and sizes.

// Header plus body of the packet at the start of bytes; the caller has seen that the header is there.
std::size_t packet_size(ByteView bytes) {
  return std::size_t{4} * load_u16(bytes, 2) + kHeaderSize;
}

bool has_padding(ByteView bytes) {
  return (bytes[0] & 0x20U) != 0;
}

bool is_padded_by_the_byte(ByteView packet) {
  return static_cast<RtcpType>(packet[1]) == RtcpType::transport_feedback &&
         (packet[0] & 0x1FU) == kTransportWideFormat;
}

std::optional<std::size_t> padding_size(ByteView packet) {
  if (!has_padding(packet)) {
    return 0;
  }
  const std::size_t padding = packet.back();
  const bool is_unit = padding % 4 == 0 || is_padded_by_the_byte(packet);
  if (padding == 0 || !is_unit || padding > packet.size() - kHeaderSize) {
    return std::nullopt;
  }
  return padding;
}

std::optional<RtcpError> check_payload_feedback(const RtcpPacketView& packet) {
  const std::size_t control_size = packet.body.size() - kFeedbackHeadSize;
  switch (packet.count) {
    case kPictureLossFormat:
      return control_size == 0 ? std::nullopt : std::optional(RtcpError::body_malformed);
    case kFullIntraFormat:
      return control_size != 0 && control_size % kFirEntrySize == 0
                 ? std::nullopt
                 : std::optional(RtcpError::body_malformed);
    case kApplicationLayerFormat: {
      if (control_size < kRembHeadSize || load_u32(packet.body, kFeedbackHeadSize) != kRembIdentifier) {
        return std::nullopt;  // Another application's message: nothing is known about its length.
      }
      const std::size_t sources = packet.body[kFeedbackHeadSize + 4];
      return control_size == kRembHeadSize + sources * kSsrcSize ? std::nullopt
                                                                 : std::optional(RtcpError::body_malformed);
    }
    default:
      return std::nullopt;
  }
}

// Checks that a packet of known type has what its count promises. Report blocks may be followed by a
// profile-specific extension, so their sum is a minimum.
std::optional<RtcpError> check_body(const RtcpPacketView& packet) {
  const std::size_t size = packet.body.size();
  switch (packet.type) {
    case RtcpType::sender_report:
      return size >= kSsrcSize + kSenderInfoSize + packet.count * kReportBlockSize
                 ? std::nullopt
                 : std::optional(RtcpError::body_too_short);
    case RtcpType::receiver_report:
      return size >= kSsrcSize + packet.count * kReportBlockSize ? std::nullopt
                                                                 : std::optional(RtcpError::body_too_short);
    case RtcpType::bye: {
      const std::size_t sources = packet.count * kSsrcSize;
      if (size < sources) {
        return RtcpError::body_too_short;
      }
      // An optional reason follows, with a length of its own (RFC 3550 §6.6).
      if (size > sources && std::size_t{packet.body[sources]} + 1 > size - sources) {
        return RtcpError::body_malformed;
      }
      return std::nullopt;
    }
    case RtcpType::transport_feedback: {
      if (size < kFeedbackHeadSize) {
        return RtcpError::body_too_short;
      }
      const std::size_t control_size = size - kFeedbackHeadSize;
      const bool bad_nack =
          packet.count == kGenericNackFormat && (control_size == 0 || control_size % kNackEntrySize != 0);
      return bad_nack ? std::optional(RtcpError::body_malformed) : std::nullopt;
    }
    case RtcpType::payload_feedback:
      return size < kFeedbackHeadSize ? std::optional(RtcpError::body_too_short)
                                      : check_payload_feedback(packet);
    case RtcpType::source_description:
    case RtcpType::application:
    case RtcpType::extended_report:
      return std::nullopt;
  }
  return std::nullopt;
}

// The packet at the start of bytes, whose lengths have been checked.
RtcpPacketView look_at(ByteView packet, std::size_t padding) {
  return {static_cast<RtcpType>(packet[1]), static_cast<std::uint8_t>(packet[0] & 0x1FU),
          packet.subspan(kHeaderSize, packet.size() - kHeaderSize - padding)};
}

}  // namespace

const char* to_string(RtcpError error) {
  switch (error) {
    case RtcpError::empty:
      return "empty";
    case RtcpError::header_beyond_end:
      return "header_beyond_end";
    case RtcpError::wrong_version:
      return "wrong_version";
    case RtcpError::length_beyond_end:
      return "length_beyond_end";
    case RtcpError::padding_not_last:
      return "padding_not_last";
    case RtcpError::padding_invalid:
      return "padding_invalid";
    case RtcpError::body_too_short:
      return "body_too_short";
    case RtcpError::body_malformed:
      return "body_malformed";
  }
  return "unknown";
}

bool RtcpPacketView::is_picture_loss_indication() const {
  return type == RtcpType::payload_feedback && count == kPictureLossFormat;
}

bool RtcpPacketView::is_full_intra_request() const {
  return type == RtcpType::payload_feedback && count == kFullIntraFormat;
}

bool RtcpPacketView::is_generic_nack() const {
  return type == RtcpType::transport_feedback && count == kGenericNackFormat;
}

bool RtcpPacketView::is_transport_wide_feedback() const {
  return type == RtcpType::transport_feedback && count == kTransportWideFormat;
}

bool RtcpPacketView::is_bitrate_estimate() const {
  return type == RtcpType::payload_feedback && count == kApplicationLayerFormat &&
         control().size() >= kRembHeadSize && load_u32(control(), 0) == kRembIdentifier;
}

ByteView RtcpPacketView::control() const {
  return body.size() < kFeedbackHeadSize ? ByteView() : body.subspan(kFeedbackHeadSize);
}

std::optional<Ssrc> RtcpPacketView::sender() const {
  const bool has_sender = type == RtcpType::sender_report || type == RtcpType::receiver_report ||
                          type == RtcpType::transport_feedback || type == RtcpType::payload_feedback;
  return has_sender && body.size() >= kSsrcSize ? std::optional(read_ssrc(body)) : std::nullopt;
}

std::optional<Ssrc> RtcpPacketView::media_source() const {
  const bool is_feedback = type == RtcpType::transport_feedback || type == RtcpType::payload_feedback;
  return is_feedback && body.size() >= kFeedbackHeadSize ? std::optional(read_ssrc(body.subspan(kSsrcSize)))
                                                         : std::nullopt;
}

std::optional<SenderReport> RtcpPacketView::sender_report() const {
  if (type != RtcpType::sender_report || body.size() < kSsrcSize + kSenderInfoSize) {
    return std::nullopt;
  }
  return SenderReport{
      .sender = Ssrc{load_u32(body, 0)},
      .ntp_time = NtpTime{(std::uint64_t{load_u32(body, 4)} << 32U) | load_u32(body, 8)},
      .rtp_timestamp = RtpTimestamp(load_u32(body, 12)),
      .packet_count = load_u32(body, 16),
      .octet_count = load_u32(body, 20),
  };
}

ReportBlockReader RtcpPacketView::report_blocks() const {
  const bool from_sender = type == RtcpType::sender_report;
  const std::size_t first = kSsrcSize + (from_sender ? kSenderInfoSize : 0);
  const std::size_t size = count * kReportBlockSize;
  if ((!from_sender && type != RtcpType::receiver_report) || body.size() < first + size) {
    return ReportBlockReader({});
  }
  return ReportBlockReader(body.subspan(first, size));
}

SsrcReader RtcpPacketView::leaving_sources() const {
  const std::size_t size = count * kSsrcSize;
  return SsrcReader(type == RtcpType::bye && body.size() >= size ? body.first(size) : ByteView());
}

NackReader RtcpPacketView::lost_packets() const {
  return NackReader(is_generic_nack() ? control() : ByteView());
}

FullIntraRequestReader RtcpPacketView::full_intra_requests() const {
  return FullIntraRequestReader(is_full_intra_request() ? control() : ByteView());
}

std::optional<BitrateEstimate> RtcpPacketView::bitrate_estimate() const {
  if (!is_bitrate_estimate()) {
    return std::nullopt;
  }
  const std::uint32_t packed = load_u24(control(), 5);
  const std::uint32_t exponent = packed >> kRembMantissaBits;
  const std::uint64_t mantissa = packed & ((1U << kRembMantissaBits) - 1);
  // A mantissa shifted by more than this does not fit: such an estimate means "no limit".
  constexpr std::uint32_t kMaxExponent = 64 - kRembMantissaBits;
  return BitrateEstimate{exponent > kMaxExponent && mantissa != 0 ? UINT64_MAX
                                                                  : mantissa << (exponent & 63U)};
}

SsrcReader RtcpPacketView::estimated_sources() const {
  return SsrcReader(is_bitrate_estimate() ? control().subspan(kRembHeadSize) : ByteView());
}

ParseResult<TransportFeedback, TransportFeedbackError> RtcpPacketView::transport_wide_feedback() const {
  return TransportFeedback::parse(is_transport_wide_feedback() ? control() : ByteView());
}

ParseResult<RtcpView, RtcpError> RtcpView::parse(ByteView bytes) {
  if (bytes.empty()) {
    return RtcpError::empty;
  }
  ByteView rest = bytes;
  while (!rest.empty()) {
    if (rest.size() < kHeaderSize) {
      return RtcpError::header_beyond_end;
    }
    if ((rest[0] >> 6U) != 2) {
      return RtcpError::wrong_version;
    }
    const std::size_t size = packet_size(rest);
    if (size > rest.size()) {
      return RtcpError::length_beyond_end;
    }
    const auto packet = rest.first(size);
    rest = rest.subspan(size);
    if (has_padding(packet) && !rest.empty() && !is_padded_by_the_byte(packet)) {
      return RtcpError::padding_not_last;
    }
    const auto padding = padding_size(packet);
    if (!padding) {
      return RtcpError::padding_invalid;
    }
    if (const auto error = check_body(look_at(packet, *padding))) {
      return *error;
    }
  }
  return RtcpView(bytes);
}

std::optional<RtcpPacketView> RtcpView::Reader::next() {
  if (rest_.empty()) {
    return std::nullopt;
  }
  const auto packet = rest_.first(packet_size(rest_));
  rest_ = rest_.subspan(packet.size());
  return look_at(packet, padding_size(packet).value_or(0));
}

RtcpSummary RtcpView::summary() const {
  RtcpSummary summary;
  auto reader = packets();
  while (const auto packet = reader.next()) {
    if (const auto report = packet->sender_report()) {
      summary.sender_report = report;
    }
    if (const auto estimate = packet->bitrate_estimate()) {
      summary.bitrate_estimate = estimate;
    }
    if (const auto report = packet->report_blocks().next()) {
      summary.reception_report = report;
    }
    summary.has_receiver_report |= packet->type == RtcpType::receiver_report;
    summary.has_bye |= packet->type == RtcpType::bye;
    summary.has_picture_loss_indication |= packet->is_picture_loss_indication();
    summary.has_full_intra_request |= packet->is_full_intra_request();
    summary.has_generic_nack |= packet->is_generic_nack();
  }
  return summary;
}

PacketKind classify_packet(ByteView bytes) {
  constexpr std::size_t kSmallestHeader = 2;
  if (bytes.size() < kSmallestHeader || (bytes[0] >> 6U) != 2) {
    return PacketKind::neither;
  }
  return bytes[1] >= 192 && bytes[1] <= 223 ? PacketKind::rtcp : PacketKind::rtp;
}

}  // namespace baton::media
