// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtp_packet.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

// V=2, marker, payload type 96, sequence number 0x1234, timestamp 0x89ABCDEF, SSRC 0xCAFEBABE.
const Bytes kHeader{0x80, 0xE0, 0x12, 0x34, 0x89, 0xAB, 0xCD, 0xEF, 0xCA, 0xFE, 0xBA, 0xBE};

Bytes with(Bytes header, std::uint8_t first, const Bytes& rest) {
  header[0] = first;
  header.insert(header.end(), rest.begin(), rest.end());
  return header;
}

Bytes copied(ByteView view) {
  return {view.begin(), view.end()};
}

TEST_CASE("The fixed header is read as RFC 3550 draws it") {
  const Bytes bytes = with(kHeader, 0x80, {1, 2, 3});
  const auto packet = RtpPacketView::parse(bytes);
  REQUIRE(packet.ok());
  CHECK(packet->marker() == Marker::set);
  CHECK(packet->payload_type() == PayloadType{96});
  CHECK(packet->sequence_number() == SequenceNumber(0x1234));
  CHECK(packet->timestamp() == RtpTimestamp(0x89ABCDEF));
  CHECK(packet->ssrc() == Ssrc{0xCAFEBABE});
  CHECK(packet->csrc_count() == 0);
  CHECK(copied(packet->payload()) == Bytes{1, 2, 3});
}

TEST_CASE("CSRCs, extension and padding are taken off the payload") {
  struct Row {
    const char* what;
    std::uint8_t first;
    Bytes rest;
    Bytes payload;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing after the header", 0x80, {}, {}},
      {"two CSRCs", 0x82, {0, 0, 0, 1, 0, 0, 0, 2, 9}, {9}},
      {"an empty extension", 0x90, {0xBE, 0xDE, 0, 0, 9}, {9}},
      {"an extension of one word", 0x90, {0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0, 9}, {9}},
      {"padding", 0xA0, {9, 8, 0, 0, 3}, {9, 8}},
      {"padding only", 0xA0, {0, 0, 0, 4}, {}},
      {"padding of one byte", 0xA0, {9, 1}, {9}},
      {"all three", 0xB1, {0, 0, 0, 1, 0x10, 0, 0, 1, 1, 0, 0, 0, 9, 0, 2}, {9}},
  }));
  INFO(row.what);
  const Bytes bytes = with(kHeader, row.first, row.rest);
  const auto packet = RtpPacketView::parse(bytes);
  REQUIRE(packet.ok());
  CHECK(copied(packet->payload()) == row.payload);
}

TEST_CASE("A header is measured without what follows it, whatever that is") {
  struct Row {
    const char* what;
    std::uint8_t first;
    Bytes rest;
    std::size_t size;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing but the fixed header", 0x80, {}, 12},
      {"two CSRCs", 0x82, {0, 0, 0, 1, 0, 0, 0, 2}, 20},
      {"an extension of one word", 0x90, {0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0}, 20},
      {"both, and a payload", 0x91, {0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0, 9, 9}, 24},
      {"padding that is not there yet", 0xA0, {}, 12},
      {"padding whose count is none", 0xA0, {9, 0}, 12},
  }));
  INFO(row.what);
  const auto size = rtp_header_size(with(kHeader, row.first, row.rest));
  REQUIRE(size.ok());
  CHECK(size->bytes == row.size);
}

TEST_CASE("A packet that lies about its lengths is refused with the reason") {
  struct Row {
    const char* what;
    Bytes bytes;
    RtpError error;
  };
  const Bytes eleven(kHeader.begin(), kHeader.end() - 1);
  const auto row = GENERATE_COPY(values<Row>({
      {"no bytes", {}, RtpError::too_short},
      {"eleven bytes", eleven, RtpError::too_short},
      {"version 1", with(kHeader, 0x40, {}), RtpError::wrong_version},
      {"version 3", with(kHeader, 0xC0, {}), RtpError::wrong_version},
      {"one CSRC promised, three bytes there", with(kHeader, 0x81, {1, 2, 3}), RtpError::csrc_beyond_end},
      {"fifteen CSRCs promised", with(kHeader, 0x8F, Bytes(59)), RtpError::csrc_beyond_end},
      {"half an extension header", with(kHeader, 0x90, {0xBE, 0xDE, 0}), RtpError::extension_beyond_end},
      {"extension one byte too long", with(kHeader, 0x90, {0xBE, 0xDE, 0, 1, 0, 0, 0}),
       RtpError::extension_beyond_end},
      {"extension of 65535 words", with(kHeader, 0x90, {0xBE, 0xDE, 0xFF, 0xFF}),
       RtpError::extension_beyond_end},
      {"padding bit and no byte", with(kHeader, 0xA0, {}), RtpError::padding_beyond_end},
      {"padding count zero", with(kHeader, 0xA0, {9, 0}), RtpError::padding_zero},
      {"padding one byte into the header", with(kHeader, 0xA0, {9, 3}), RtpError::padding_beyond_end},
      {"padding into the extension", with(kHeader, 0xB0, {0xBE, 0xDE, 0, 0, 2}),
       RtpError::padding_beyond_end},
  }));
  INFO(row.what);
  const auto packet = RtpPacketView::parse(row.bytes);
  REQUIRE_FALSE(packet.ok());
  CHECK(packet.error() == row.error);
  CHECK(std::string(to_string(packet.error())) != "unknown");
}

