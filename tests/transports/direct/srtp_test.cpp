// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "transports/direct/batch_sender.hpp"
#include "transports/direct/srtp_session.hpp"

namespace baton::transport::direct {
namespace {

using Bytes = std::vector<std::uint8_t>;

SrtpKey key(SrtpProfile profile, std::uint8_t seed) {
  const auto sizes = key_sizes(profile);
  SrtpKey result(sizes.key + sizes.salt);
  for (auto& byte : result.bytes()) {
    byte = seed++;
  }
  return result;
}

SrtpSession session(SrtpProfile profile, std::uint8_t local, std::uint8_t remote) {
  SrtpKeys keys;
  keys.profile = profile;
  keys.local = key(profile, local);
  keys.remote = key(profile, remote);
  auto result = SrtpSession::make(std::move(keys));
  REQUIRE(result);
  return std::move(*result);
}

Bytes rtp(std::uint16_t sequence, std::uint32_t ssrc = 7, std::size_t size = 200) {
  Bytes bytes(size, 0x55);
  bytes[0] = 0x80;
  bytes[1] = 96;
  media::store_u16(bytes, 2, sequence);
  media::store_u32(bytes, 4, 90'000);
  media::store_u32(bytes, 8, ssrc);
  return bytes;
}

Bytes receiver_report(std::uint32_t ssrc) {
  Bytes bytes = {0x80, 201, 0, 1, 0, 0, 0, 0};
  media::store_u32(bytes, 4, ssrc);
  return bytes;
}

Bytes protected_by(SrtpSession& from, const Bytes& packet) {
  Bytes room(packet.size() + kMaxSrtpOverheadBytes);
  const auto result = from.protect_rtp(packet, room);
  REQUIRE(result);
  room.resize(result->bytes);
  return room;
}

const auto kAllProfiles = {SrtpProfile::aead_aes_128_gcm, SrtpProfile::aead_aes_256_gcm,
                           SrtpProfile::aes128_cm_sha1_80};

TEST_CASE("What one side protects, the other reads, with each profile") {
  for (const auto profile : kAllProfiles) {
    INFO(to_string(profile));
    auto ours = session(profile, 1, 101);
    auto theirs = session(profile, 101, 1);
    CHECK(ours.profile() == profile);
    auto packet = protected_by(ours, rtp(1));
    CHECK(packet.size() == 200 + (profile == SrtpProfile::aes128_cm_sha1_80 ? 10 : 16));
    CHECK(Bytes(packet.begin() + 12, packet.begin() + 200) != Bytes(188, 0x55));
    const auto size = theirs.unprotect_rtp(packet);
    REQUIRE(size);
    packet.resize(size->bytes);
    CHECK(packet == rtp(1));

    Bytes report(8 + kMaxSrtpOverheadBytes);
    const auto sent = theirs.protect_rtcp(receiver_report(9), report);
    REQUIRE(sent);
    report.resize(sent->bytes);
    const auto received = ours.unprotect_rtcp(report);
    REQUIRE(received);
    report.resize(received->bytes);
    CHECK(report == receiver_report(9));
  }
}

TEST_CASE("A packet is protected where a batch keeps it, right behind the one before") {
  class Nowhere final : public MessageOutput {
  public:
    int send_messages(std::span<mmsghdr> messages) override {
      const auto* bytes = static_cast<const std::uint8_t*>(messages[0].msg_hdr.msg_iov->iov_base);
      sent.assign(bytes, bytes + messages[0].msg_hdr.msg_iov->iov_len);
      return static_cast<int>(messages.size());
    }
    Bytes sent;
  };
  Nowhere output;
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  auto ours = session(SrtpProfile::aead_aes_128_gcm, 1, 101);
  auto theirs = session(SrtpProfile::aead_aes_128_gcm, 101, 1);
  for (std::uint16_t number = 0; number < 3; ++number) {
    const auto packet = rtp(number);
    const auto room = sender.begin(packet.size() + kMaxSrtpOverheadBytes);
    REQUIRE(room);
    sender.commit(PeerId{1}, *SocketAddress::parse("127.0.0.1", Port{9}),
                  ours.protect_rtp(packet, *room)->bytes);
  }
  CHECK(sender.flush().datagrams_sent == 3);
  REQUIRE(output.sent.size() == 3 * 216);
  for (std::uint16_t number = 0; number < 3; ++number) {
    const auto packet = media::ByteSpan(output.sent).subspan(number * 216U, 216);
    REQUIRE(theirs.unprotect_rtp(packet));
    CHECK(Bytes(packet.begin(), packet.begin() + 200) == rtp(number));
  }
}

TEST_CASE("What is not the peer's packet is refused and counted by its reason") {
  for (const auto profile : kAllProfiles) {
    INFO(to_string(profile));
    auto ours = session(profile, 1, 101);
    auto theirs = session(profile, 101, 1);
    auto others = session(profile, 1, 55);
    const auto good = protected_by(theirs, rtp(5000));
    const auto expect = [&](Bytes packet, SrtpError error) {
      const auto before = ours.unprotect_errors().of(error);
      const auto result = ours.unprotect_rtp(packet);
      REQUIRE_FALSE(result.ok());
      INFO(to_string(result.error()));
      CHECK(result.error() == error);
      CHECK(ours.unprotect_errors().of(error) == before + 1);
    };
    Bytes changed = good;
    changed[100] ^= 1;
    expect(changed, SrtpError::authentication_failed);
    expect(protected_by(others, rtp(5000)), SrtpError::authentication_failed);
    for (std::size_t size = 0; size < 12; ++size) {
      expect(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), SrtpError::malformed);
    }
    Bytes lying = good;
    lying[0] = 0x8F;  // Fifteen contributing sources that are not there.
    lying.resize(40);
    expect(lying, SrtpError::malformed);

    Bytes first = good;
    CHECK(ours.unprotect_rtp(first));
    expect(good, SrtpError::replayed);
    const auto late = protected_by(theirs, rtp(5001));
    Bytes ahead = protected_by(theirs, rtp(5001 + 1100));
    CHECK(ours.unprotect_rtp(ahead));
    expect(late, SrtpError::too_old);
  }
}

TEST_CASE("A packet within the replay window may come late, and the roll-over of numbers is followed") {
  auto ours = session(SrtpProfile::aead_aes_128_gcm, 1, 101);
  auto theirs = session(SrtpProfile::aead_aes_128_gcm, 101, 1);
  Bytes late;
  for (int number = 65'000; number < 65'536 + 400; ++number) {
    auto packet = protected_by(theirs, rtp(static_cast<std::uint16_t>(number)));
    if (number == 65'100) {
      late = packet;
      continue;
    }
    REQUIRE(ours.unprotect_rtp(packet));
  }
  CHECK(ours.unprotect_rtp(late));
}

TEST_CASE("One number is never used twice for sending") {
  for (const auto profile : kAllProfiles) {
    INFO(to_string(profile));
    auto ours = session(profile, 1, 101);
    (void)protected_by(ours, rtp(1));
    Bytes room(200 + kMaxSrtpOverheadBytes);
    const auto result = ours.protect_rtp(rtp(1), room);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error() == SrtpError::replayed);
    CHECK(ours.protect_errors().of(SrtpError::replayed) == 1);
  }
}

TEST_CASE("A packet may be given in two pieces, of which the second is many peers'") {
  for (const auto profile : kAllProfiles) {
    INFO(to_string(profile));
    const auto packet = rtp(1);
    for (const std::size_t first : {12U, 13U, 28U, 150U, 199U, 200U}) {
      INFO("the first piece has " << first << " bytes");
      auto ours = session(profile, 1, 101);
      auto same = session(profile, 1, 101);
      const auto head = media::ByteView(packet).first(first);
      const auto rest = media::ByteView(packet).subspan(first);
      Bytes room(packet.size() + kMaxSrtpOverheadBytes);
      const auto size = ours.protect_rtp(head, rest, room);
      REQUIRE(size);
      room.resize(size->bytes);
      CHECK(room == protected_by(same, packet));
      CHECK(packet == rtp(1));
    }
  }
}

TEST_CASE("A buffer without room for the tag is refused, and the packet may be sent after all") {
  for (const auto profile : kAllProfiles) {
    INFO(to_string(profile));
    auto ours = session(profile, 1, 101);
    Bytes room(200 + kMaxSrtpOverheadBytes - 1);
    CHECK(ours.protect_rtp(rtp(1), room).error() == SrtpError::no_room);
    CHECK(ours.protect_errors().of(SrtpError::no_room) == 1);
    room.resize(200 + kMaxSrtpOverheadBytes);
    CHECK(ours.protect_rtp(rtp(1), room));
    room.resize(8 + kMaxSrtpOverheadBytes - 1);
    CHECK(ours.protect_rtcp(receiver_report(1), room).error() == SrtpError::no_room);
    const auto packet = rtp(2);
    CHECK(ours.protect_rtp(media::ByteView(packet).first(3), room).error() == SrtpError::malformed);
  }
}

TEST_CASE("A peer has 64 streams in each direction and not one more; those that it has go on") {
  for (const auto profile : kAllProfiles) {
    INFO(to_string(profile));
    auto ours = session(profile, 1, 101);
    auto theirs = session(profile, 101, 1);
    auto others = session(profile, 9, 101);
    // What is not authenticated takes no place.
    for (std::uint32_t ssrc = 1000; ssrc < 1000 + kMaxSources; ++ssrc) {
      auto forged = protected_by(others, rtp(1, ssrc));
      CHECK_FALSE(ours.unprotect_rtp(forged));
    }
    for (std::uint32_t ssrc = 0; ssrc < kMaxSources; ++ssrc) {
      auto packet = protected_by(theirs, rtp(1, ssrc));
      CHECK(ours.unprotect_rtp(packet));
    }
    Bytes room(200 + kMaxSrtpOverheadBytes);
    CHECK(theirs.protect_rtp(rtp(1, 500), room).error() == SrtpError::too_many_sources);
    CHECK(theirs.protect_rtcp(receiver_report(501), room).error() == SrtpError::too_many_sources);
    CHECK(theirs.protect_errors().of(SrtpError::too_many_sources) == 2);
    auto theirs_too = session(profile, 101, 1);
    auto one_more = protected_by(theirs_too, rtp(1, 500));
    CHECK(ours.unprotect_rtp(one_more).error() == SrtpError::too_many_sources);
    Bytes report(8 + kMaxSrtpOverheadBytes);
    report.resize(theirs_too.protect_rtcp(receiver_report(501), report)->bytes);
    CHECK(ours.unprotect_rtcp(report).error() == SrtpError::too_many_sources);
    auto known = protected_by(theirs, rtp(2, 3));
    CHECK(ours.unprotect_rtp(known));
  }
}

TEST_CASE("Keys of the wrong size make no session") {
  SrtpKeys keys;
  keys.profile = SrtpProfile::aead_aes_256_gcm;
  keys.local = key(SrtpProfile::aead_aes_128_gcm, 1);
  keys.remote = key(SrtpProfile::aead_aes_128_gcm, 1);
  CHECK_FALSE(SrtpSession::make(std::move(keys)));
}

TEST_CASE("A library that others initialised already is used as it is") {
  (void)srtp_init();
  auto ours = session(SrtpProfile::aead_aes_128_gcm, 1, 101);
  (void)srtp_init();
  (void)protected_by(ours, rtp(1));
  (void)session(SrtpProfile::aead_aes_128_gcm, 1, 101);
}

}  // namespace
}  // namespace baton::transport::direct
