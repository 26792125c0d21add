// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtx_stream.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "core/media/rtx_original.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

constexpr RtxIdentity kIdentity{Ssrc{0xABCDEF01}, PayloadType{97}, SequenceNumber(65535)};

Bytes written(RtxStream& stream, const Bytes& original) {
  std::array<std::uint8_t, 256> out;
  out.fill(0xEE);
  const auto bytes = stream.write(test::view_of(original), out);
  REQUIRE(bytes.ok());
  return {bytes->begin(), bytes->end()};
}

TEST_CASE("A retransmission is the packet under the stream's own names, its number before the payload") {
  RtxStream stream(kIdentity);
  const Bytes original = test::make_rtp(
      {.sequence = 0x1234, .timestamp = 0x01020304, .marker = Marker::set, .payload = {9, 8, 7}});
  CHECK(written(stream, original) ==
        Bytes{0x80, 0x80 | 97, 0xFF, 0xFF, 1, 2, 3, 4, 0xAB, 0xCD, 0xEF, 1, 0x12, 0x34, 9, 8, 7});
  CHECK(written(stream, original)[3] == 0);  // Its numbers wrap.
  CHECK(stream.next_sequence() == SequenceNumber(1));
  CHECK(stream.ssrc() == kIdentity.ssrc);
}

TEST_CASE("Contributing sources and header extensions are kept, padding is not") {
  RtxStream stream(kIdentity);
  Bytes original = test::make_rtp({.sequence = 7, .payload = {}});
  original[0] = 0x80 | 0x20 | 0x10 | 1;  // Padding, extension, one contributing source.
  original.insert(original.end(), {0, 0, 0, 5, 0xBE, 0xDE, 0, 1, 0x10, 0x55, 0, 0, 42, 43, 0, 0, 3});
  const Bytes bytes = written(stream, original);
  CHECK(bytes[0] == (0x80 | 0x10 | 1));
  const auto view = test::view_of(bytes);
  CHECK(view.csrc_count() == 1);
  CHECK((*view.extension(ExtensionId{1}))[0] == 0x55);
  const auto payload = view.payload();
  CHECK(Bytes(payload.begin(), payload.end()) == Bytes{0, 7, 42, 43});
}

TEST_CASE("What does not fit, or has nothing to repeat, takes no number") {
  RtxStream stream(kIdentity);
  const Bytes original = test::make_rtp({.payload = {1, 2, 3}});
  std::array<std::uint8_t, 17> out;
  CHECK(stream.write(test::view_of(original), ByteSpan(out).first(16)).error() == RtxError::buffer_too_small);
  Bytes probe = test::make_rtp({});
  probe[0] |= 0x20;
  probe.insert(probe.end(), {0, 0, 3});
  CHECK(stream.write(test::view_of(probe), out).error() == RtxError::nothing_to_repeat);
  CHECK(stream.next_sequence() == kIdentity.first_sequence);
  CHECK(stream.write(test::view_of(original), out).ok());
  CHECK(std::string(to_string(RtxError::buffer_too_small)) == "buffer_too_small");
  CHECK(std::string(to_string(RtxError::nothing_to_repeat)) == "nothing_to_repeat");
}

TEST_CASE("What a publisher repeats becomes the packet that was lost") {
  RtxStream stream(kIdentity);
  Bytes original = test::make_rtp({.sequence = 0x1234,
                                   .timestamp = 0x01020304,
                                   .ssrc = 0x42,
                                   .payload_type = 100,
                                   .marker = Marker::set,
                                   .payload = {0, 0, 0, 5, 0xBE, 0xDE, 0, 1, 0x10, 0x55, 0, 0, 42, 43}});
  original[0] |= 0x10 | 1;  // Extension, one contributing source.
  Bytes repeated = written(stream, original);
  auto packet = MutableRtpPacket::parse(repeated);
  REQUIRE(packet.ok());
  const auto restored = restore_original(*packet, {Ssrc{0x42}, PayloadType{100}});
  REQUIRE(restored.ok());
  CHECK(Bytes(restored->bytes().begin(), restored->bytes().end()) == original);
  CHECK(restored->view().extension(ExtensionId{1})->front() == 0x55);
}

TEST_CASE("A repeated packet may be padded, and without payload it repeats nothing") {
  Bytes padded = test::make_rtp({.sequence = 9, .payload = {0x12, 0x34, 42, 0, 0, 3}});
  padded[0] |= 0x20;
  const auto restored = restore_original(*MutableRtpPacket::parse(padded), {Ssrc{0x42}, PayloadType{100}});
  REQUIRE(restored.ok());
  CHECK(restored->view().sequence_number() == SequenceNumber(0x1234));
  CHECK(restored->view().payload().size() == 1);
  CHECK(restored->view().payload().front() == 42);

  for (const Bytes& payload : {Bytes{}, Bytes{1}}) {
    Bytes probe = test::make_rtp({.payload = payload});
    CHECK(restore_original(*MutableRtpPacket::parse(probe), {Ssrc{0x42}, PayloadType{100}}).error() ==
          RtxOriginalError::no_original);
  }
  CHECK(std::string(to_string(RtxOriginalError::no_original)) == "no_original");
}

}  // namespace
}  // namespace baton::media