TEST_CASE("Header extension elements are found in both forms of RFC 8285, and not behind a lie") {
  struct Row {
    const char* what;
    Bytes extension;  // Profile, length and elements.
    std::uint8_t id;
    std::optional<Bytes> data;
  };
  const auto row = GENERATE(values<Row>({
      {"one-byte, first", {0xBE, 0xDE, 0, 1, 0x30, 7, 0x40, 8}, 3, Bytes{7}},
      {"one-byte, second", {0xBE, 0xDE, 0, 1, 0x30, 7, 0x40, 8}, 4, Bytes{8}},
      {"one-byte, absent", {0xBE, 0xDE, 0, 1, 0x30, 7, 0x40, 8}, 5, std::nullopt},
      {"one-byte, behind padding", {0xBE, 0xDE, 0, 1, 0, 0, 0x40, 8}, 4, Bytes{8}},
      {"one-byte, length of three", {0xBE, 0xDE, 0, 1, 0x12, 1, 2, 3}, 1, Bytes{1, 2, 3}},
      {"one-byte, sixteen bytes",
       {0xBE, 0xDE, 0, 5, 0xEF, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0},
       14,
       Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
      {"one-byte, the element lies by one", {0xBE, 0xDE, 0, 1, 0x13, 1, 2, 3}, 1, std::nullopt},
      {"one-byte, behind a lie", {0xBE, 0xDE, 0, 1, 0x17, 1, 0x20, 3}, 2, std::nullopt},
      {"one-byte, id 15 ends the search", {0xBE, 0xDE, 0, 1, 0xF0, 1, 0x20, 3}, 2, std::nullopt},
      {"one-byte, id 15 is never found", {0xBE, 0xDE, 0, 1, 0xF0, 1, 0x20, 3}, 15, std::nullopt},
      {"one-byte, id 0 with a length ends the search", {0xBE, 0xDE, 0, 1, 0x01, 1, 0x20, 3}, 2, std::nullopt},
      {"padding is no element", {0xBE, 0xDE, 0, 1, 0, 0, 0, 0}, 0, std::nullopt},
      {"two-byte, first", {0x10, 0x00, 0, 1, 0x30, 1, 7, 0}, 0x30, Bytes{7}},
      {"two-byte, empty", {0x10, 0x00, 0, 1, 200, 0, 5, 0}, 200, Bytes{}},
      {"two-byte, second behind padding", {0x10, 0x00, 0, 2, 1, 1, 7, 0, 0, 2, 1, 8}, 2, Bytes{8}},
      {"two-byte, application bits", {0x10, 0x0F, 0, 1, 0x30, 1, 7, 0}, 0x30, Bytes{7}},
      {"two-byte, no length byte", {0x10, 0x00, 0, 1, 0, 0, 0, 9}, 9, std::nullopt},
      {"two-byte, the element lies by one", {0x10, 0x00, 0, 1, 9, 3, 1, 2}, 9, std::nullopt},
      {"another profile", {0x12, 0x34, 0, 1, 0x30, 7, 0x40, 8}, 3, std::nullopt},
      {"empty block", {0xBE, 0xDE, 0, 0}, 3, std::nullopt},
  }));
  INFO(row.what);
  Bytes bytes = with(kHeader, 0x90, row.extension);
  bytes.insert(bytes.end(), {0x30, 0x99});  // A payload that looks like an element must not be taken for one.
  const auto packet = RtpPacketView::parse(bytes);
  REQUIRE(packet.ok());
  const auto found = packet->extension(ExtensionId{row.id});
  REQUIRE(found.has_value() == row.data.has_value());
  if (found) {
    CHECK(copied(*found) == *row.data);
  }
}

TEST_CASE("A packet without the X bit has no extension whatever its bytes look like") {
  const Bytes bytes = with(kHeader, 0x80, {0xBE, 0xDE, 0, 1, 0x30, 7, 0, 0});
  CHECK_FALSE(test::view_of(bytes).extension(ExtensionId{3}).has_value());
}

TEST_CASE("Setters change their field and nothing else") {
  Bytes bytes = with(kHeader, 0x90, {0xBE, 0xDE, 0, 1, 0x11, 1, 2, 0, 9});
  auto packet = MutableRtpPacket::parse(bytes);
  REQUIRE(packet.ok());
  packet->set_payload_type(PayloadType{111});
  packet->set_sequence_number(SequenceNumber(0xFFFE));
  packet->set_timestamp(RtpTimestamp(0x01020304));
  packet->set_ssrc(Ssrc{0x0A0B0C0D});
  packet->extension(ExtensionId{1})->front() = 0x55;
  packet->payload().front() = 0x66;
  CHECK(bytes == Bytes{0x90, 0xEF, 0xFF, 0xFE, 1, 2,    3,    4, 0x0A, 0x0B, 0x0C,
                       0x0D, 0xBE, 0xDE, 0,    1, 0x11, 0x55, 2, 0,    0x66});
  CHECK(packet->view().marker() == Marker::set);
  CHECK(packet->view().payload_type() == PayloadType{111});
}

TEST_CASE("A payload type of eight bits cannot set the marker") {
  Bytes bytes = with(kHeader, 0x80, {});
  bytes[1] = 0x60;
  auto packet = MutableRtpPacket::parse(bytes);
  packet->set_payload_type(PayloadType{0xFF});
  CHECK(packet->view().marker() == Marker::clear);
  CHECK(packet->view().payload_type() == PayloadType{127});
}

TEST_CASE("A packet that is refused for reading is refused for writing with the same reason") {
  Bytes bytes = with(kHeader, 0xA0, {9, 0});
  CHECK(MutableRtpPacket::parse(bytes).error() == RtpError::padding_zero);
}

}  // namespace
}  // namespace baton::media
