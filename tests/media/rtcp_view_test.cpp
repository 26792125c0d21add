// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtcp_view.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;

const Bytes kEmptyReceiverReport{0x80, 201, 0, 1, 0, 0, 0, 1};
const Bytes kSenderReport{0x80, 200, 0, 6, 0, 0, 0, 0x2A, 0xE1, 0xE2, 0xE3, 0xE4, 0x80, 0,
                          0,    1,   0, 1, 2, 3, 0, 0,    0,    9,    0,    0,    1,    0};
const Bytes kPictureLoss{0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
const Bytes kFullIntra{0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 0, 0, 0};
const Bytes kNack{0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0x12, 0x34, 0, 0};
const Bytes kBye{0x81, 203, 0, 1, 0, 0, 0, 1};
// One SSRC, exponent 3, mantissa 0x20001: 8 * 131073 bits per second.
const Bytes kRemb{0x8F, 206, 0,   5,   0, 0,    0,    1,    0, 0, 0, 0,
                  'R',  'E', 'M', 'B', 1, 0x0E, 0x00, 0x01, 0, 0, 0, 2};

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const auto& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Bytes changed(Bytes bytes, std::size_t index, std::uint8_t value) {
  bytes[index] = value;
  return bytes;
}

RtcpSummary summary_of(const Bytes& bytes) {
  const auto view = RtcpView::parse(bytes);
  REQUIRE(view.ok());
  return view->summary();
}

TEST_CASE("Each message is recognised alone and within a compound") {
  struct Row {
    const char* what;
    Bytes message;
    bool RtcpSummary::*flag;
  };
  const auto row = GENERATE(values<Row>({
      {"PLI", kPictureLoss, &RtcpSummary::has_picture_loss_indication},
      {"FIR", kFullIntra, &RtcpSummary::has_full_intra_request},
      {"NACK", kNack, &RtcpSummary::has_generic_nack},
      {"BYE", kBye, &RtcpSummary::has_bye},
  }));
  INFO(row.what);
  CHECK(summary_of(row.message).*row.flag);
  CHECK_FALSE(summary_of(row.message).has_receiver_report);
  const auto compound = summary_of(joined({kEmptyReceiverReport, row.message}));
  CHECK(compound.*row.flag);
  CHECK(compound.has_receiver_report);
  CHECK_FALSE(summary_of(kEmptyReceiverReport).*row.flag);
}

TEST_CASE("The first report block of an SR or RR tells the highest number that arrived") {
  const Bytes block{0, 0, 0, 0x2B, 0, 0, 0, 1, 0, 3, 0xFE, 0xDC, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes other(24, 0x11);
  const Bytes receiver = joined({{0x82, 201, 0, 13, 0, 0, 0, 1}, block, other});
  Bytes sender = joined({kSenderReport, block});
  sender[0] = 0x81;
  sender[3] = 12;
  for (const Bytes& bytes : {receiver, sender, joined({receiver, kPictureLoss})}) {
    const auto report = summary_of(bytes).reception_report;
    REQUIRE(report.has_value());
    CHECK(report->source == Ssrc{0x2B});
    CHECK(report->highest == SequenceNumber(0xFEDC));
  }
  CHECK_FALSE(summary_of(kEmptyReceiverReport).reception_report.has_value());
  CHECK_FALSE(summary_of(kSenderReport).reception_report.has_value());
  CHECK_FALSE(summary_of(kPictureLoss).reception_report.has_value());
}

TEST_CASE("The losses of a report block are a number with a sign") {
  struct Row {
    const char* what;
    std::array<std::uint8_t, 3> bytes;
    std::int32_t lost;
  };
  const auto row = GENERATE(values<Row>({
      {"none", {0, 0, 0}, 0},
      {"some", {0x01, 0x02, 0x03}, 0x010203},
      {"one came twice", {0xFF, 0xFF, 0xFF}, -1},
      {"the most", {0x7F, 0xFF, 0xFF}, 8'388'607},
      {"the least", {0x80, 0, 0}, -8'388'608},
  }));
  CAPTURE(row.what);
  // The fraction before them is no part of them.
  const Bytes report{
      0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0x2B, 0xAA, row.bytes[0], row.bytes[1], row.bytes[2], 0, 0, 0,
      1,    0,   0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0};
  REQUIRE(summary_of(report).reception_report.has_value());
  CHECK(summary_of(report).reception_report->cumulative_lost == row.lost);
}

TEST_CASE("PLI and FIR ask for a key frame; NACK and BYE do not") {
  CHECK(summary_of(kPictureLoss).asks_for_keyframe());
  CHECK(summary_of(kFullIntra).asks_for_keyframe());
  CHECK_FALSE(summary_of(kNack).asks_for_keyframe());
  CHECK_FALSE(summary_of(kBye).asks_for_keyframe());
}

TEST_CASE("A sender report gives both of its times") {
  const auto report = summary_of(joined({kSenderReport, kBye})).sender_report;
  REQUIRE(report.has_value());
  CHECK(report->sender == Ssrc{0x2A});
  CHECK(report->ntp_time == NtpTime{0xE1E2E3E480000001});
  CHECK(report->rtp_timestamp == RtpTimestamp(0x00010203));
  CHECK(report->packet_count == 9);
  CHECK(report->octet_count == 256);
}

TEST_CASE("REMB is mantissa shifted by exponent, and an estimate beyond 64 bits means no limit") {
  CHECK(summary_of(kRemb).bitrate_estimate->bits_per_second == 8U * 131073U);
  CHECK(summary_of(changed(kRemb, 17, 0x02)).bitrate_estimate->bits_per_second == 0x20001);
  const auto most = changed(changed(changed(kRemb, 17, 0xBB), 18, 0xFF), 19, 0xFF);  // Exponent 46.
  CHECK(summary_of(most).bitrate_estimate->bits_per_second == std::uint64_t{0x3FFFF} << 46U);
  CHECK(summary_of(changed(most, 17, 0xBF)).bitrate_estimate->bits_per_second == UINT64_MAX);  // Exponent 47.
  const auto nothing = changed(changed(changed(kRemb, 17, 0xFC), 18, 0), 19, 0);  // Exponent 63, mantissa 0.
  CHECK(summary_of(nothing).bitrate_estimate->bits_per_second == 0);
}

TEST_CASE("Another application's feedback message is walked over") {
  const auto summary = summary_of(changed(kRemb, 12, 'X'));
  CHECK_FALSE(summary.bitrate_estimate.has_value());
}

TEST_CASE("Feedback that libwebrtc pads by a byte is taken, wherever it stands") {
  // One packet, lost; the chunk is followed by two bytes of padding, or by three behind a delta.
  const Bytes two{0xAF, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0, 1, 0, 0, 0, 9, 0x00, 0x01, 0, 2};
  const Bytes one{0xAF, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0, 1, 0, 0, 0, 9, 0x20, 0x01, 4, 1};
  for (const Bytes& bytes : {two, one, joined({two, one, kPictureLoss})}) {
    const auto view = RtcpView::parse(bytes);
    REQUIRE(view.ok());
    CHECK(view->packets().next()->is_transport_wide_feedback());
    CHECK(view->packets().next()->transport_wide_feedback().ok());
  }
  CHECK(summary_of(joined({one, kPictureLoss})).has_picture_loss_indication);
  CHECK(RtcpView::parse(changed(two, 23, 21)).error() == RtcpError::padding_invalid);
  CHECK(RtcpView::parse(changed(two, 23, 0)).error() == RtcpError::padding_invalid);
}

TEST_CASE("Padding on the last packet is taken off, and the message is still recognised") {
  const Bytes padded{0xA1, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4};
  CHECK(summary_of(padded).has_picture_loss_indication);
}

TEST_CASE("A BYE may carry a reason") {
  CHECK(summary_of({0x81, 203, 0, 2, 0, 0, 0, 1, 3, 'e', 'n', 'd'}).has_bye);
  CHECK(summary_of({0x80, 203, 0, 0}).has_bye);
}

TEST_CASE("An unknown packet type is walked over") {
  CHECK(summary_of(joined({{0x80, 220, 0, 0}, kPictureLoss})).has_picture_loss_indication);
}

TEST_CASE("The reader hands out the packets in order and then nothing") {
  const Bytes bytes = joined({kSenderReport, kNack, kPictureLoss});
  const auto view = RtcpView::parse(bytes);
  REQUIRE(view.ok());
  auto reader = view->packets();
  CHECK(reader.next()->type == RtcpType::sender_report);
  const auto nack = reader.next();
  REQUIRE(nack.has_value());
  CHECK(nack->is_generic_nack());
  CHECK(nack->body.size() == 12);
  CHECK(reader.next()->is_picture_loss_indication());
  CHECK_FALSE(reader.next().has_value());
  CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("A compound that lies about its lengths is refused with the reason") {
  struct Row {
    const char* what;
    Bytes bytes;
    RtcpError error;
  };
  const auto row = GENERATE(values<Row>({
      {"no bytes", {}, RtcpError::empty},
      {"three bytes", {0x80, 201, 0}, RtcpError::header_beyond_end},
      {"three bytes after a whole packet", joined({kBye, {0x80, 201, 0}}), RtcpError::header_beyond_end},
      {"version 1", changed(kBye, 0, 0x41), RtcpError::wrong_version},
      {"second packet of version 0", joined({kBye, changed(kBye, 0, 0x01)}), RtcpError::wrong_version},
      {"one word too long", changed(kBye, 3, 2), RtcpError::length_beyond_end},
      {"65535 words", changed(changed(kBye, 2, 0xFF), 3, 0xFF), RtcpError::length_beyond_end},
      {"padding in the middle", joined({{0xA0, 220, 0, 1, 0, 0, 0, 4}, kBye}), RtcpError::padding_not_last},
      {"padding count zero", {0xA0, 220, 0, 1, 0, 0, 0, 0}, RtcpError::padding_invalid},
      {"padding count no multiple of four", {0xA0, 220, 0, 1, 0, 0, 0, 3}, RtcpError::padding_invalid},
      {"padding into the header", {0xA0, 220, 0, 1, 0, 0, 0, 8}, RtcpError::padding_invalid},
      {"padding bit and only a header", {0xA0, 220, 0, 0}, RtcpError::padding_invalid},
      {"SR without its sender information", {0x80, 200, 0, 1, 0, 0, 0, 1}, RtcpError::body_too_short},
      {"SR with one word less",
       {0x80, 200, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
       RtcpError::body_too_short},
      {"SR that promises a report block", changed(kSenderReport, 0, 0x81), RtcpError::body_too_short},
      {"RR that promises a report block", changed(kEmptyReceiverReport, 0, 0x81), RtcpError::body_too_short},
      {"BYE that promises two sources", changed(kBye, 0, 0x82), RtcpError::body_too_short},
      {"BYE whose reason is too long",
       {0x81, 203, 0, 2, 0, 0, 0, 1, 4, 'e', 'n', 'd'},
       RtcpError::body_malformed},
      {"PLI without a media source", {0x81, 206, 0, 1, 0, 0, 0, 1}, RtcpError::body_too_short},
      {"PLI with something behind it",
       {0x81, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0},
       RtcpError::body_malformed},
      {"FIR without an entry", {0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0}, RtcpError::body_malformed},
      {"FIR with half an entry",
       {0x84, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2},
       RtcpError::body_malformed},
      {"NACK without an entry", {0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, RtcpError::body_malformed},
      {"REMB that promises two SSRCs", changed(kRemb, 16, 2), RtcpError::body_malformed},
      {"padded PLI that is too short inside",
       {0xA1, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4},
       RtcpError::body_too_short},
  }));
  INFO(row.what);
  const auto view = RtcpView::parse(row.bytes);
  REQUIRE_FALSE(view.ok());
  CHECK(view.error() == row.error);
  CHECK(std::string(to_string(view.error())) != "unknown");
}

TEST_CASE("One port tells RTCP from RTP by the second byte") {
  struct Row {
    Bytes bytes;
    PacketKind kind;
  };
  const auto row = GENERATE(values<Row>({
      {{}, PacketKind::neither},
      {{0x80}, PacketKind::neither},
      {{0x00, 200}, PacketKind::neither},  // STUN.
      {{0x16, 200}, PacketKind::neither},  // DTLS.
      {{0x80, 191}, PacketKind::rtp},
      {{0x80, 192}, PacketKind::rtcp},
      {{0x80, 200}, PacketKind::rtcp},
      {{0x80, 223}, PacketKind::rtcp},
      {{0x80, 224}, PacketKind::rtp},
      {{0x90, 96}, PacketKind::rtp},
  }));
  CHECK(classify_packet(row.bytes) == row.kind);
}

}  // namespace
}  // namespace baton::media
