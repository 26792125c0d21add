// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtcp_view.hpp"

namespace baton::media {
namespace {

constexpr std::size_t kHeaderSize = 4;
constexpr std::size_t kSsrcSize = 4;
constexpr std::size_t kSenderInfoSize = 20;   // RFC 3550 §6.4.1, behind the sender's SSRC.
constexpr std::size_t kReportBlockSize = 24;  // RFC 3550 §6.4.1.
constexpr std::size_t kFeedbackHeadSize = 8;  // RFC 4585 §6.1: sender and media source.
constexpr std::size_t kFirEntrySize = 8;      // RFC 5104 §4.3.1.1.
constexpr std::size_t kNackEntrySize = 4;     // RFC 4585 §6.2.1.
constexpr std::size_t kRembHeadSize = 8;      // "REMB", count of SSRCs, exponent and mantissa.
constexpr std::uint32_t kRembIdentifier = 0x52454D42;

// Feedback message types (RFC 4585 §6.2 and §6.3, RFC 5104 §4.3).
constexpr std::uint8_t kGenericNackFormat = 1;
constexpr std::uint8_t kPictureLossFormat = 1;
constexpr std::uint8_t kFullIntraFormat = 4;
constexpr std::uint8_t kApplicationLayerFormat = 15;
// draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.
constexpr std::uint8_t kTransportWideFormat = 15;

// Header plus body of the packet at the start of bytes; the caller has seen that the header is there.
std::size_t packet_size(ByteView bytes) {
  return std::size_t{4} * load_u16(bytes, 2) + kHeaderSize;
}

bool has_padding(ByteView bytes) {
  return (bytes[0] & 0x20U) != 0;
}

// Browsers fill transport-wide feedback up to a whole word with padding of one to three bytes; everybody else
// pads by words (RFC 3550 §6.4.1).
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

std::optional<ReceptionReport> RtcpPacketView::reception_report() const {
  const bool from_sender = type == RtcpType::sender_report;
  if ((!from_sender && type != RtcpType::receiver_report) || count == 0) {
    return std::nullopt;
  }
  const std::size_t block = kSsrcSize + (from_sender ? kSenderInfoSize : 0);
  if (body.size() < block + kReportBlockSize) {
    return std::nullopt;
  }
  // The losses are 24 bits with a sign. Of the 32 bits behind them the upper half counts cycles.
  const auto lost = static_cast<std::int32_t>(load_u24(body, block + 5) << 8U) / 256;
  return ReceptionReport{.source = Ssrc{load_u32(body, block)},
                         .highest = SequenceNumber(load_u16(body, block + 10)),
                         .lost = CumulativeLoss{lost}};
}

std::optional<BitrateEstimate> RtcpPacketView::bitrate_estimate() const {
  if (type != RtcpType::payload_feedback || count != kApplicationLayerFormat ||
      body.size() < kFeedbackHeadSize + kRembHeadSize ||
      load_u32(body, kFeedbackHeadSize) != kRembIdentifier) {
    return std::nullopt;
  }
  const std::uint32_t packed = load_u24(body, kFeedbackHeadSize + 5);
  const std::uint32_t exponent = packed >> 18U;
  const std::uint64_t mantissa = packed & 0x3FFFFU;
  // 18 bits of mantissa shifted by more than 46 do not fit: such an estimate means "no limit".
  constexpr std::uint32_t kMaxExponent = 46;
  return BitrateEstimate{exponent > kMaxExponent && mantissa != 0 ? UINT64_MAX
                                                                  : mantissa << (exponent & 63U)};
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
    if (const auto report = packet->reception_report()) {
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
