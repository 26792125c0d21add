// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <vector>

#include "tests/transports/direct/allocation_count.hpp"
#include "tests/transports/direct/loopback.hpp"
#include "transports/direct/batch_receiver.hpp"
#include "transports/direct/batch_sender.hpp"

namespace baton::transport::direct {
namespace {

using test::Bytes;

void add(BatchSender& sender, PeerId peer, const SocketAddress& to, const Bytes& bytes) {
  const auto room = sender.begin(bytes.size());
  REQUIRE(room);
  std::ranges::copy(bytes, room->begin());
  sender.commit(peer, to, bytes.size());
}

Bytes numbered(std::size_t number, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(number * 7 + i);
  }
  return bytes;
}

/// Plays the kernel: answers each call from a script, and takes everything when the script is over.
class ScriptedOutput final : public MessageOutput {
public:
  struct Taken {
    std::size_t bytes;
    bool segmented;
  };

  /// Positive: takes this many messages. Negative: fails with this errno.
  std::deque<int> script;
  std::vector<Taken> taken;

  int send_messages(std::span<mmsghdr> messages) override {
    int answer = static_cast<int>(messages.size());
    if (!script.empty()) {
      answer = std::min(answer, script.front());
      script.pop_front();
    }
    for (int i = 0; i < answer; ++i) {
      const auto& header = messages[static_cast<std::size_t>(i)].msg_hdr;
      taken.push_back({header.msg_iov->iov_len, header.msg_controllen != 0});
    }
    return answer;
  }
};

constexpr PeerId kFirst{1};
constexpr PeerId kSecond{2};
const SocketAddress kTo = test::loopback_address(Port{9});
const SocketAddress kElsewhere = test::loopback_address(Port{10});

std::vector<std::size_t> sizes_sent(const ScriptedOutput& output) {
  std::vector<std::size_t> sizes;
  for (const auto& taken : output.taken) {
    sizes.push_back(taken.bytes);
    CHECK(taken.segmented == (taken.bytes > 100));
  }
  return sizes;
}

TEST_CASE("Datagrams become one message as long as the kernel can cut it into them") {
  struct Row {
    const char* what;
    std::vector<std::size_t> sizes;
    std::vector<std::size_t> messages;
  };
  const auto row = GENERATE(values<Row>({
      {"one", {100}, {100}},
      {"equal sizes", {100, 100, 100}, {300}},
      {"the last may be shorter", {100, 100, 40}, {240}},
      {"after a shorter one a new message begins", {100, 40, 40}, {140, 40}},
      {"a larger one begins a new message", {40, 100, 100}, {40, 200}},
      {"at most 64", std::vector<std::size_t>(70, 100), {6400, 600}},
  }));
  INFO(row.what);
  ScriptedOutput output;
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  std::size_t number = 0;
  for (const auto size : row.sizes) {
    add(sender, kFirst, kTo, numbered(number++, size));
  }
  CHECK(sender.datagrams() == row.sizes.size());
  const auto report = sender.flush();
  CHECK(sizes_sent(output) == row.messages);
  CHECK(report.datagrams_sent == row.sizes.size());
  CHECK(report.system_calls == 1);
  CHECK(report.unsent.empty());
  CHECK(sender.datagrams() == 0);
  CHECK(sender.flush().system_calls == 0);
}

TEST_CASE("No message holds more bytes than an IPv6 packet") {
  ScriptedOutput output;
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  for (std::size_t i = 0; i < 60; ++i) {
    add(sender, kFirst, kTo, numbered(i, 1'200));
  }
  CHECK(sender.flush().datagrams_sent == 60);
  CHECK(sizes_sent(output) == std::vector<std::size_t>{54 * 1'200, 6 * 1'200});
}

TEST_CASE("Each address and each peer has messages of its own") {
  ScriptedOutput output;
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  add(sender, kFirst, kTo, numbered(0, 100));
  add(sender, kFirst, kElsewhere, numbered(1, 100));
  add(sender, kSecond, kElsewhere, numbered(2, 100));
  CHECK(sender.flush().datagrams_sent == 3);
  CHECK(output.taken.size() == 3);
}

TEST_CASE("A full batch says so and is as good as new after a flush") {
  ScriptedOutput output;
  SECTION("by bytes") {
    BatchSender sender(output, AddressFamily::ipv4, Offload::where_available,
                       {.buffer_bytes = 250, .messages = 10});
    add(sender, kFirst, kTo, numbered(0, 100));
    add(sender, kFirst, kTo, numbered(1, 100));
    CHECK(sender.begin(50));
    CHECK_FALSE(sender.begin(51));
    CHECK(sender.flush().datagrams_sent == 2);
    CHECK(sender.begin(250));
  }
  SECTION("by messages") {
    BatchSender sender(output, AddressFamily::ipv4, Offload::off, {.buffer_bytes = 1'000, .messages = 2});
    add(sender, kFirst, kTo, numbered(0, 100));
    add(sender, kFirst, kTo, numbered(1, 100));
    CHECK_FALSE(sender.begin(1));
    CHECK(sender.flush().datagrams_sent == 2);
    CHECK(sender.begin(1));
  }
}

TEST_CASE("A kernel that takes some of the messages is given the rest") {
  ScriptedOutput output;
  output.script = {1, -EINTR, 1};
  BatchSender sender(output, AddressFamily::ipv4, Offload::off);
  for (std::size_t i = 0; i < 5; ++i) {
    add(sender, kFirst, kTo, numbered(i, 10 + i));
  }
  const auto report = sender.flush();
  CHECK(report.datagrams_sent == 5);
  CHECK(report.bytes_sent == 60);
  CHECK(report.system_calls == 4);
  CHECK(sizes_sent(output) == std::vector<std::size_t>{10, 11, 12, 13, 14});
}

TEST_CASE("What a full socket turns away is reported for each peer, from its first datagram on") {
  ScriptedOutput output;
  output.script = {1, -EAGAIN};
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  add(sender, kFirst, kTo, numbered(0, 100));
  add(sender, kFirst, kTo, numbered(1, 100));
  add(sender, kFirst, kTo, numbered(2, 101));  // Larger: a message of its own.
  add(sender, kSecond, kElsewhere, numbered(3, 50));
  add(sender, kSecond, kElsewhere, numbered(4, 60));
  const auto report = sender.flush();
  CHECK(report.datagrams_sent == 2);
  CHECK(report.system_calls == 2);
  REQUIRE(report.unsent.size() == 2);
  CHECK(report.unsent[0].peer == kFirst);
  CHECK(report.unsent[0].first == 2);
  CHECK(report.unsent[0].count == 1);
  CHECK(report.unsent[0].reason == UnsentReason::socket_full);
  CHECK(report.unsent[1].peer == kSecond);
  CHECK(report.unsent[1].first == 3);
  CHECK(report.unsent[1].count == 2);
}

TEST_CASE("An address that cannot be reached costs the others nothing") {
  ScriptedOutput output;
  output.script = {-ENETUNREACH};
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  add(sender, kFirst, kTo, numbered(0, 100));
  add(sender, kFirst, kTo, numbered(1, 100));
  add(sender, kSecond, kElsewhere, numbered(2, 100));
  const auto report = sender.flush();
  CHECK(report.datagrams_sent == 1);
  REQUIRE(report.unsent.size() == 1);
  CHECK(report.unsent[0].peer == kFirst);
  CHECK(report.unsent[0].count == 2);
  CHECK(report.unsent[0].reason == UnsentReason::refused);
}

TEST_CASE("A device that cannot segment is sent single datagrams from then on") {
  ScriptedOutput output;
  output.script = {-EIO};
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  for (std::size_t i = 0; i < 3; ++i) {
    add(sender, kFirst, kTo, numbered(i, i < 2 ? 100 : 30));
  }
  CHECK(sender.flush().datagrams_sent == 3);
  CHECK(sizes_sent(output) == std::vector<std::size_t>{100, 100, 30});
  CHECK(sender.segmentation() == Offload::off);
  output.taken.clear();
  add(sender, kFirst, kTo, numbered(0, 100));
  add(sender, kFirst, kTo, numbered(1, 100));
  CHECK(sender.flush().datagrams_sent == 2);
  CHECK(sizes_sent(output) == std::vector<std::size_t>{100, 100});
}

TEST_CASE("A path that takes no segments of this size is tried without, for this message only") {
  ScriptedOutput output;
  output.script = {-EMSGSIZE, 1, -EMSGSIZE};
  BatchSender sender(output, AddressFamily::ipv4, Offload::where_available);
  for (std::size_t i = 0; i < 3; ++i) {
    add(sender, kFirst, kTo, numbered(i, 100));
  }
  const auto report = sender.flush();
  CHECK(report.datagrams_sent == 1);
  REQUIRE(report.unsent.size() == 1);
  CHECK(report.unsent[0].first == 1);
  CHECK(report.unsent[0].count == 2);
  CHECK(report.unsent[0].reason == UnsentReason::too_large);
  CHECK(sender.segmentation() == Offload::where_available);
}

TEST_CASE("Batches arrive whole and in order, whatever the kernel offers") {
  const auto segmentation = GENERATE(Offload::where_available, Offload::off);
  const auto coalescing = GENERATE(Offload::where_available, Offload::off);
  auto from = test::open_loopback(segmentation);
  auto to = test::open_loopback(Offload::off, coalescing);
  BatchSender sender(from);
  BatchReceiver receiver(to, 8);
  std::vector<Bytes> expected;
  for (std::size_t i = 0; i < 100; ++i) {
    // Frames of nine packets, the last of which is shorter.
    expected.push_back(numbered(i, i % 9 == 8 ? 300 : 1'200));
    add(sender, kFirst, to.local_address(), expected.back());
  }
  const auto report = sender.flush();
  CHECK(report.datagrams_sent == 100);
  CHECK(report.unsent.empty());
  CHECK(test::receive_all(to, receiver, 100) == expected);
  CHECK(receiver.counters().datagrams == 100);
  CHECK(receiver.counters().too_large == 0);
  CHECK(receiver.receive().empty());
  CHECK(receiver.counters().errors == 0);
}

TEST_CASE("A socket bound to :: talks to both families") {
  auto opened = UdpSocket::open({.address = *SocketAddress::parse("::", Port{0})});
  if (!opened && opened.error() == UdpSocketError::no_socket) {
    WARN("This host has no IPv6.");
    return;
  }
  REQUIRE(opened);
  auto both = std::move(*opened);
  BatchSender sender(both);
  BatchReceiver receiver(both);
  for (const char* ip : {"127.0.0.1", "::1"}) {
    INFO(ip);
    auto peer = test::open_socket({.address = *SocketAddress::parse(ip, Port{0})});
    BatchSender peer_sender(peer);
    BatchReceiver peer_receiver(peer);
    add(peer_sender, kFirst, *SocketAddress::parse(ip, both.local_address().port()), numbered(1, 20));
    CHECK(peer_sender.flush().datagrams_sent == 1);
    REQUIRE(test::readable(both, std::chrono::seconds(2)));
    const auto received = receiver.receive();
    REQUIRE(received.size() == 1);
    CHECK(received[0].from == peer.local_address());
    for (std::size_t i = 0; i < 3; ++i) {
      add(sender, kSecond, received[0].from, numbered(i, 50));
    }
    CHECK(sender.flush().datagrams_sent == 3);
    CHECK(test::receive_all(peer, peer_receiver, 3).size() == 3);
  }
}

TEST_CASE("A datagram that is too large is counted and not taken for a shorter one") {
  auto from = test::open_loopback();
  auto to = test::open_loopback();
  BatchSender sender(from);
  BatchReceiver receiver(to);
  add(sender, kFirst, to.local_address(), numbered(0, kMaxDatagramBytes + 1));
  add(sender, kFirst, to.local_address(), numbered(1, kMaxDatagramBytes));
  sender.flush();
  const auto received = test::receive_all(to, receiver, 1);
  REQUIRE(received.size() == 1);
  CHECK(received[0].size() == kMaxDatagramBytes);
  CHECK(receiver.counters().too_large == 1);
}

TEST_CASE("What the kernel dropped for want of room is counted") {
  auto from = test::open_loopback(Offload::off);
  auto to = test::open_socket({.address = test::loopback_address(Port{0}), .receive_buffer_bytes = 20'000});
  BatchSender sender(from);
  BatchReceiver receiver(to);
  for (std::size_t i = 0; i < 100; ++i) {
    add(sender, kFirst, to.local_address(), numbered(i, 1'200));
  }
  CHECK(sender.flush().datagrams_sent == 100);
  std::size_t received = 0;
  for (std::size_t batch = receiver.receive().size(); batch != 0; batch = receiver.receive().size()) {
    received += batch;
  }
  CHECK(received < 100);
  // The kernel tells with a datagram that comes after those that were dropped.
  add(sender, kFirst, to.local_address(), numbered(0, 10));
  sender.flush();
  CHECK(test::receive_all(to, receiver, 1).size() == 1);
  CHECK(receiver.counters().dropped_by_kernel == 100 - received);
}

TEST_CASE("Sending and receiving batches allocates nothing") {
  auto from = test::open_loopback();
  auto to = test::open_loopback();
  BatchSender sender(from);
  BatchReceiver receiver(to);
  const auto before = test::allocations();
  std::size_t received = 0;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 20; ++i) {
      const auto room = sender.begin(1'200);
      std::ranges::fill(*room, static_cast<std::uint8_t>(i));
      sender.commit(kFirst, to.local_address(), i % 5 == 4 ? 500 : 1'200);
    }
    sender.flush();
    received += receiver.receive().size();
  }
  CHECK(test::allocations() == before);
  CHECK(received == 200);
}

}  // namespace
}  // namespace baton::transport::direct
