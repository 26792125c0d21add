// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_types.hpp"

namespace baton::media {

/// Size of the fixed RTP header (RFC 3550 §5.1), in bytes.
inline constexpr std::size_t kRtpFixedHeaderSize = 12;

/// Why bytes were refused as an RTP packet.
enum class RtpError : std::uint8_t {
  too_short,             ///< Fewer bytes than the fixed header.
  wrong_version,         ///< The version is not 2.
  csrc_beyond_end,       ///< The CSRC count promises more than there is.
  extension_beyond_end,  ///< The header extension, or its length word, reaches past the end.
  padding_zero,  ///< The padding bit is set and the padding count is 0; it counts itself, so at least 1.
  padding_beyond_end,  ///< The padding count reaches into the header.
};
[[nodiscard]] const char* to_string(RtpError error);

/// Size of a header with its contributing sources and its extension.
struct RtpHeaderSize {
  std::size_t bytes = 0;
};
/// Checks and measures the header that `bytes` begin with; what follows it is not looked at (RFC 3550 §5.1,
/// §5.3.1).
[[nodiscard]] ParseResult<RtpHeaderSize, RtpError> rtp_header_size(ByteView bytes);

/// Local identifier of a header extension, as negotiated by `a=extmap` (RFC 8285 §5): 1–14 for the one-byte
/// form, 1–255 for the two-byte form.
struct ExtensionId {
  std::uint8_t value = 0;
  friend constexpr bool operator==(const ExtensionId&, const ExtensionId&) = default;
};

/// Whether the last packet of a frame is marked (RFC 3550 §5.1; each video payload format says "last of the
/// frame").
enum class Marker : std::uint8_t { clear, set };

/// A checked, read-only look at an RTP packet. Borrows the bytes; cheap to copy.
class RtpPacketView {
public:
  /// Checks every length of RFC 3550 §5.1 and §5.3.1. Nothing is read beyond `bytes`.
  static ParseResult<RtpPacketView, RtpError> parse(ByteView bytes);

  [[nodiscard]] PayloadType payload_type() const;
  [[nodiscard]] Marker marker() const;
  [[nodiscard]] SequenceNumber sequence_number() const;
  [[nodiscard]] RtpTimestamp timestamp() const;
  [[nodiscard]] Ssrc ssrc() const;
  [[nodiscard]] std::size_t csrc_count() const;

  /// The payload without padding; empty for a packet that is padding only (a bandwidth probe).
  [[nodiscard]] ByteView payload() const;
  /// All that follows the header.
  [[nodiscard]] ByteView payload_and_padding() const;
  /// Everything, header and padding included.
  [[nodiscard]] ByteView bytes() const { return bytes_; }

  /// The data of the first header extension element with this id (RFC 8285 §4.2 and §4.3), possibly empty for
  /// the two-byte form. Nothing when there is none, when the extension has another profile, or when an
  /// element before it lies about its length: what follows a lie cannot be trusted.
  [[nodiscard]] std::optional<ByteView> extension(ExtensionId id) const;

private:
  friend class MutableRtpPacket;
  explicit RtpPacketView(ByteView bytes) : bytes_(bytes) {}

  ByteView bytes_;
  std::size_t extension_offset_ = 0;  // Of the first element; meaningful when extension_size_ is not 0.
  std::size_t extension_size_ = 0;
  std::uint16_t extension_profile_ = 0;
  std::size_t payload_offset_ = 0;
  std::size_t payload_size_ = 0;
};

/// The same packet with setters. All changes are in place and keep its size.
class MutableRtpPacket {
public:
  static ParseResult<MutableRtpPacket, RtpError> parse(ByteSpan bytes);

  [[nodiscard]] const RtpPacketView& view() const { return view_; }

  void set_payload_type(PayloadType payload_type);  ///< The marker bit beside it stays.
  void set_sequence_number(SequenceNumber sequence_number);
  void set_timestamp(RtpTimestamp timestamp);
  void set_ssrc(Ssrc ssrc);

  [[nodiscard]] ByteSpan bytes() const { return bytes_; }
  [[nodiscard]] ByteSpan payload() const;
  /// As RtpPacketView::extension(), for rewriting an element in place.
  [[nodiscard]] std::optional<ByteSpan> extension(ExtensionId id) const;

private:
  MutableRtpPacket(ByteSpan bytes, RtpPacketView view) : bytes_(bytes), view_(view) {}

  ByteSpan bytes_;
  RtpPacketView view_;
};

}  // namespace baton::media
