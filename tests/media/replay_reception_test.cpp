// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/replay_reception.hpp"

#include <catch2/catch.hpp>
#include <optional>

namespace baton::media {
namespace {

using Number = std::optional<SequenceNumber>;

ReportBlock report(std::uint16_t highest, std::int32_t lost) {
  ReportBlock block;
  block.highest = SequenceNumber(highest);
  block.cumulative_lost = lost;
  return block;
}

TEST_CASE("The first picture: every loss is one of its packets") {
  ReplayReception reception;
  reception.replayed(std::nullopt, SequenceNumber(109));
  const Number last{SequenceNumber(109)};
  CHECK(reception.judge(report(109, 0), last) == Reception::complete);
  CHECK(reception.judge(report(109, 1), last) == Reception::has_gaps);
  CHECK(reception.judge(report(108, 0), last) == Reception::lacks_the_end);
  CHECK(reception.judge(report(105, 3), last) == Reception::lacks_the_end);
  // It came twice.
  CHECK(reception.judge(report(109, -1), last) == Reception::complete);
}

TEST_CASE("Once live packets followed, losses are the viewer's own business") {
  ReplayReception reception;
  reception.replayed(std::nullopt, SequenceNumber(109));
  const Number last{SequenceNumber(300)};
  CHECK(reception.judge(report(300, 7), last) == Reception::complete);
  CHECK(reception.judge(report(299, 7), last) == Reception::lacks_the_end);
}

TEST_CASE("A later picture: only losses on top of those known before are its own") {
  struct Row {
    const char* what;
    Number reported_before;
    std::int32_t lost_now;
    Reception says;
  };
  const auto row = GENERATE(values<Row>({
      {"all before was reported on, and nothing was lost since", SequenceNumber(300), 7, Reception::complete},
      {"all before was reported on, and one was lost since", SequenceNumber(300), 8, Reception::has_gaps},
      {"one that had been missing came late", SequenceNumber(300), 6, Reception::complete},
      {"nobody knows when they were lost: the report is older", SequenceNumber(250), 9, Reception::complete},
      {"nobody knows when they were lost: there was no report", std::nullopt, 9, Reception::complete},
  }));
  CAPTURE(row.what);
  ReplayReception reception;
  reception.replayed(std::nullopt, SequenceNumber(109));
  if (row.reported_before) {
    reception.judge(report(row.reported_before->value(), 7), SequenceNumber(300));
  }
  reception.replayed(SequenceNumber(300), SequenceNumber(309));
  CHECK(reception.judge(report(309, row.lost_now), SequenceNumber(309)) == row.says);
}

TEST_CASE("A picture that is played again because of gaps is judged by itself") {
  ReplayReception reception;
  reception.replayed(std::nullopt, SequenceNumber(9));
  REQUIRE(reception.judge(report(9, 4), SequenceNumber(9)) == Reception::has_gaps);
  reception.replayed(SequenceNumber(9), SequenceNumber(19));
  SECTION("this time all of it came") {
    CHECK(reception.judge(report(19, 4), SequenceNumber(19)) == Reception::complete);
  }
  SECTION("again some of it was lost") {
    CHECK(reception.judge(report(19, 5), SequenceNumber(19)) == Reception::has_gaps);
  }
}

TEST_CASE("Two pictures in a row: what was lost may be of either") {
  ReplayReception reception;
  reception.replayed(std::nullopt, SequenceNumber(9));
  SECTION("nothing was reported between them") {
    reception.replayed(SequenceNumber(9), SequenceNumber(19));
    CHECK(reception.judge(report(19, 0), SequenceNumber(19)) == Reception::complete);
    CHECK(reception.judge(report(19, 6), SequenceNumber(19)) == Reception::has_gaps);
  }
  SECTION("the first one's end was reported lacking") {
    REQUIRE(reception.judge(report(7, 2), SequenceNumber(9)) == Reception::lacks_the_end);
    reception.replayed(SequenceNumber(9), SequenceNumber(19));
    CHECK(reception.judge(report(19, 4), SequenceNumber(19)) == Reception::has_gaps);
  }
  SECTION("of the first one nobody knew what had been lost before it") {
    reception.replayed(SequenceNumber(300), SequenceNumber(309));
    reception.replayed(SequenceNumber(309), SequenceNumber(319));
    CHECK(reception.judge(report(319, 9), SequenceNumber(319)) == Reception::complete);
  }
}

TEST_CASE("Nothing was sent: nothing is lacking") {
  ReplayReception reception;
  reception.replayed(std::nullopt, std::nullopt);
  CHECK(reception.judge(report(5, 5), std::nullopt) == Reception::complete);
}

}  // namespace
}  // namespace baton::media
