// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtcp_writer.hpp"

#include <algorithm>
#include <bit>

namespace baton::media {
namespace {

using namespace rtcp;  // Numbers and sizes.

void write_blocks(ByteSpan bytes, std::span<const ReportBlock> blocks) {
  for (std::size_t index = 0; index < blocks.size(); ++index) {
    write_report_block(bytes.subspan(index * kReportBlockSize, kReportBlockSize), blocks[index]);
  }
}

// One entry of a generic NACK: a number and which of the sixteen behind it are lost, too.
struct NackEntry {
  SequenceNumber first;
  std::uint16_t following = 0;
};

// Takes as many numbers off the front of `lost` as go into one entry; `lost` is not empty.
NackEntry take_entry(std::span<const SequenceNumber>& lost) {
  constexpr std::int64_t kMostBehind = 16;
  NackEntry entry{lost.front(), 0};
  lost = lost.subspan(1);
  while (!lost.empty()) {
    const std::int64_t behind = entry.first.distance_to(lost.front());
    if (behind < 0 || behind > kMostBehind) {
      break;
    }
    if (behind > 0) {
      entry.following = static_cast<std::uint16_t>(entry.following | (1U << (behind - 1)));
    }
    lost = lost.subspan(1);
  }
  return entry;
}

}  // namespace

const char* to_string(RtcpWriteError error) {
  switch (error) {
    case RtcpWriteError::buffer_too_small:
      return "buffer_too_small";
    case RtcpWriteError::report_must_come_first:
      return "report_must_come_first";
    case RtcpWriteError::name_missing:
      return "name_missing";
    case RtcpWriteError::name_too_long:
      return "name_too_long";
    case RtcpWriteError::too_many:
      return "too_many";
    case RtcpWriteError::nothing_to_say:
      return "nothing_to_say";
  }
  return "unknown";
}

ParseResult<ByteSpan, RtcpWriteError> RtcpWriter::append(RtcpType type, std::size_t count,
                                                         std::size_t body_size) {
  constexpr std::size_t kMostWords = 0xFFFF;  // The length field has sixteen bits.
  const bool is_report = type == RtcpType::sender_report || type == RtcpType::receiver_report;
  if (form_ == RtcpForm::compound && size_ == 0 && !is_report) {
    return RtcpWriteError::report_must_come_first;
  }
  if (count > kMaxCount || body_size / 4 > kMostWords) {
    return RtcpWriteError::too_many;
  }
  if (kHeaderSize + body_size > left()) {
    return RtcpWriteError::buffer_too_small;
  }
  const ByteSpan packet = buffer_.subspan(size_, kHeaderSize + body_size);
  packet[0] = static_cast<std::uint8_t>(0x80U | count);
  packet[1] = static_cast<std::uint8_t>(type);
  store_u16(packet, 2, static_cast<std::uint16_t>(body_size / 4));
  size_ += packet.size();
  return packet.subspan(kHeaderSize);
}

ParseResult<ByteSpan, RtcpWriteError> RtcpWriter::feedback(RtcpType type, std::uint8_t format, Ssrc sender,
                                                           Ssrc media_source, std::size_t control_size) {
  const auto body = append(type, format, kFeedbackHeadSize + control_size);
  if (!body) {
    return body.error();
  }
  store_u32(*body, 0, sender.value);
  store_u32(*body, kSsrcSize, media_source.value);
  return body->subspan(kFeedbackHeadSize);
}

RtcpWriter::Refused RtcpWriter::sender_report(const SenderReport& report,
                                              std::span<const ReportBlock> blocks) {
  const auto body = append(RtcpType::sender_report, blocks.size(),
                           kSsrcSize + kSenderInfoSize + blocks.size() * kReportBlockSize);
  if (!body) {
    return body.error();
  }
  store_u32(*body, 0, report.sender.value);
  store_u32(*body, 4, static_cast<std::uint32_t>(report.ntp_time.value >> 32U));
  store_u32(*body, 8, static_cast<std::uint32_t>(report.ntp_time.value & 0xFFFFFFFFU));
  store_u32(*body, 12, report.rtp_timestamp.value());
  store_u32(*body, 16, report.packet_count);
  store_u32(*body, 20, report.octet_count);
  write_blocks(body->subspan(kSsrcSize + kSenderInfoSize), blocks);
  return std::nullopt;
}

RtcpWriter::Refused RtcpWriter::receiver_report(Ssrc sender, std::span<const ReportBlock> blocks) {
  const auto body =
      append(RtcpType::receiver_report, blocks.size(), kSsrcSize + blocks.size() * kReportBlockSize);
  if (!body) {
    return body.error();
  }
  store_u32(*body, 0, sender.value);
  write_blocks(body->subspan(kSsrcSize), blocks);
  return std::nullopt;
}

RtcpWriter::Refused RtcpWriter::canonical_name(Ssrc sender, std::string_view name) {
  constexpr std::size_t kLongest = 255;
  constexpr std::size_t kItemHeadSize = 2;
  if (name.size() > kLongest) {
    return RtcpWriteError::name_too_long;
  }
  // One to four zeros end the list of items, up to the next word.
  const std::size_t size = (kSsrcSize + kItemHeadSize + name.size()) / 4 * 4 + 4;
  const auto body = append(RtcpType::source_description, 1, size);
  if (!body) {
    return body.error();
  }
  store_u32(*body, 0, sender.value);
  (*body)[kSsrcSize] = kCanonicalNameItem;
  (*body)[kSsrcSize + 1] = static_cast<std::uint8_t>(name.size());
  const ByteSpan text = body->subspan(kSsrcSize + kItemHeadSize);
  const auto end = std::ranges::copy(name, text.begin()).out;
  std::fill(end, text.end(), std::uint8_t{0});
  name_ = Name::written;
  return std::nullopt;
}

RtcpWriter::Refused RtcpWriter::bye(Ssrc sender) {
  const auto body = append(RtcpType::bye, 1, kSsrcSize);
  if (!body) {
    return body.error();
  }
  store_u32(*body, 0, sender.value);
  return std::nullopt;
}

RtcpWriter::Refused RtcpWriter::picture_loss_indication(Ssrc sender, Ssrc media_source) {
  const auto control = feedback(RtcpType::payload_feedback, kPictureLossFormat, sender, media_source, 0);
  return control ? std::nullopt : Refused(control.error());
}

RtcpWriter::Refused RtcpWriter::full_intra_request(Ssrc sender, std::span<const FullIntraRequest> requests) {
  if (requests.empty()) {
    return RtcpWriteError::nothing_to_say;
  }
  // The entries name the media sources; the field in front of them stays zero (RFC 5104 §4.3.1.2).
  const auto control = feedback(RtcpType::payload_feedback, kFullIntraFormat, sender, Ssrc{0},
                                requests.size() * kFirEntrySize);
  if (!control) {
    return control.error();
  }
  for (std::size_t index = 0; index < requests.size(); ++index) {
    const ByteSpan entry = control->subspan(index * kFirEntrySize, kFirEntrySize);
    store_u32(entry, 0, requests[index].source.value);
    store_u32(entry, 4, std::uint32_t{requests[index].command.value()} << 24U);
  }
  return std::nullopt;
}

RtcpWriter::Refused RtcpWriter::generic_nack(Ssrc sender, Ssrc media_source,
                                             std::span<const SequenceNumber> lost) {
  if (lost.empty()) {
    return RtcpWriteError::nothing_to_say;
  }
  std::size_t entries = 0;
  for (auto rest = lost; !rest.empty(); ++entries) {
    take_entry(rest);
  }
  const auto control = feedback(RtcpType::transport_feedback, kGenericNackFormat, sender, media_source,
                                entries * kNackEntrySize);
  if (!control) {
    return control.error();
  }
  std::size_t offset = 0;
  for (auto rest = lost; !rest.empty(); offset += kNackEntrySize) {
    const NackEntry entry = take_entry(rest);
    store_u16(*control, offset, entry.first.value());
    store_u16(*control, offset + 2, entry.following);
  }
  return std::nullopt;
}

RtcpWriter::Refused RtcpWriter::bitrate_estimate(Ssrc sender, BitrateEstimate estimate,
                                                 std::span<const Ssrc> sources) {
  constexpr std::size_t kMostSources = 255;
  if (sources.size() > kMostSources) {
    return RtcpWriteError::too_many;
  }
  const auto control = feedback(RtcpType::payload_feedback, kApplicationLayerFormat, sender, Ssrc{0},
                                kRembHeadSize + sources.size() * kSsrcSize);
  if (!control) {
    return control.error();
  }
  const auto width = static_cast<int>(std::bit_width(estimate.bits_per_second));
  const auto exponent = static_cast<std::uint32_t>(std::max(width - static_cast<int>(kRembMantissaBits), 0));
  const auto mantissa = static_cast<std::uint32_t>(estimate.bits_per_second >> exponent);
  store_u32(*control, 0, kRembIdentifier);
  store_u32(*control, 4,
            (static_cast<std::uint32_t>(sources.size()) << 24U) | (exponent << kRembMantissaBits) | mantissa);
  for (std::size_t index = 0; index < sources.size(); ++index) {
    store_u32(*control, kRembHeadSize + index * kSsrcSize, sources[index].value);
  }
  return std::nullopt;
}

ParseResult<ByteView, RtcpWriteError> RtcpWriter::finish() const {
  if (size_ == 0) {
    return RtcpWriteError::nothing_to_say;
  }
  if (form_ == RtcpForm::compound && name_ == Name::missing) {
    return RtcpWriteError::name_missing;
  }
  return ByteView(buffer_.first(size_));
}

}  // namespace baton::media
