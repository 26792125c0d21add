// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/media/rtp_packet.hpp"
#include "tests/fuzz/expect.hpp"
#include "transports/direct/aead_protector.hpp"
#include "transports/direct/aead_unprotector.hpp"
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
        our_receiver(*AeadUnprotector::make(*derive_aead_keys(profile, make_key(profile)))),
        receiver(make_library(profile, SrtpDirection::inbound)) {}

  AeadProtector ours;
  LibrarySrtp library;
  AeadUnprotector our_receiver;
  LibrarySrtp receiver;
  /// Whether a packet did not arrive as it was sent.
  bool has_lost = false;
};

enum class Kind : std::uint8_t { rtp, rtcp };

/// What happens to a protected packet on its way.
enum class Way : std::uint8_t {
  straight,
  changed,  ///< One bit is another.
  twice,
  replaced,  ///< What is not protected comes in its place.
};

template <typename Receiver>
SrtpResult unprotect(Receiver& by, Kind kind, Bytes& packet) {
  const auto read = kind == Kind::rtp ? by.unprotect_rtp(packet) : by.unprotect_rtcp(packet);
  packet.resize(read ? read->bytes : 0);
  return read;
}

/// What libsrtp reads and we refuse: another version of RTP, and a report that is not encrypted.
bool may_be_refused(Kind kind, media::ByteView packet) {
  return kind == Kind::rtp ? (packet[0] >> 6U) != 2 : (packet[packet.size() - 4] >> 7U) == 0;
}

enum class Reading : std::uint8_t {
  read,
  refused,
  parted,  ///< By libsrtp alone, which has another state since.
};

/// Gives the packet to both receivers, which read the same of it or nothing.
Reading receive(Parties& parties, Kind kind, const Bytes& packet) {
  Bytes by_us = packet;
  Bytes by_library = packet;
  const auto ours = unprotect(parties.our_receiver, kind, by_us);
  const auto theirs = unprotect(parties.receiver, kind, by_library);
  if (ours.ok() && theirs.ok()) {
    expect(by_us == by_library);
    return Reading::read;
  }
  if (ours.ok()) {
    // Libsrtp's window for reports is narrower, whatever it is told.
    expect(kind == Kind::rtcp && theirs.error() == SrtpError::too_old);
    return Reading::read;
  }
  expect(!theirs.ok() || (ours.error() == SrtpError::malformed && may_be_refused(kind, packet)));
  return theirs.ok() ? Reading::parted : Reading::refused;
}

/// What libsrtp takes and we refuse: another version of RTP, and a number that lies before the first index.
/// Libsrtp's stream is another one after that.
bool may_differ(SrtpError error, media::ByteView packet) {
  return error == SrtpError::too_old || (error == SrtpError::malformed && (packet[0] >> 6U) != 2);
}

/// Protects by both and, when both have, lets what they wrote go its way to both receivers. False when ours
/// and libsrtp have parted.
bool pass_on(Parties& parties, Kind kind, media::ByteView head, media::ByteView rest, Way way) {
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
  if (way == Way::changed) {
    by_us[packet.back() % by_us.size()] ^= static_cast<std::uint8_t>(1U << (packet[1] % 8U));
  }
  const auto reading = receive(parties, kind, way == Way::replaced ? packet : by_us);
  if (way == Way::twice) {
    expect(receive(parties, kind, by_us) == Reading::refused);
  }
  // Where nothing was lost, nobody loses count.
  if (way == Way::straight || way == Way::twice) {
    expect(parties.has_lost || reading == Reading::read);
  } else {
    parties.has_lost = true;
  }
  return reading != Reading::parted;
}

}  // namespace

// Whatever packets there are, ours are libsrtp's bit for bit; and whatever arrives, we read of it what
// libsrtp reads. The input is packets, each with a byte that says what it is and how long, and one that says
// where an RTP packet is cut into two pieces, and in its two highest bits, what happens to it on its way.
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
    const std::size_t cut =
        header ? std::min(packet.size(), header->bytes + (input[1] & 0x3FU)) : packet.size();
    const auto way = static_cast<Way>(input[1] >> 6U);
    if (!pass_on(parties, kind, packet.first(cut), packet.subspan(cut), way)) {
      return 0;
    }
    input = input.subspan(2 + packet.size());
  }
  return 0;
}
