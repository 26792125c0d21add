// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace baton::media {

/// RTCP packet types (RFC 3550 §12.1, RFC 4585 §6.1, RFC 3611). Others are walked over.
enum class RtcpType : std::uint8_t {
  sender_report = 200,
  receiver_report = 201,
  source_description = 202,
  bye = 203,
  application = 204,
  transport_feedback = 205,
  payload_feedback = 206,
  extended_report = 207,
};

/// Numbers and sizes (in bytes) that the reader and the writer of RTCP share.
namespace rtcp {

inline constexpr std::size_t kHeaderSize = 4;
inline constexpr std::size_t kSsrcSize = 4;
inline constexpr std::size_t kSenderInfoSize = 20;   // RFC 3550 §6.4.1, behind the sender's SSRC.
inline constexpr std::size_t kReportBlockSize = 24;  // RFC 3550 §6.4.1.
inline constexpr std::size_t kFeedbackHeadSize = 8;  // RFC 4585 §6.1: sender and media source.
inline constexpr std::size_t kFirEntrySize = 8;      // RFC 5104 §4.3.1.1.
inline constexpr std::size_t kNackEntrySize = 4;     // RFC 4585 §6.2.1.
inline constexpr std::size_t kRembHeadSize = 8;      // "REMB", count of SSRCs, exponent and mantissa.
inline constexpr std::uint32_t kRembIdentifier = 0x52454D42;
inline constexpr unsigned kRembMantissaBits = 18;
/// draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1: base, count, reference time, feedback count.
inline constexpr std::size_t kTransportWideHeadSize = 8;

/// Report blocks, sources of a BYE: the count field has five bits.
inline constexpr std::size_t kMaxCount = 31;

// Feedback message types (RFC 4585 §6.2 and §6.3, RFC 5104 §4.3, the draft's §3.1).
inline constexpr std::uint8_t kGenericNackFormat = 1;
inline constexpr std::uint8_t kTransportWideFormat = 15;
inline constexpr std::uint8_t kPictureLossFormat = 1;
inline constexpr std::uint8_t kFullIntraFormat = 4;
inline constexpr std::uint8_t kApplicationLayerFormat = 15;

/// The SDES item that names an endpoint (RFC 3550 §6.5.1).
inline constexpr std::uint8_t kCanonicalNameItem = 1;

}  // namespace rtcp
}  // namespace baton::media
