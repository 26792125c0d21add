// SPDX-License-Identifier: GPL-3.0-or-later
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "tests/fuzz/expect.hpp"
#include "tests/transports/direct/stun_builder.hpp"
#include "transports/direct/ice_lite.hpp"

using baton::fuzz::expect;
namespace core = baton::core;
namespace media = baton::media;
using namespace baton::transport::direct;

namespace {

constexpr PeerId kPeer{1};
constexpr std::string_view kFragment = "AAAAAAAA";
constexpr std::string_view kPassword = "BBBBBBBBBBBBBBBBBBBBBBBB";

// With the integrity and fingerprint that the fuzzer would never find, around attributes of its choice.
std::vector<std::uint8_t> authenticated(media::ByteView attributes) {
  test::StunBuilder message(0x0001);
  message.attribute(0x0006, std::string(kFragment) + ":x");
  while (attributes.size() >= 4) {
    const std::size_t size = std::min<std::size_t>(media::load_u16(attributes, 2), attributes.size() - 4);
    message.attribute(media::load_u16(attributes, 0),
                      std::string_view(reinterpret_cast<const char*>(&attributes[0]) + 4, size));
    attributes = attributes.subspan(4 + size);
  }
  // The integrity covers a length that has its own attribute in it (RFC 8489 §14.5).
  test::StunBuilder with_room = message;
  with_room.attribute(0x0008, std::string(20, '\0'));
  const auto& covered = with_room.bytes();
  std::array<std::uint8_t, 20> code{};
  unsigned code_size = 0;
  HMAC(EVP_sha1(), kPassword.data(), static_cast<int>(kPassword.size()), covered.data(), covered.size() - 24,
       code.data(), &code_size);
  return message.attribute(0x0008, std::string_view(reinterpret_cast<const char*>(code.data()), 20))
      .fingerprint()
      .bytes();
}

}  // namespace

// Nothing that is not authenticated is answered or changes anything, and no answer is larger than it may be.
// The first byte says whether what follows is a message or the attributes of an authenticated one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 2'000) {
    return 0;
  }
  const media::ByteView rest(data + 1, size - 1);
  const bool proves_itself = (data[0] & 1U) != 0;
  const auto message =
      proves_itself ? authenticated(rest) : std::vector<std::uint8_t>(rest.begin(), rest.end());
  IceLite ice({.max_peers = 2});
  expect(ice.add(kPeer, {std::string(kFragment), std::string(kPassword)}, core::Instant{}) ==
         AddPeerResult::added);
  std::array<std::uint8_t, kMaxStunResponseBytes> response{};
  const auto from = *SocketAddress::parse("192.0.2.1", Port{5});
  const auto report = ice.incoming(message, from, core::Instant{}, response);
  expect(report.response_size <= response.size());
  const bool answers = report.outcome == StunOutcome::accepted ||
                       report.outcome == StunOutcome::role_conflict ||
                       report.outcome == StunOutcome::unknown_attribute;
  expect(answers || report.response_size == 0);
  expect((report.outcome == StunOutcome::accepted) == report.peer.has_value());
  expect((ice.addresses() == 1) == report.peer.has_value());
  expect(proves_itself || !report.peer || size > 20);
  return 0;
}
