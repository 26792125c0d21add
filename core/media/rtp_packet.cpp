// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtp_packet.hpp"

#include "core/media/extension_format.hpp"

namespace baton::media {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr unsigned kExtensionBit = 0x10;

using namespace extension_format;  // Numbers and sizes.

std::optional<ByteView> find_one_byte_element(ByteView block, std::uint8_t wanted) {
  std::size_t offset = 0;
  while (offset < block.size()) {
    const auto header = block[offset];
    ++offset;
    if (header == kPaddingElement) {
      continue;
    }
    const auto id = static_cast<std::uint8_t>(header >> 4U);
    const auto size = static_cast<std::size_t>(header & 0x0FU) + 1;
    // Id 0 with a length, and id 15, end the elements that may be believed.
    if (id == kPaddingElement || id == kReservedOneByteId || size > block.size() - offset) {
      return std::nullopt;
    }
    if (id == wanted) {
      return block.subspan(offset, size);
    }
    offset += size;
  }
  return std::nullopt;
}

std::optional<ByteView> find_two_byte_element(ByteView block, std::uint8_t wanted) {
  std::size_t offset = 0;
  while (offset < block.size()) {
    const auto id = block[offset];
    ++offset;
    if (id == kPaddingElement) {
      continue;
    }
    if (offset == block.size()) {
      return std::nullopt;
    }
    const std::size_t size = block[offset];
    ++offset;
    if (size > block.size() - offset) {
      return std::nullopt;
    }
    if (id == wanted) {
      return block.subspan(offset, size);
    }
    offset += size;
  }
  return std::nullopt;
}

}  // namespace

const char* to_string(RtpError error) {
  switch (error) {
    case RtpError::too_short:
      return "too_short";
    case RtpError::wrong_version:
      return "wrong_version";
    case RtpError::csrc_beyond_end:
      return "csrc_beyond_end";
    case RtpError::extension_beyond_end:
      return "extension_beyond_end";
    case RtpError::padding_zero:
      return "padding_zero";
    case RtpError::padding_beyond_end:
      return "padding_beyond_end";
  }
  return "unknown";
}

ParseResult<RtpHeaderSize, RtpError> rtp_header_size(ByteView bytes) {
  if (bytes.size() < kRtpFixedHeaderSize) {
    return RtpError::too_short;
  }
  if ((bytes[0] >> 6U) != kVersion) {
    return RtpError::wrong_version;
  }
  const std::size_t with_sources = kRtpFixedHeaderSize + 4 * std::size_t{bytes[0] & 0x0FU};
  if (with_sources > bytes.size()) {
    return RtpError::csrc_beyond_end;
  }
  if ((bytes[0] & kExtensionBit) == 0) {
    return RtpHeaderSize{with_sources};
  }
  if (bytes.size() - with_sources < kBlockHeaderSize) {
    return RtpError::extension_beyond_end;
  }
  const std::size_t size =
      with_sources + kBlockHeaderSize + 4 * std::size_t{load_u16(bytes, with_sources + 2)};
  if (size > bytes.size()) {
    return RtpError::extension_beyond_end;
  }
  return RtpHeaderSize{size};
}

ParseResult<RtpPacketView, RtpError> RtpPacketView::parse(ByteView bytes) {
  const auto header = rtp_header_size(bytes);
  if (!header) {
    return header.error();
  }
  const std::size_t header_size = header->bytes;
  RtpPacketView view(bytes);
  if ((bytes[0] & kExtensionBit) != 0) {
    const std::size_t block = kRtpFixedHeaderSize + 4 * view.csrc_count();
    view.extension_profile_ = load_u16(bytes, block);
    view.extension_offset_ = block + kBlockHeaderSize;
    view.extension_size_ = header_size - view.extension_offset_;
  }
  std::size_t padding = 0;
  if ((bytes[0] & 0x20U) != 0) {
    if (header_size == bytes.size()) {
      return RtpError::padding_beyond_end;
    }
    padding = bytes.back();
    if (padding == 0) {
      return RtpError::padding_zero;
    }
    if (padding > bytes.size() - header_size) {
      return RtpError::padding_beyond_end;
    }
  }
  view.payload_offset_ = header_size;
  view.payload_size_ = bytes.size() - header_size - padding;
  return view;
}

PayloadType RtpPacketView::payload_type() const {
  return PayloadType{static_cast<std::uint8_t>(bytes_[1] & 0x7FU)};
}
Marker RtpPacketView::marker() const {
  return (bytes_[1] & 0x80U) != 0 ? Marker::set : Marker::clear;
}
SequenceNumber RtpPacketView::sequence_number() const {
  return SequenceNumber(load_u16(bytes_, 2));
}
RtpTimestamp RtpPacketView::timestamp() const {
  return RtpTimestamp(load_u32(bytes_, 4));
}
Ssrc RtpPacketView::ssrc() const {
  return Ssrc{load_u32(bytes_, 8)};
}
std::size_t RtpPacketView::csrc_count() const {
  return bytes_[0] & 0x0FU;
}
ByteView RtpPacketView::payload() const {
  return bytes_.subspan(payload_offset_, payload_size_);
}

ByteView RtpPacketView::payload_and_padding() const {
  return bytes_.subspan(payload_offset_);
}

std::optional<ByteView> RtpPacketView::extension(ExtensionId id) const {
  if (extension_size_ == 0 || id.value == kPaddingElement) {
    return std::nullopt;
  }
  const auto block = bytes_.subspan(extension_offset_, extension_size_);
  if (extension_profile_ == kOneByteProfile) {
    return find_one_byte_element(block, id.value);
  }
  if ((extension_profile_ & kTwoByteProfileMask) == kTwoByteProfile) {
    return find_two_byte_element(block, id.value);
  }
  return std::nullopt;
}

ParseResult<MutableRtpPacket, RtpError> MutableRtpPacket::parse(ByteSpan bytes) {
  const auto view = RtpPacketView::parse(bytes);
  if (!view) {
    return view.error();
  }
  return MutableRtpPacket(bytes, *view);
}

void MutableRtpPacket::set_payload_type(PayloadType payload_type) {
  bytes_[1] = static_cast<std::uint8_t>((bytes_[1] & 0x80U) | (payload_type.value & 0x7FU));
}
void MutableRtpPacket::set_sequence_number(SequenceNumber sequence_number) {
  store_u16(bytes_, 2, sequence_number.value());
}
void MutableRtpPacket::set_timestamp(RtpTimestamp timestamp) {
  store_u32(bytes_, 4, timestamp.value());
}
void MutableRtpPacket::set_ssrc(Ssrc ssrc) {
  store_u32(bytes_, 8, ssrc.value);
}

ByteSpan MutableRtpPacket::payload() const {
  return bytes_.subspan(view_.payload_offset_, view_.payload_size_);
}

std::optional<ByteSpan> MutableRtpPacket::extension(ExtensionId id) const {
  const auto found = view_.extension(id);
  if (!found) {
    return std::nullopt;
  }
  const auto offset = static_cast<std::size_t>(found->data() - bytes_.data());
  return bytes_.subspan(offset, found->size());
}

}  // namespace baton::media
