// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <initializer_list>

#include "core/accepted_signals.hpp"

using namespace baton::core;
using Verdict = AcceptedSignals::Verdict;

namespace {

AcceptedSignals after(std::initializer_list<std::uint64_t> numbers) {
  AcceptedSignals accepted;
  for (const std::uint64_t number : numbers) {
    accepted.accept(SignalNumber(number));
  }
  return accepted;
}

}  // namespace

TEST_CASE("A signal is new above all that were accepted, repeated if it was, and else passed over") {
  struct Row {
    AcceptedSignals accepted;
    std::uint64_t number;
    Verdict expected;
  };
  const Row rows[] = {
      {after({}), 1, Verdict::unseen},
      {after({}), 1000, Verdict::unseen},
      {after({1}), 1, Verdict::repeated},
      {after({1}), 2, Verdict::unseen},
      {after({1, 3}), 1, Verdict::repeated},
      {after({1, 3}), 2, Verdict::passed_over},
      {after({1, 3}), 3, Verdict::repeated},
      {after({1, 3, 4}), 2, Verdict::passed_over},
      {after({1, 3, 4}), 3, Verdict::repeated},
      {after({7}), 6, Verdict::passed_over},
      // As far back as it remembers, and one further.
      {after({10, 74}), 10, Verdict::repeated},
      {after({10, 74}), 11, Verdict::passed_over},
      {after({10, 75}), 10, Verdict::passed_over},
      {after({10, 11, 75}), 11, Verdict::repeated},
      {after({10, 11, 1000}), 11, Verdict::passed_over},
      {after({10, 11, 1000}), 999, Verdict::passed_over},
  };
  for (const Row& row : rows) {
    CAPTURE(row.number, row.accepted.last().value());
    CHECK(row.accepted.judge(SignalNumber(row.number)) == row.expected);
  }
}

TEST_CASE("Of a long row of signals the latest sixty-four before the last are remembered") {
  AcceptedSignals accepted;
  for (std::uint64_t number = 1; number <= 200; ++number) {
    CHECK(accepted.judge(SignalNumber(number)) == Verdict::unseen);
    accepted.accept(SignalNumber(number));
  }
  CHECK(accepted.last() == SignalNumber(200));
  CHECK(accepted.judge(SignalNumber(136)) == Verdict::repeated);
  CHECK(accepted.judge(SignalNumber(135)) == Verdict::passed_over);
}
