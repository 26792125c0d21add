// SPDX-License-Identifier: GPL-3.0-or-later
// How the cost of protecting a packet, and of a peer, grows with the number of peers: by our own
// AeadProtector and by libsrtp, in turns in one run; and by OpenSSL's AES-GCM alone, which is the part of it
// that is work.
//
// Usage: baton_bench_direct_sessions
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "tests/bench/cpu_clock.hpp"
#include "tests/bench/memory_use.hpp"
#include "transports/direct/aead_cipher.hpp"
#include "transports/direct/aead_protector.hpp"
#include "transports/direct/library_srtp.hpp"
#include "transports/direct/srtp_key_derivation.hpp"

namespace {

using namespace baton::transport::direct;
using baton::bench::cpu_time_used;
using baton::bench::memory_use;
namespace media = baton::media;

constexpr std::size_t kPacketBytes = 1'200;
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kPacketsPerFrame = 9;
constexpr std::size_t kMostPeers = 4'000;
constexpr int kTurns = 5;

using Packet = std::array<std::uint8_t, kPacketBytes>;
using Room = std::array<std::uint8_t, kPacketBytes + kMaxSrtpOverheadBytes>;

void require(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

SrtpKey make_key(SrtpProfile profile, std::size_t number) {
  const auto sizes = key_sizes(profile);
  SrtpKey key(sizes.key + sizes.salt);
  media::store_u16(key.bytes(), 0, static_cast<std::uint16_t>(number));
  return key;
}

AeadSessionKeys session_keys(SrtpProfile profile, std::size_t number) {
  auto keys = derive_aead_keys(profile, make_key(profile, number));
  require(keys.has_value(), "There are no session keys to be had.");
  return std::move(*keys);
}

template <typename Made>
Made made(std::optional<Made> something) {
  require(something.has_value(), "There is nothing to protect packets with.");
  return std::move(*something);
}

/// What a peer costs to make.
struct Making {
  double microseconds = 0;
  double heap_bytes = 0;
};

template <typename Peer, typename Make>
Making make_peers(std::vector<Peer>& peers, std::size_t wanted, Make make) {
  const auto count = static_cast<double>(wanted - peers.size());
  const auto heap = memory_use().allocated;
  const auto began = cpu_time_used();
  while (peers.size() < wanted) {
    peers.push_back(make(peers.size()));
  }
  const auto time = cpu_time_used() - began;
  return {static_cast<double>(time.count()) / 1e3 / count,
          static_cast<double>(memory_use().allocated - heap) / count};
}

/// The protectors of all peers, all three ways.
class Crowd {
public:
  explicit Crowd(SrtpProfile profile) : profile_(profile) {
    ours_.reserve(kMostPeers);
    library_.reserve(kMostPeers);
    inbound_.reserve(kMostPeers);
    ciphers_.reserve(kMostPeers);
    packet_.fill(5);
    packet_[0] = 0x80;
    packet_[1] = 96;
  }

  void grow(std::size_t peers) {
    our_making_ = make_peers(ours_, peers, [this](std::size_t number) {
      return made(AeadProtector::make(session_keys(profile_, number)));
    });
    // A peer is heard as well, by libsrtp both ways: NSS searches through those sessions, too.
    const auto make_library = [this](SrtpDirection direction) {
      return [this, direction](std::size_t number) {
        auto key = make_key(profile_, number);
        return made(LibrarySrtp::make(profile_, key, direction));
      };
    };
    make_peers(inbound_, peers, make_library(SrtpDirection::inbound));
    library_making_ = make_peers(library_, peers, make_library(SrtpDirection::outbound));
    make_peers(ciphers_, peers, [this](std::size_t number) {
      return made(AeadCipher::make(std::move(session_keys(profile_, number).rtp)));
    });
  }

  /// One frame to each peer, one after the other, `rounds` times, each way in turns; then a row of the table.
  void measure(std::size_t rounds) {
    double ours = 1e9;
    double library = 1e9;
    double cipher = 1e9;
    for (int turn = 0; turn < kTurns; ++turn) {
      ours = std::min(ours, nanoseconds(rounds, [this](std::size_t peer) {
                        const media::ByteView packet(packet_);
                        return ours_[peer]
                            .protect_rtp(packet.first(kHeaderBytes), packet.subspan(kHeaderBytes), room_)
                            .ok();
                      }));
      library = std::min(library, nanoseconds(rounds, [this](std::size_t peer) {
                           return library_[peer].protect_rtp(packet_, {}, room_).ok();
                         }));
      cipher = std::min(cipher, nanoseconds(rounds, [this](std::size_t peer) {
                          const media::ByteView packet(packet_);
                          auto& by = ciphers_[peer];
                          return by
                              .seal(by.initialization_vector(media::Ssrc{}, sequence_),
                                    packet.first(kHeaderBytes), {packet.subspan(kHeaderBytes)}, room_)
                              .has_value();
                        }));
      first_ = static_cast<std::uint16_t>(first_ + rounds * kPacketsPerFrame);
    }
    std::printf("%8zu %10.0f %10.0f %12.0f %10.1f %10.1f %12.0f %12.0f\n", ours_.size(), ours, library,
                cipher, our_making_.microseconds, library_making_.microseconds, our_making_.heap_bytes,
                library_making_.heap_bytes);
  }

private:
  template <typename ProtectOne>
  double nanoseconds(std::size_t rounds, ProtectOne protect_one) {
    const auto start = cpu_time_used();
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t peer = 0; peer < ours_.size(); ++peer) {
        for (std::size_t i = 0; i < kPacketsPerFrame; ++i) {
          sequence_ = static_cast<std::uint16_t>(first_ + round * kPacketsPerFrame + i);
          media::store_u16(packet_, 2, sequence_);
          require(protect_one(peer), "The packet was not protected.");
        }
      }
    }
    const auto packets = static_cast<double>(rounds * ours_.size() * kPacketsPerFrame);
    return static_cast<double>((cpu_time_used() - start).count()) / packets;
  }

  const SrtpProfile profile_;
  std::vector<AeadProtector> ours_;
  std::vector<LibrarySrtp> library_;
  std::vector<LibrarySrtp> inbound_;
  std::vector<AeadCipher> ciphers_;
  Making our_making_;
  Making library_making_;
  Packet packet_{};
  Room room_{};
  std::uint16_t first_ = 0;
  std::uint16_t sequence_ = 0;
};

void run(SrtpProfile profile) {
  std::printf("%s, %zu bytes, frames of %zu packets to one peer after the other, best of %d turns\n",
              to_string(profile), kPacketBytes, kPacketsPerFrame, kTurns);
  std::printf("%8s %34s %21s %25s\n", "", "protect a packet, ns", "make, us", "heap, bytes");
  std::printf("%8s %10s %10s %12s %10s %10s %12s %12s\n", "peers", "ours", "libsrtp", "AES-GCM", "ours",
              "libsrtp", "ours", "libsrtp");
  Crowd crowd(profile);
  for (const std::size_t peers : {std::size_t{100}, std::size_t{1'000}, kMostPeers}) {
    crowd.grow(peers);
    crowd.measure(1 + 4'000 / peers);
  }
}

}  // namespace

int main() {
  try {
    run(SrtpProfile::aead_aes_128_gcm);
    run(SrtpProfile::aead_aes_256_gcm);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
