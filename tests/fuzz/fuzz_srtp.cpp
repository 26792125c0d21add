// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/rtp_packet.hpp"
#include "tests/fuzz/expect.hpp"
#include "transports/direct/aead_protector.hpp"
#include "transports/direct/library_srtp.hpp"

using baton::fuzz::expect;
namespace media = baton::media;
using namespace baton::transport::direct;

namespace {

using Bytes = std::vector<std::uint8_t>;

SrtpKey make_key(SrtpProfile profile) {
  const auto sizes = key_sizes(profile);
  SrtpKey key(sizes.key + sizes.salt);
  std::ranges::fill(key.bytes(), std::uint8_t{3});
  return key;
}

LibrarySrtp make_library(SrtpProfile profile, SrtpDirection direction) {
  auto key = make_key(profile);
  auto library = LibrarySrtp::make(profile, key, direction);
  expect(library.has_value());
  return std::move(*library);
}

struct Parties {
  explicit Parties(SrtpProfile profile)
      : ours(*AeadProtector::make(*derive_aead_keys(profile, make_key(profile)))),
        library(make_library(profile, SrtpDirection::outbound)),
        receiver(make_library(profile, SrtpDirection::inbound)) {}

  AeadProtector ours;
  LibrarySrtp library;
  LibrarySrtp receiver;
};

enum class Kind : std::uint8_t { rtp, rtcp };

/// What libsrtp takes and we refuse: another version of RTP, and a number that lies before the first index,
/// or half a circle from the newest. Libsrtp's stream is another one after that.
bool may_differ(SrtpError error, media::ByteView packet) {
  return error == SrtpError::too_old || (error == SrtpError::malformed && (packet[0] >> 6U) != 2);
}

/// False when the two have parted.
bool protect(Parties& parties, Kind kind, media::ByteView head, media::ByteView rest) {
  Bytes packet(head.begin(), head.end());
  packet.insert(packet.end(), rest.begin(), rest.end());
  Bytes by_us(packet.size() + kMaxSrtpOverheadBytes);
  Bytes by_library(by_us.size());
  const auto ours = kind == Kind::rtp ? parties.ours.protect_rtp(head, rest, by_us)
                                      : parties.ours.protect_rtcp(packet, by_us);
  const auto theirs = kind == Kind::rtp ? parties.library.protect_rtp(packet, {}, by_library)
                                        : parties.library.protect_rtcp(packet, by_library);
  if (!ours) {
    const bool same = !theirs.ok() && ours.error() == theirs.error();
    expect(same || may_differ(ours.error(), packet));
    return !theirs.ok();
  }
  expect(theirs.ok());
  by_us.resize(ours->bytes);
  by_library.resize(theirs->bytes);
  expect(by_us == by_library);
  const auto read =
      kind == Kind::rtp ? parties.receiver.unprotect_rtp(by_us) : parties.receiver.unprotect_rtcp(by_us);
  expect(read.ok());
  by_us.resize(read->bytes);
  expect(by_us == packet);
  return true;
}

}  // namespace

// Whatever packets there are, ours are libsrtp's bit for bit, and it reads them. The input is packets, each
// with a byte that says what it is and how long, and one that says where an RTP packet is cut into two
// pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4'000) {
    return 0;
  }
  media::ByteView input(data, size);
  Parties parties((input[0] & 1U) == 0 ? SrtpProfile::aead_aes_128_gcm : SrtpProfile::aead_aes_256_gcm);
  input = input.subspan(1);
  while (input.size() >= 2) {
    const auto kind = (input[0] & 1U) == 0 ? Kind::rtp : Kind::rtcp;
    const std::size_t wanted = input[0] >> 1U;
    const auto packet = input.subspan(2, std::min(wanted, input.size() - 2));
    // The header must be whole in the first piece, so the cut is behind it.
    const auto header = media::rtp_header_size(packet);
    const std::size_t cut = header ? std::min(packet.size(), header->bytes + input[1]) : packet.size();
    if (!protect(parties, kind, packet.first(cut), packet.subspan(cut))) {
      return 0;
    }
    input = input.subspan(2 + packet.size());
  }
  return 0;
}
