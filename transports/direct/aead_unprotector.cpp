// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/aead_unprotector.hpp"

#include <algorithm>
#include <array>

#include "core/media/rtp_packet.hpp"
#include "transports/direct/srtcp_framing.hpp"

namespace baton::transport::direct {

std::optional<AeadUnprotector> AeadUnprotector::make(AeadSessionKeys keys) {
  auto rtp = AeadCipher::make(std::move(keys.rtp));
  auto rtcp = AeadCipher::make(std::move(keys.rtcp));
  if (!rtp || !rtcp) {
    return std::nullopt;
  }
  return AeadUnprotector(std::move(*rtp), std::move(*rtcp));
}

media::ParseResult<AeadUnprotector::Source*, SrtpError> AeadUnprotector::find(media::Ssrc ssrc) {
  const auto found = std::ranges::find(sources_, ssrc, &Source::ssrc);
  if (found != sources_.end()) {
    return &*found;
  }
  if (sources_.size() == kMaxSources) {
    return SrtpError::too_many_sources;
  }
  return nullptr;
}

AeadUnprotector::Source& AeadUnprotector::keep(Source* known, media::Ssrc ssrc) {
  return known != nullptr ? *known : sources_.emplace_back(Source{ssrc});
}

SrtpResult AeadUnprotector::unprotect_rtp(media::ByteSpan packet) {
  const auto header_size = media::rtp_header_size(packet);
  if (!header_size || packet.size() < header_size->bytes + AeadCipher::kTagBytes) {
    return SrtpError::malformed;
  }
  const media::Ssrc ssrc{media::load_u32(packet, 8)};
  const auto known = find(ssrc);
  if (!known) {
    return known.error();
  }
  const media::SequenceNumber number(media::load_u16(packet, 2));
  const auto index = *known != nullptr ? (*known)->rtp_indexes.find(number) : ReceivedIndexes().find(number);
  if (!index) {
    return index.error();
  }
  const auto header = packet.first(header_size->bytes);
  const auto vector = rtp_.initialization_vector(ssrc, index->value);
  if (!rtp_.open(vector, header, packet.subspan(header.size()))) {
    return SrtpError::authentication_failed;
  }
  keep(*known, ssrc).rtp_indexes.record(*index);
  return PacketSize{packet.size() - AeadCipher::kTagBytes};
}

SrtpResult AeadUnprotector::unprotect_rtcp(media::ByteSpan packet) {
  if (packet.size() < kSrtcpHeaderBytes + AeadCipher::kTagBytes + kSrtcpIndexBytes) {
    return SrtpError::malformed;
  }
  const auto index_word = packet.last(kSrtcpIndexBytes);
  const std::uint32_t word = media::load_u32(index_word, 0);
  if ((word & kSrtcpEncrypted) == 0) {
    return SrtpError::malformed;
  }
  const media::Ssrc ssrc{media::load_u32(packet, 4)};
  const auto known = find(ssrc);
  if (!known) {
    return known.error();
  }
  const PacketIndex index{word & ~kSrtcpEncrypted};
  if (*known != nullptr) {
    if (const auto refusal = (*known)->rtcp_indexes.refusal(index)) {
      return *refusal;
    }
  }
  std::array<std::uint8_t, kSrtcpHeaderBytes + kSrtcpIndexBytes> associated{};
  const auto header = packet.first(kSrtcpHeaderBytes);
  media::copy_bytes(index_word, media::copy_bytes(header, associated));
  const auto vector = rtcp_.initialization_vector(ssrc, index.value);
  const auto sealed = packet.subspan(header.size(), packet.size() - header.size() - index_word.size());
  if (!rtcp_.open(vector, associated, sealed)) {
    return SrtpError::authentication_failed;
  }
  keep(*known, ssrc).rtcp_indexes.record(index);
  return PacketSize{packet.size() - AeadCipher::kTagBytes - kSrtcpIndexBytes};
}

}  // namespace baton::transport::direct
