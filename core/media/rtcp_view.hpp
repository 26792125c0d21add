// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Why bytes were refused as a (compound) RTCP packet.
enum class RtcpError : std::uint8_t {
  empty,              ///< No bytes at all.
  header_beyond_end,  ///< Fewer than four bytes are left for a header.
  wrong_version,      ///< The version of one of the packets is not 2.
  length_beyond_end,  ///< A length field promises more than there is.
  padding_not_last,   ///< Padding on a packet that is not the last (RFC 3550 §6.4.1).
  padding_invalid,    ///< The padding count is 0, no multiple of four, or reaches into the header.
  body_too_short,     ///< A known type is too short for what its count field promises.
  body_malformed,     ///< A known type whose length is impossible, such as a FIR entry cut in half.
};
[[nodiscard]] const char* to_string(RtcpError error);

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

/// 64-bit NTP time (RFC 3550 §4): 32 bits of seconds since 1900, 32 bits of fraction.
struct NtpTime {
  std::uint64_t value = 0;
  friend constexpr bool operator==(const NtpTime&, const NtpTime&) = default;
};

/// Sender information of an SR (RFC 3550 §6.4.1): the pair of times that lets a receiver synchronise media.
struct SenderReport {
  Ssrc sender;
  NtpTime ntp_time;
  RtpTimestamp rtp_timestamp;
  std::uint32_t packet_count = 0;
  std::uint32_t octet_count = 0;
};

/// Packets that a receiver lacks since it began, less those that came late or twice (RFC 3550 §6.4.1).
struct CumulativeLoss {
  std::int32_t packets = 0;
};

/// The first report block of an SR or RR (RFC 3550 §6.4.1), as far as it is used.
struct ReceptionReport {
  Ssrc source;                ///< Whose packets it reports on.
  SequenceNumber highest{0};  ///< The highest that was received, without the count of its cycles.
  CumulativeLoss lost{};
};

/// A receiver's estimate of the bandwidth it can take, in bits per second (REMB).
struct BitrateEstimate {
  std::uint64_t bits_per_second = 0;
};

/// One packet of a compound. Borrows the bytes.
struct RtcpPacketView {
  RtcpType type{};         ///< May hold a number that has no name above.
  std::uint8_t count = 0;  ///< Reception count, source count or feedback message type: the low five bits.
  ByteView body;           ///< What follows the four bytes of header, without padding.

  [[nodiscard]] bool is_picture_loss_indication() const;  ///< RFC 4585 §6.3.1.
  [[nodiscard]] bool is_full_intra_request() const;       ///< RFC 5104 §4.3.1.
  [[nodiscard]] bool is_generic_nack() const;             ///< RFC 4585 §6.2.1.
  [[nodiscard]] std::optional<SenderReport> sender_report() const;
  [[nodiscard]] std::optional<ReceptionReport> reception_report() const;
  [[nodiscard]] std::optional<BitrateEstimate> bitrate_estimate() const;
};

/// What a compound holds, in one look.
struct RtcpSummary {
  std::optional<SenderReport> sender_report;        ///< The last SR, when there is one.
  std::optional<BitrateEstimate> bitrate_estimate;  ///< The last REMB.
  std::optional<ReceptionReport> reception_report;  ///< That of the last SR or RR that has one.
  bool has_receiver_report = false;
  bool has_bye = false;
  bool has_picture_loss_indication = false;
  bool has_full_intra_request = false;
  bool has_generic_nack = false;

  /// The receiver needs a key frame.
  [[nodiscard]] bool asks_for_keyframe() const {
    return has_picture_loss_indication || has_full_intra_request;
  }
};

/// A checked compound RTCP packet (RFC 3550 §6.1), or a reduced-size one (RFC 5506: any packet may come
/// first). Borrows the bytes.
class RtcpView {
public:
  /// Checks each length before anything is believed; one lie refuses the whole compound.
  static ParseResult<RtcpView, RtcpError> parse(ByteView bytes);

  /// Goes through the packets in order.
  class Reader {
  public:
    explicit Reader(ByteView rest) : rest_(rest) {}
    /// The next packet, or nothing at the end.
    std::optional<RtcpPacketView> next();

  private:
    ByteView rest_;
  };

  [[nodiscard]] Reader packets() const { return Reader(bytes_); }
  [[nodiscard]] RtcpSummary summary() const;

private:
  explicit RtcpView(ByteView bytes) : bytes_(bytes) {}
  ByteView bytes_;
};

/// Tells RTCP from RTP on one port by its second byte (RFC 5761 §4).
enum class PacketKind : std::uint8_t { rtp, rtcp, neither };
[[nodiscard]] PacketKind classify_packet(ByteView bytes);

}  // namespace baton::media
