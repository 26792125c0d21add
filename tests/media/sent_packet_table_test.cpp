// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sent_packet_table.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "core/media/packet_arrivals.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::at_ms;

/// A sender and a receiver, with feedback that takes the way through bytes.
struct Connection {
  SentPacketTable table{TransportSequence(65'500)};
  PacketArrivals arrivals;
  std::vector<PacketOutcome> outcomes;
  std::array<std::uint8_t, 1200> buffer{};

  TransportSequence send(std::int64_t ms, std::size_t size = 1000) { return table.sent(size, at_ms(ms)); }

  ByteView write_feedback() {
    RtcpWriter writer(buffer, RtcpForm::reduced_size);
    REQUIRE_FALSE(arrivals.write(writer, Ssrc{1}, Ssrc{2}).has_value());
    return *writer.finish();
  }
  void acknowledge(std::int64_t ms) { acknowledge(write_feedback(), ms); }
  void acknowledge(ByteView bytes, std::int64_t ms) {
    const auto feedback = RtcpView::parse(bytes)->packets().next()->transport_wide_feedback();
    REQUIRE(feedback.ok());
    outcomes.clear();
    table.acknowledge(*feedback, at_ms(ms),
                      [&](const PacketOutcome& outcome) { outcomes.push_back(outcome); });
  }
};

TEST_CASE("Feedback tells of each packet whether and when it arrived") {
  Connection connection;
  std::vector<TransportSequence> numbers;
  for (std::int64_t index = 0; index < 100; ++index) {
    numbers.push_back(connection.send(index));
    if (index % 10 != 5) {
      connection.arrivals.arrived(numbers.back(), at_ms(5000 + index));
    }
  }
  CHECK(numbers.front() == TransportSequence(65'500));
  CHECK(numbers.back() == TransportSequence(63));  // They wrap.
  connection.acknowledge(150);
  REQUIRE(connection.outcomes.size() == 100);
  for (std::int64_t index = 0; index < 100; ++index) {
    const auto& outcome = connection.outcomes[static_cast<std::size_t>(index)];
    CHECK(outcome.sequence == numbers[static_cast<std::size_t>(index)]);
    CHECK(outcome.sent_at == at_ms(index));
    CHECK(outcome.size == 1000);
    CHECK(outcome.arrived ==
          (index % 10 == 5 ? std::nullopt : std::optional(core::Duration(milliseconds(5000 + index)))));
  }
  const auto& statistics = connection.table.statistics();
  CHECK(statistics.sent == 100);
  CHECK(statistics.sent_bytes == 100'000);
  CHECK(statistics.acknowledged == 90);
  CHECK(statistics.acknowledged_bytes == 90'000);
  CHECK(statistics.lost == 10);
  CHECK(statistics.delay_change == core::Duration(0));
  CHECK(statistics.feedback_delay == milliseconds(150 - 99));
}

TEST_CASE("A queue that fills shows as delay that grows") {
  Connection connection;
  for (std::int64_t index = 0; index < 10; ++index) {
    connection.arrivals.arrived(connection.send(index * 10), at_ms(5000 + index * 13));
  }
  connection.acknowledge(200);
  CHECK(connection.table.statistics().delay_change == milliseconds(9 * 3));
  for (std::int64_t index = 10; index < 20; ++index) {
    connection.arrivals.arrived(connection.send(index * 10), at_ms(5000 + 90 + 27 + (index - 9) * 9));
  }
  connection.acknowledge(400);
  CHECK(connection.table.statistics().delay_change == -milliseconds(10));
}

TEST_CASE("A packet that comes after it was told lost is told again, and no fate is told twice") {
  Connection connection;
  const auto first = connection.send(0);
  const auto second = connection.send(1);
  const auto third = connection.send(2);
  connection.arrivals.arrived(first, at_ms(10));
  connection.arrivals.arrived(third, at_ms(12));
  connection.acknowledge(20);
  CHECK(connection.table.statistics().lost == 1);
  connection.arrivals.arrived(second, at_ms(30));
  connection.acknowledge(40);  // Speaks of the third once more.
  REQUIRE(connection.outcomes.size() == 1);
  CHECK(connection.outcomes[0].sequence == second);
  CHECK(connection.outcomes[0].arrived == core::Duration(milliseconds(30)));
  CHECK(connection.table.statistics().recovered == 1);
  CHECK(connection.table.statistics().lost == 1);
  CHECK(connection.table.statistics().acknowledged == 3);
}

TEST_CASE("The same feedback twice tells nothing the second time") {
  Connection connection;
  connection.arrivals.arrived(connection.send(0), at_ms(10));
  const ByteView bytes = connection.write_feedback();
  connection.acknowledge(bytes, 20);
  CHECK(connection.outcomes.size() == 1);
  connection.acknowledge(bytes, 21);
  CHECK(connection.outcomes.empty());
  CHECK(connection.table.statistics().feedback_lost == 0);
}

TEST_CASE("Feedback messages that did not come are counted") {
  Connection connection;
  for (int message = 0; message < 5; ++message) {
    connection.arrivals.arrived(connection.send(message), at_ms(10 + message));
    const ByteView bytes = connection.write_feedback();
    if (message == 0 || message == 4) {
      connection.acknowledge(bytes, 20 + message);
    }
  }
  CHECK(connection.table.statistics().feedback_lost == 3);
  CHECK(connection.table.statistics().acknowledged == 2);
}

TEST_CASE("So many packets are awaited, and what is told of others counts as unknown") {
  Connection connection;
  const auto first = connection.send(0);
  for (std::int64_t index = 1; index < SentPacketTable::kCapacity; ++index) {
    connection.send(index);
  }
  CHECK(connection.table.statistics().forgotten == 0);
  connection.send(5000);
  CHECK(connection.table.statistics().forgotten == 1);
  connection.arrivals.arrived(first, at_ms(10));
  connection.arrivals.arrived(first.next(), at_ms(11));
  connection.acknowledge(6000);
  REQUIRE(connection.outcomes.size() == 1);
  CHECK(connection.outcomes[0].sequence == first.next());
  CHECK(connection.table.statistics().unknown == 1);
}

TEST_CASE("Feedback on packets that were never sent is harmless") {
  Connection connection;
  connection.arrivals.arrived(TransportSequence(100), at_ms(0));
  connection.acknowledge(1);
  CHECK(connection.outcomes.empty());
  connection.arrivals.arrived(connection.send(2), at_ms(3));
  connection.arrivals.arrived(TransportSequence(65'510), at_ms(4));
  connection.acknowledge(5);
  CHECK(connection.table.statistics().acknowledged <= 1);
  CHECK(connection.table.statistics().unknown > 0);
}

TEST_CASE("The receiver's clock goes on when its reference wraps") {
  Connection connection;
  const core::Duration circle = TransportFeedback::kReferenceCircle;
  const auto wraps_at = core::Instant(circle);
  connection.arrivals.arrived(connection.send(0), wraps_at - milliseconds(100));
  connection.acknowledge(1);
  const core::Duration before = *connection.outcomes[0].arrived;
  connection.arrivals.arrived(connection.send(0), wraps_at + milliseconds(100));
  connection.acknowledge(2);
  CHECK(*connection.outcomes[0].arrived - before == milliseconds(200));
}

}  // namespace
}  // namespace baton::media
