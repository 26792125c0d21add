// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/peer_connection_record.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <vector>

namespace baton::plugin {
namespace {

using core::PeerConnection;
using End = PeerConnectionRecord::End;
using Number = PeerConnectionRecord::Number;

constexpr Number kFirst(0);
constexpr Number kSecond(1);
constexpr core::Instant kNow(std::chrono::hours(1));
constexpr core::Instant kLater = kNow + PeerConnectionRecord::kLongestClosing;

TEST_CASE("What is known of a handle decides which new media it may carry") {
  struct Row {
    const char* what;
    std::function<void(PeerConnectionRecord&)> happened;
    Number current;
    PeerConnection for_offer_of_current;
    PeerConnection for_own_offer;
  };
  constexpr auto usable = PeerConnection::usable;
  constexpr auto closing = PeerConnection::closing;
  const std::vector<Row> rows = {
      {"nothing", [](auto&) {}, kFirst, usable, usable},
      {"an offer, of which nobody has judged yet", [](auto& record) { record.offered(kFirst); }, kFirst,
       usable, closing},
      {"an offer of a PeerConnection that is down", [](auto& record) { record.offered(kFirst); }, kSecond,
       usable, usable},
      {"media on an offer",
       [](auto& record) {
         record.offered(kFirst);
         record.carry(kFirst);
       },
       kFirst, usable, usable},
      {"media that a room ended",
       [](auto& record) {
         record.carry(kFirst);
         static_cast<void>(record.end_media());
       },
       kFirst, closing, closing},
      {"media that a room ended, and the end of it",
       [](auto& record) {
         record.carry(kFirst);
         static_cast<void>(record.end_media());
         record.ended(kFirst);
       },
       kSecond, usable, usable},
      {"an offer without use",
       [](auto& record) {
         record.offered(kFirst);
         static_cast<void>(record.close_unused(kFirst, kFirst, kNow));
       },
       kFirst, closing, closing},
      {"an offer without use, and the end of it",
       [](auto& record) {
         record.offered(kFirst);
         static_cast<void>(record.close_unused(kFirst, kFirst, kNow));
         record.ended(kFirst);
       },
       kSecond, usable, usable},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    PeerConnectionRecord record;
    row.happened(record);
    CHECK(record.for_offer(row.current, row.current, kNow) == row.for_offer_of_current);
    CHECK(record.for_own_offer(row.current, kNow) == row.for_own_offer);
  }
}

TEST_CASE("An offer whose PeerConnection is down already carries nothing") {
  const PeerConnectionRecord record;
  CHECK(record.for_offer(kFirst, kSecond, kNow) == PeerConnection::closing);
}

TEST_CASE("The end of one PeerConnection does not end the media of the next") {
  PeerConnectionRecord record;
  record.carry(kSecond);
  CHECK(record.ended(kFirst) == End::of_an_earlier_one);
  CHECK(record.end_media() == kSecond);
}

TEST_CASE("The end of a PeerConnection leaves nothing to close") {
  PeerConnectionRecord record;
  record.carry(kFirst);
  CHECK(record.ended(kFirst) == End::of_the_latest);
  CHECK(record.end_media() == std::nullopt);
}

TEST_CASE("A room that ends media closes the PeerConnection that carried them, once") {
  PeerConnectionRecord record;
  record.offered(kFirst);
  record.carry(kFirst);
  CHECK(record.end_media() == kFirst);
  CHECK(record.end_media() == std::nullopt);
  // Whoever offers meanwhile is refused, and what is being closed need not be closed for that.
  CHECK_FALSE(record.close_unused(kFirst, kFirst, kNow));
  // The end of this one is sure to be told.
  CHECK(record.for_offer(kFirst, kFirst, kLater) == PeerConnection::closing);
  CHECK(record.for_own_offer(kFirst, kLater) == PeerConnection::closing);
}

TEST_CASE("An offer without use is closed unless its PeerConnection carries media or is down") {
  PeerConnectionRecord record;
  CHECK(record.close_unused(kFirst, kFirst, kNow));
  CHECK_FALSE(record.close_unused(kFirst, kSecond, kNow));
  record.carry(kSecond);
  CHECK_FALSE(record.close_unused(kSecond, kSecond, kNow));
}

TEST_CASE("The end of a PeerConnection without use is not waited for without limit") {
  PeerConnectionRecord record;
  record.offered(kFirst);
  REQUIRE(record.close_unused(kFirst, kFirst, kNow));
  CHECK(record.for_own_offer(kFirst, kLater - core::Duration(1)) == PeerConnection::closing);
  CHECK(record.for_own_offer(kFirst, kLater) == PeerConnection::usable);
  CHECK(record.for_offer(kFirst, kFirst, kLater - core::Duration(1)) == PeerConnection::closing);
  CHECK(record.for_offer(kFirst, kFirst, kLater) == PeerConnection::usable);
  record.carry(kFirst);
  CHECK(record.end_media() == kFirst);
}

TEST_CASE("A look at refused offers waits once, and is about the latest") {
  PeerConnectionRecord record;
  CHECK(record.refused(kFirst));
  CHECK_FALSE(record.refused(kSecond));
  CHECK_FALSE(record.refused(kFirst));
  CHECK(record.take_refused() == kSecond);
  CHECK(record.take_refused() == std::nullopt);
  CHECK(record.refused(kSecond));
}

}  // namespace
}  // namespace baton::plugin
