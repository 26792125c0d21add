// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtcp_writer.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;
using test::copy_of;
using Refused = RtcpWriter::Refused;

constexpr SenderReport kReport{.sender = Ssrc{0x2A},
                               .ntp_time = NtpTime{0xE1E2E3E480000001},
                               .rtp_timestamp = RtpTimestamp(0x00010203),
                               .packet_count = 9,
                               .octet_count = 256};
const ReportBlock kBlock{.source = Ssrc{0x2B},
                         .fraction_lost = 64,
                         .cumulative_lost = -2,
                         .cycles = 3,
                         .highest = SequenceNumber(0xFEDC),
                         .jitter = 0x109,
                         .last_sender_report = CompactNtp(0x01020304),
                         .delay = CompactDuration{0x18000}};

/// What `write` writes alone, of exactly the room that it needs.
Bytes written(const std::function<Refused(RtcpWriter&)>& write) {
  std::array<std::uint8_t, 2048> buffer{};
  RtcpWriter first(buffer, RtcpForm::reduced_size);
  REQUIRE_FALSE(write(first).has_value());
  const std::size_t size = first.finish()->size();
  std::array<std::uint8_t, 2048> exact{};
  exact.fill(0xEE);
  RtcpWriter again(ByteSpan(exact).first(size), RtcpForm::reduced_size);
  REQUIRE_FALSE(write(again).has_value());
  CHECK(again.left() == 0);
  CHECK(copy_of(*again.finish()) == copy_of(*first.finish()));
  for (std::size_t less = 0; less < size; ++less) {
    exact.fill(0xEE);
    RtcpWriter refused(ByteSpan(exact).first(less), RtcpForm::reduced_size);
    CHECK(write(refused) == RtcpWriteError::buffer_too_small);
    CHECK(refused.finish().error() == RtcpWriteError::nothing_to_say);
    CHECK(exact[less] == 0xEE);
  }
  return copy_of(*first.finish());
}

