// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/batch_window.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using Completeness = WaitingPackets::Completeness;

constexpr core::Instant kCame{10s};

TEST_CASE("Packets of a frame wait for the others as long as more come, and at most for the window") {
  struct Row {
    core::Duration window;
    core::Duration since;  // Between the oldest and the newest.
    core::Duration leave;  // After the oldest.
  };
  const std::vector<Row> rows{
      {0ms, 0ms, 0ms},    {1ms, 0us, 250us},  // Nothing else has come for a quarter of it.
      {1ms, 50us, 300us},                     // A piece of a pacer.
      {1ms, 750us, 1ms},  {1ms, 900us, 1ms}, {4ms, 100us, 1100us},
  };
  for (const Row& row : rows) {
    const BatchWindow window(row.window);
    CHECK(window.due({kCame, kCame + row.since, Completeness::more_to_come}) == kCame + row.leave);
    // A frame that is whole does not.
    CHECK(window.due({kCame, kCame + row.since, Completeness::complete}) == kCame);
  }
}

TEST_CASE("A window widens while its worker is busy, up to a limit, and narrows when there is time") {
  constexpr core::Duration kTenth = BatchWindow::kLoadInterval / 10;
  BatchWindow window(2ms);
  struct Row {
    int busy_tenths;
    core::Duration length;
  };
  // In this order.
  constexpr Row kRows[] = {{0, 2ms}, {5, 2ms}, {6, 4ms}, {9, 8ms}, {10, 8ms}, {4, 8ms},
                           {3, 8ms}, {2, 4ms}, {3, 4ms}, {0, 2ms}, {0, 2ms}};
  for (const Row& row : kRows) {
    window.note(kTenth * row.busy_tenths, kTenth * (10 - row.busy_tenths));
    CAPTURE(row.busy_tenths);
    CHECK(window.length() == row.length);
    CHECK(window.due({kCame, kCame + row.length, Completeness::more_to_come}) == kCame + row.length);
  }
}

TEST_CASE("One long turn does not widen a window, nor a busy worker one that is closed") {
  BatchWindow window(2ms);
  for (int turn = 0; turn < 100; ++turn) {
    window.note(turn % 10 == 0 ? 3ms : 0ms, 1ms);
    CHECK(window.length() == 2ms);
  }
  BatchWindow closed(0ms);
  for (int turn = 0; turn < 100; ++turn) {
    closed.note(10ms, 0ms);
    CHECK(closed.length() == 0ms);
  }
}

}  // namespace
}  // namespace baton::transport::direct
