// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <vector>

#include "core/media/rtcp_view.hpp"
#include "tests/fuzz/expect.hpp"
#include "transports/direct/packet_class.hpp"
#include "transports/direct/srtp_session.hpp"

using baton::fuzz::expect;
namespace media = baton::media;
using namespace baton::transport::direct;

namespace {

SrtpSession make_session() {
  SrtpKeys keys;
  const auto sizes = key_sizes(keys.profile);
  keys.local = SrtpKey(sizes.key + sizes.salt);
  keys.remote = SrtpKey(sizes.key + sizes.salt);
  std::ranges::fill(keys.local.bytes(), std::uint8_t{1});
  std::ranges::fill(keys.remote.bytes(), std::uint8_t{2});
  auto session = SrtpSession::make(std::move(keys));
  expect(session.has_value());
  return std::move(*session);
}

}  // namespace

// A datagram is of one class, the one that its first bytes say; media that nobody protected is refused
// whatever it looks like, and what is protected is larger than it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const media::ByteView bytes(data, size);
  const auto packet_class = classify_datagram(bytes);
  const bool is_media = packet_class == PacketClass::rtp || packet_class == PacketClass::rtcp;
  expect(is_media == (media::classify_packet(bytes) != media::PacketKind::neither));
  expect(packet_class != PacketClass::stun || data[0] < 4);
  expect(packet_class != PacketClass::dtls || (data[0] >= 20 && data[0] < 64));
  if (!is_media) {
    return 0;
  }
  static SrtpSession session = make_session();
  std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  if (packet_class == PacketClass::rtp) {
    expect(!session.unprotect_rtp(copy).ok());
  } else {
    expect(!session.unprotect_rtcp(copy).ok());
  }
  copy.resize(size + kMaxSrtpOverheadBytes);
  const auto sent =
      packet_class == PacketClass::rtp ? session.protect_rtp(bytes, copy) : session.protect_rtcp(bytes, copy);
  expect(!sent.ok() || (sent->bytes > size && sent->bytes <= size + kMaxSrtpOverheadBytes));
  return 0;
}
