// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/aead_protector.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/media/rtp_packet.hpp"
#include "transports/direct/srtcp_framing.hpp"

namespace baton::transport::direct {

std::optional<AeadProtector> AeadProtector::make(AeadSessionKeys keys, AeadLimits limits) {
  auto rtp = AeadCipher::make(std::move(keys.rtp));
  auto rtcp = AeadCipher::make(std::move(keys.rtcp));
  if (!rtp || !rtcp) {
    return std::nullopt;
  }
  return AeadProtector(std::move(*rtp), std::move(*rtcp), limits);
}

AeadProtector::Source* AeadProtector::source_of(media::Ssrc ssrc) {
  const auto found = std::ranges::find(sources_, ssrc, &Source::ssrc);
  if (found != sources_.end()) {
    return &*found;
  }
  if (sources_.size() == kMaxSources) {
    return nullptr;
  }
  return &sources_.emplace_back(Source{ssrc, 0, SentIndexes()});
}

SrtpResult AeadProtector::protect_rtp(media::ByteView head, media::ByteView rest, media::ByteSpan to) {
  const std::size_t size = head.size() + rest.size();
  if (to.size() < size + kMaxSrtpOverheadBytes) {
    return SrtpError::no_room;
  }
  const auto header_size = media::rtp_header_size(head);
  if (!header_size) {
    return SrtpError::malformed;
  }
  if (left_.rtp_packets == 0) {
    return SrtpError::key_expired;
  }
  const media::Ssrc ssrc{media::load_u32(head, 8)};
  Source* const source = source_of(ssrc);
  if (source == nullptr) {
    return SrtpError::too_many_sources;
  }
  // The index counts as used before anything is encrypted: after an error it is not used again.
  const auto index = source->rtp_indexes.take(media::SequenceNumber(media::load_u16(head, 2)));
  if (!index) {
    return index.error();
  }
  --left_.rtp_packets;
  const auto header = head.first(header_size->bytes);
  const auto room = media::copy_bytes(header, to);
  const auto vector = rtp_.initialization_vector(ssrc, index->value);
  if (!rtp_.seal(vector, header, {head.subspan(header.size()), rest}, room)) {
    return SrtpError::other;
  }
  return PacketSize{size + AeadCipher::kTagBytes};
}

SrtpResult AeadProtector::protect_rtcp(media::ByteView packet, media::ByteSpan to) {
  if (to.size() < packet.size() + kMaxSrtpOverheadBytes) {
    return SrtpError::no_room;
  }
  if (packet.size() < kSrtcpHeaderBytes) {
    return SrtpError::malformed;
  }
  if (left_.rtcp_packets == 0) {
    return SrtpError::key_expired;
  }
  const media::Ssrc ssrc{media::load_u32(packet, 4)};
  Source* const source = source_of(ssrc);
  if (source == nullptr) {
    return SrtpError::too_many_sources;
  }
  // The first index is 1, as libsrtp has it. It cannot wrap, for the key would be used up before.
  const std::uint32_t index = ++source->rtcp_index;
  --left_.rtcp_packets;
  std::array<std::uint8_t, kSrtcpHeaderBytes + kSrtcpIndexBytes> associated{};
  const auto header = packet.first(kSrtcpHeaderBytes);
  const auto index_word = media::copy_bytes(header, associated);
  media::store_u32(index_word, 0, kSrtcpEncrypted | index);
  const auto room = media::copy_bytes(header, to);
  const auto vector = rtcp_.initialization_vector(ssrc, index);
  const auto behind = rtcp_.seal(vector, associated, {packet.subspan(kSrtcpHeaderBytes)}, room);
  if (!behind) {
    return SrtpError::other;
  }
  media::copy_bytes(index_word, *behind);
  return PacketSize{packet.size() + AeadCipher::kTagBytes + kSrtcpIndexBytes};
}

}  // namespace baton::transport::direct