TEST_CASE("Each message is written as the standards have it, and refused where it does not fit") {
  struct Row {
    const char* what;
    std::function<Refused(RtcpWriter&)> write;
    Bytes bytes;
  };
  const std::vector<SequenceNumber> lost{SequenceNumber(65534), SequenceNumber(65535), SequenceNumber(0),
                                         SequenceNumber(14),    SequenceNumber(15),    SequenceNumber(100)};
  const std::array<FullIntraRequest, 1> firs{FullIntraRequest{Ssrc{2}, CommandSequence(7)}};
  const std::array<Ssrc, 1> sources{Ssrc{2}};
  const auto rows = std::vector<Row>{
      {"empty SR",
       [](RtcpWriter& to) { return to.sender_report(kReport); },
       {0x80, 200, 0, 6, 0, 0, 0, 0x2A, 0xE1, 0xE2, 0xE3, 0xE4, 0x80, 0,
        0,    1,   0, 1, 2, 3, 0, 0,    0,    9,    0,    0,    1,    0}},
      {"RR with a block",
       [](RtcpWriter& to) {
         return to.receiver_report(Ssrc{1}, {&kBlock, 1});
       },
       {0x81, 201, 0,    7,    0, 0, 0, 1, 0, 0, 0, 0x2B, 0x40, 0xFF, 0xFF, 0xFE,
        0,    3,   0xFE, 0xDC, 0, 0, 1, 9, 1, 2, 3, 4,    0,    1,    0x80, 0}},
      {"CNAME of two bytes and four zeros",
       [](RtcpWriter& to) { return to.canonical_name(Ssrc{1}, "ab"); },
       {0x81, 202, 0, 3, 0, 0, 0, 1, 1, 2, 'a', 'b', 0, 0, 0, 0}},
      {"CNAME of five bytes and a zero",
       [](RtcpWriter& to) { return to.canonical_name(Ssrc{1}, "abcde"); },
       {0x81, 202, 0, 3, 0, 0, 0, 1, 1, 5, 'a', 'b', 'c', 'd', 'e', 0}},
      {"BYE", [](RtcpWriter& to) { return to.bye(Ssrc{1}); }, {0x81, 203, 0, 1, 0, 0, 0, 1}},
      {"PLI",
       [](RtcpWriter& to) { return to.picture_loss_indication(Ssrc{1}, Ssrc{2}); },
       {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}},
      {"FIR",
       [&](RtcpWriter& to) { return to.full_intra_request(Ssrc{1}, firs); },
       {0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 0, 0, 0}},
      {"NACK",
       [&](RtcpWriter& to) { return to.generic_nack(Ssrc{1}, Ssrc{2}, lost); },
       {0x81, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x80, 3, 0, 15, 0, 0, 0, 100, 0, 0}},
      {"REMB",
       [&](RtcpWriter& to) { return to.bitrate_estimate(Ssrc{1}, {8U * 131073U}, sources); },
       {0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1, 0x0E, 0x00, 0x01, 0, 0, 0, 2}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Bytes bytes = written(row.write);
    CHECK(bytes == row.bytes);
    CHECK(RtcpView::parse(bytes).ok());
  }
}

TEST_CASE("The reader finds in a NACK what the writer was given") {
  struct Row {
    std::vector<int> lost;
    std::size_t entries;
  };
  const auto row = GENERATE(values<Row>({
      {{5}, 1},
      {{5, 5}, 1},  // The same twice is said once.
      {{5, 21}, 1},
      {{5, 22}, 2},
      {{65530, 65535, 3, 10, 11}, 2},
      {{10, 5}, 2},  // Out of order costs room and nothing else.
      {{0, 20, 40, 60}, 4},
  }));
  std::vector<SequenceNumber> lost;
  for (const int number : row.lost) {
    lost.push_back(SequenceNumber(static_cast<std::uint16_t>(number)));
  }
  const Bytes bytes = written([&](RtcpWriter& to) { return to.generic_nack(Ssrc{1}, Ssrc{2}, lost); });
  CHECK(bytes.size() == 12 + 4 * row.entries);
  lost.erase(std::unique(lost.begin(), lost.end()), lost.end());
  const auto view = RtcpView::parse(bytes);
  auto reader = view->packets().next()->lost_packets();
  for (const SequenceNumber expected : lost) {
    CHECK(reader.next() == expected);
  }
  CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("An estimate keeps its 18 highest bits") {
  struct Row {
    std::uint64_t given;
    std::uint64_t read;
  };
  const auto row = GENERATE(values<Row>({
      {0, 0},
      {1, 1},
      {0x3FFFF, 0x3FFFF},
      {0x40000, 0x40000},
      {0x40001, 0x40000},
      {2'500'000, 2'500'000 & ~0xFULL},
      {UINT64_MAX, std::uint64_t{0x3FFFF} << 46U},
  }));
  const Bytes bytes = written([&](RtcpWriter& to) { return to.bitrate_estimate(Ssrc{1}, {row.given}, {}); });
  CHECK(RtcpView::parse(bytes)->summary().bitrate_estimate == BitrateEstimate{row.read});
}

TEST_CASE("Losses that 24 bits cannot say are written as the nearest that they can") {
  for (const std::int32_t lost : {kMaxCumulativeLost + 1, INT32_MAX, kMinCumulativeLost - 1, INT32_MIN}) {
    ReportBlock block;
    block.cumulative_lost = lost;
    const Bytes bytes = written([&](RtcpWriter& to) { return to.receiver_report(Ssrc{1}, {&block, 1}); });
    CHECK(RtcpView::parse(bytes)->summary().reception_report->cumulative_lost ==
          (lost > 0 ? kMaxCumulativeLost : kMinCumulativeLost));
  }
}

TEST_CASE("A compound begins with a report and has a name; a reduced-size packet needs neither") {
  std::array<std::uint8_t, 256> buffer{};
  RtcpWriter compound(buffer, RtcpForm::compound);
  CHECK(compound.picture_loss_indication(Ssrc{1}, Ssrc{2}) == RtcpWriteError::report_must_come_first);
  CHECK(compound.canonical_name(Ssrc{1}, "x") == RtcpWriteError::report_must_come_first);
  CHECK(compound.finish().error() == RtcpWriteError::nothing_to_say);
  CHECK_FALSE(compound.sender_report(kReport, {&kBlock, 1}).has_value());
  CHECK_FALSE(compound.picture_loss_indication(Ssrc{1}, Ssrc{2}).has_value());
  CHECK(compound.finish().error() == RtcpWriteError::name_missing);
  CHECK_FALSE(compound.canonical_name(Ssrc{1}, "x").has_value());
  REQUIRE(compound.finish().ok());
  const auto summary = RtcpView::parse(*compound.finish())->summary();
  CHECK(summary.sender_report->ntp_time == kReport.ntp_time);
  CHECK(summary.reception_report == kBlock);
  CHECK(summary.has_picture_loss_indication);

  RtcpWriter reduced(buffer, RtcpForm::reduced_size);
  CHECK_FALSE(reduced.picture_loss_indication(Ssrc{1}, Ssrc{2}).has_value());
  CHECK(reduced.finish()->size() == 12);
}

TEST_CASE("What does not fit leaves what was written before") {
  std::array<std::uint8_t, 24> buffer{};
  RtcpWriter writer(buffer, RtcpForm::compound);
  CHECK_FALSE(writer.receiver_report(Ssrc{1}).has_value());
  CHECK(writer.canonical_name(Ssrc{1}, "a name that is too long") == RtcpWriteError::buffer_too_small);
  CHECK(writer.finish().error() == RtcpWriteError::name_missing);
  CHECK_FALSE(writer.canonical_name(Ssrc{1}, "short").has_value());
  CHECK(writer.left() == 0);
  CHECK(writer.bye(Ssrc{1}) == RtcpWriteError::buffer_too_small);
  CHECK(RtcpView::parse(*writer.finish()).ok());
}

TEST_CASE("Each list is written up to its limit, and refused beyond") {
  std::vector<std::uint8_t> buffer(std::size_t{512} * 1024);
  const std::vector<ReportBlock> blocks(32, kBlock);
  const std::vector<Ssrc> sources(256);
  const std::string name(256, 'x');
  RtcpWriter writer(buffer, RtcpForm::reduced_size);
  const auto most_blocks = std::span(blocks).first(31);
  CHECK_FALSE(writer.sender_report(kReport, most_blocks).has_value());
  CHECK_FALSE(writer.receiver_report(Ssrc{1}, most_blocks).has_value());
  CHECK(writer.sender_report(kReport, blocks) == RtcpWriteError::too_many);
  CHECK(writer.receiver_report(Ssrc{1}, blocks) == RtcpWriteError::too_many);
  CHECK_FALSE(writer.bitrate_estimate(Ssrc{1}, {1}, std::span(sources).first(255)).has_value());
  CHECK(writer.bitrate_estimate(Ssrc{1}, {1}, sources) == RtcpWriteError::too_many);
  CHECK_FALSE(writer.canonical_name(Ssrc{1}, std::string_view(name).substr(1)).has_value());
  CHECK(writer.canonical_name(Ssrc{1}, name) == RtcpWriteError::name_too_long);
  CHECK(writer.generic_nack(Ssrc{1}, Ssrc{2}, {}) == RtcpWriteError::nothing_to_say);
  CHECK(writer.full_intra_request(Ssrc{1}, {}) == RtcpWriteError::nothing_to_say);
  // The length field counts 65535 words at most.
  std::vector<SequenceNumber> lost;
  for (std::uint16_t number = 0; number < 65534 / 2; ++number) {
    lost.push_back(SequenceNumber(static_cast<std::uint16_t>(number * 17)));
    lost.push_back(SequenceNumber(static_cast<std::uint16_t>(number * 17 + 30'000)));
  }
  CHECK(writer.generic_nack(Ssrc{1}, Ssrc{2}, lost) == RtcpWriteError::too_many);
  CHECK(RtcpView::parse(*writer.finish()).ok());
}

TEST_CASE("Every reason has a name of its own") {
  for (std::uint8_t error = 0; error <= static_cast<std::uint8_t>(RtcpWriteError::nothing_to_say); ++error) {
    CHECK(std::string(to_string(static_cast<RtcpWriteError>(error))) != "unknown");
  }
}

}  // namespace
}  // namespace baton::media
