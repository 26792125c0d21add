// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtcp_view.hpp"

namespace baton::media {

/// Why something was not written. What was written before it stays as it is.
enum class RtcpWriteError : std::uint8_t {
  buffer_too_small,        ///< It does not fit behind what is there.
  report_must_come_first,  ///< A compound begins with an SR or RR (RFC 3550 §6.1).
  name_missing,            ///< A compound has a CNAME (RFC 3550 §6.1).
  name_too_long,           ///< More than 255 bytes.
  too_many,                ///< More entries than the count field can say.
  nothing_to_say,          ///< An empty list where the format wants an entry, or nothing was written at all.
};
[[nodiscard]] const char* to_string(RtcpWriteError error);

/// Compound is what everybody understands; reduced-size (RFC 5506) only what `a=rtcp-rsize` was negotiated
/// for: a feedback message alone.
enum class RtcpForm : std::uint8_t { compound, reduced_size };

/// Writes RTCP packets one behind the other into a caller's buffer, which must outlive it. Never allocates.
///
/// Each function answers with nothing when it has written, and with the reason when it has not.
class RtcpWriter {
public:
  RtcpWriter(ByteSpan buffer, RtcpForm form) : buffer_(buffer), form_(form) {}

  using Refused = std::optional<RtcpWriteError>;

  [[nodiscard]] Refused sender_report(const SenderReport& report, std::span<const ReportBlock> blocks = {});
  [[nodiscard]] Refused receiver_report(Ssrc sender, std::span<const ReportBlock> blocks = {});
  /// SDES with a CNAME (RFC 3550 §6.5.1).
  [[nodiscard]] Refused canonical_name(Ssrc sender, std::string_view name);
  [[nodiscard]] Refused bye(Ssrc sender);

  [[nodiscard]] Refused picture_loss_indication(Ssrc sender, Ssrc media_source);
  [[nodiscard]] Refused full_intra_request(Ssrc sender, std::span<const FullIntraRequest> requests);
  /// `lost` in the order of the numbers; those within sixteen of each other share an entry.
  [[nodiscard]] Refused generic_nack(Ssrc sender, Ssrc media_source, std::span<const SequenceNumber> lost);
  /// REMB; rounded down to 18 significant bits.
  [[nodiscard]] Refused bitrate_estimate(Ssrc sender, BitrateEstimate estimate,
                                         std::span<const Ssrc> sources);

  /// Begins any feedback message and answers with the room for its control information, which the caller
  /// fills. `control_size` is in bytes, a multiple of four.
  [[nodiscard]] ParseResult<ByteSpan, RtcpWriteError> feedback(RtcpType type, std::uint8_t format,
                                                               Ssrc sender, Ssrc media_source,
                                                               std::size_t control_size);

  /// Bytes that are left for more.
  [[nodiscard]] std::size_t left() const { return buffer_.size() - size_; }
  /// What is to be sent, or what it lacks.
  [[nodiscard]] ParseResult<ByteView, RtcpWriteError> finish() const;

private:
  [[nodiscard]] ParseResult<ByteSpan, RtcpWriteError> append(RtcpType type, std::size_t count,
                                                             std::size_t body_size);

  ByteSpan buffer_;
  RtcpForm form_;
  std::size_t size_ = 0;
  enum class Name : std::uint8_t { missing, written } name_ = Name::missing;
};

}  // namespace baton::media
