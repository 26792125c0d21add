// SPDX-License-Identifier: GPL-3.0-or-later
// Packets of one store on several threads, as programs and workers share them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/media/packet_store.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::transport {
namespace {

using media::PacketStore;
using media::SharedPacket;
using media::test::Bytes;

/// What one thread hands to another: no more than a few at a time.
class Mailbox {
public:
  struct Letter {
    std::uint32_t number = 0;
    SharedPacket packet;
  };

  void put(Letter letter) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return letters_.size() < 100; });
    letters_.push_back(std::move(letter));
    changed_.notify_all();
  }
  /// All that is there; nothing when there will be nothing more.
  std::vector<Letter> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_over_ || !letters_.empty(); });
    changed_.notify_all();
    return std::exchange(letters_, {});
  }
  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Letter> letters_;
  bool is_over_ = false;
};

/// A body that no other packet of the test has.
Bytes body_of(std::uint32_t number) {
  Bytes body(100 + number * 701 % 1400);
  for (std::size_t i = 0; i < body.size(); ++i) {
    body[i] = static_cast<std::uint8_t>(number >> (i % 3 * 8));
  }
  return body;
}

bool is_intact(const Mailbox::Letter& letter) {
  return std::ranges::equal(letter.packet.bytes(), body_of(letter.number));
}

TEST_CASE("Threads that share packets have them whole until they let go of them, and no longer") {
  constexpr std::uint32_t kPackets = 20'000;
  constexpr std::size_t kReaders = 3;
  constexpr std::size_t kMostKept = 300;
  PacketStore store;
  std::vector<Mailbox> mailboxes(kReaders);
  std::vector<std::uint64_t> intact(kReaders);
  std::vector<std::thread> readers;
  for (std::size_t reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([&mailbox = mailboxes[reader], &intact = intact[reader]] {
      std::vector<Mailbox::Letter> kept;
      const auto look_and_let_go = [&] {
        intact += static_cast<std::uint64_t>(std::ranges::count_if(kept, is_intact));
        kept.clear();
      };
      for (auto taken = mailbox.take(); !taken.empty(); taken = mailbox.take()) {
        std::ranges::move(taken, std::back_inserter(kept));
        if (kept.size() > kMostKept) {
          look_and_let_go();
        }
      }
      look_and_let_go();
    });
  }
  for (std::uint32_t number = 0; number < kPackets; ++number) {
    const SharedPacket packet = store.add(body_of(number), {})->packet;
    for (Mailbox& mailbox : mailboxes) {
      mailbox.put({number, packet});
    }
  }
  for (Mailbox& mailbox : mailboxes) {
    mailbox.end();
  }
  for (std::thread& reader : readers) {
    reader.join();
  }
  CHECK(intact == std::vector<std::uint64_t>(kReaders, kPackets));
  // 16 MB went through it. Each reader has 500 packets at most, of 1,500 bytes, and a chunk at either end.
  CHECK(store.memory() < kReaders * (500 * 1500 + 2 * media::StoreChunk::kSize));
}

}  // namespace
}  // namespace baton::transport
