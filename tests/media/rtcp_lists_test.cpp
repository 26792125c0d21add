// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <vector>

#include "core/media/rtcp_view.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

RtcpPacketView packet_of(const Bytes& bytes) {
  const auto view = RtcpView::parse(bytes);
  REQUIRE(view.ok());
  const auto packet = view->packets().next();
  REQUIRE(packet.has_value());
  return *packet;
}

template <typename Reader>
auto all_of(Reader reader) {
  std::vector<typename decltype(reader.next())::value_type> records;
  while (const auto record = reader.next()) {
    records.push_back(*record);
  }
  CHECK_FALSE(reader.next().has_value());
  return records;
}

std::vector<int> lost_of(const Bytes& bytes) {
  std::vector<int> numbers;
  for (const SequenceNumber number : all_of(packet_of(bytes).lost_packets())) {
    numbers.push_back(number.value());
  }
  return numbers;
}

TEST_CASE("Every field of every report block is read, of an SR and of an RR") {
  const Bytes blocks{0, 0, 0, 0x2B, 0x40, 0xFF, 0xFF, 0xFE, 0, 3, 0xFE, 0xDC, 0,    0,    1,    9,
                     1, 2, 3, 4,    0,    1,    0x80, 0,    0, 0, 0,    0x2C, 0xFF, 0x7F, 0xFF, 0xFF,
                     0, 0, 0, 1,    0,    0,    0,    0,    0, 0, 0,    0,    0,    0,    0,    0};
  Bytes receiver{0x82, 201, 0, 13, 0, 0, 0, 1};
  Bytes sender{0x82, 200, 0, 18, 0, 0, 0, 1};
  sender.resize(28);
  for (Bytes* bytes : {&receiver, &sender}) {
    bytes->insert(bytes->end(), blocks.begin(), blocks.end());
    const auto packet = packet_of(*bytes);
    CHECK(packet.sender() == Ssrc{1});
    CHECK_FALSE(packet.media_source().has_value());
    const auto read = all_of(packet.report_blocks());
    REQUIRE(read.size() == 2);
    CHECK(read[0] == ReportBlock{.source = Ssrc{0x2B},
                                 .fraction_lost = 64,
                                 .cumulative_lost = -2,
                                 .cycles = 3,
                                 .highest = SequenceNumber(0xFEDC),
                                 .jitter = 0x109,
                                 .last_sender_report = CompactNtp(0x01020304),
                                 .delay = CompactDuration{0x18000}});
    CHECK(read[1].cumulative_lost == kMaxCumulativeLost);
    CHECK(read[1].fraction_lost == 255);
  }
  Bytes with_extension = receiver;  // A profile may put words of its own behind the blocks.
  with_extension[3] = 14;
  with_extension.insert(with_extension.end(), 4, 0x55);
  CHECK(all_of(packet_of(with_extension).report_blocks()).size() == 2);
}

TEST_CASE("A report of 31 blocks, the most there can be, is read to its end") {
  Bytes bytes{0x9F, 201, 0, 1 + 31 * 6, 0, 0, 0, 1};
  bytes.resize(8 + 31 * 24);
  bytes[8 + 30 * 24 + 3] = 77;
  const auto read = all_of(packet_of(bytes).report_blocks());
  REQUIRE(read.size() == 31);
  CHECK(read.back().source == Ssrc{77});
}

TEST_CASE("A generic NACK names each lost number, over the wrap as well") {
  struct Row {
    const char* what;
    Bytes entries;
    std::vector<int> lost;
  };
  const auto row = GENERATE(values<Row>({
      {"one number", {0x12, 0x34, 0, 0}, {0x1234}},
      {"the next one", {0, 10, 0, 1}, {10, 11}},
      {"the sixteenth behind", {0, 10, 0x80, 0}, {10, 26}},
      {"first and last bit", {0, 10, 0x80, 1}, {10, 11, 26}},
      {"over the wrap", {0xFF, 0xFE, 0, 7}, {65534, 65535, 0, 1}},
      {"two entries", {0, 10, 0, 2, 0, 40, 0, 0}, {10, 12, 40}},
      {"the same twice", {0, 10, 0, 0, 0, 10, 0, 0}, {10, 10}},
  }));
  INFO(row.what);
  Bytes bytes{0x81, 205, 0, static_cast<std::uint8_t>(2 + row.entries.size() / 4), 0, 0, 0, 1, 0, 0, 0, 2};
  bytes.insert(bytes.end(), row.entries.begin(), row.entries.end());
  CHECK(lost_of(bytes) == row.lost);
  CHECK(packet_of(bytes).sender() == Ssrc{1});
  CHECK(packet_of(bytes).media_source() == Ssrc{2});
}

TEST_CASE("An entry of a NACK stands for at most seventeen numbers") {
  const auto lost = lost_of({0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF});
  REQUIRE(lost.size() == 17);
  CHECK(lost.front() == 65535);
  CHECK(lost[1] == 0);
  CHECK(lost.back() == 15);
}

TEST_CASE("A FIR names its sources and counts its commands") {
  const auto entries = all_of(
      packet_of({0x84, 206, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 0, 0, 0, 0, 0, 0, 3, 255, 0, 0, 0})
          .full_intra_requests());
  CHECK(entries ==
        std::vector<FullIntraRequest>{{Ssrc{2}, CommandSequence(7)}, {Ssrc{3}, CommandSequence(255)}});
}

TEST_CASE("A BYE names who leaves, and its reason is not taken for a source") {
  const auto leaving =
      all_of(packet_of({0x82, 203, 0, 3, 0, 0, 0, 1, 0, 0, 0, 9, 3, 'e', 'n', 'd'}).leaving_sources());
  CHECK(leaving == std::vector<Ssrc>{Ssrc{1}, Ssrc{9}});
}

TEST_CASE("A REMB names the streams that share the estimate") {
  const Bytes remb{0x8F, 206, 0, 6,    0,    0,    0, 1, 0, 0, 0, 0, 'R', 'E',
                   'M',  'B', 2, 0x0E, 0x00, 0x01, 0, 0, 0, 2, 0, 0, 0,   3};
  CHECK(all_of(packet_of(remb).estimated_sources()) == std::vector<Ssrc>{Ssrc{2}, Ssrc{3}});
  Bytes other = remb;
  other[12] = 'X';
  CHECK(all_of(packet_of(other).estimated_sources()).empty());
}

TEST_CASE("A packet of another kind has none of the lists") {
  const Bytes pli_bytes{0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
  const auto pli = packet_of(pli_bytes);
  CHECK(pli.sender() == Ssrc{1});
  CHECK(pli.media_source() == Ssrc{2});
  CHECK(all_of(pli.report_blocks()).empty());
  CHECK(all_of(pli.lost_packets()).empty());
  CHECK(all_of(pli.full_intra_requests()).empty());
  CHECK(all_of(pli.leaving_sources()).empty());
  CHECK(all_of(pli.estimated_sources()).empty());
  CHECK(pli.transport_wide_feedback().error() == TransportFeedbackError::too_short);
  const Bytes bye_bytes{0x81, 203, 0, 1, 0, 0, 0, 1};
  const auto bye = packet_of(bye_bytes);
  CHECK_FALSE(bye.sender().has_value());
  CHECK_FALSE(bye.media_source().has_value());
  CHECK(all_of(bye.lost_packets()).empty());
}

}  // namespace
}  // namespace baton::media
