// SPDX-License-Identifier: GPL-3.0-or-later
// How the cost of protecting a packet, and of a peer, grows with the number of peers: by our own
// AeadProtector and by libsrtp, in turns in one run. Beside them what AES-GCM would cost if one context of
// OpenSSL's served all peers and were given another key for each packet, or for each frame: the alternative
// to a context for each key. Then what it costs to read a report of a peer's, by AeadUnprotector and by
// libsrtp.
//
// Usage: baton_bench_direct_sessions
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <stdexcept>
#include <vector>

#include "tests/bench/cpu_clock.hpp"
#include "tests/bench/memory_use.hpp"
#include "transports/direct/aead_cipher.hpp"
#include "transports/direct/aead_protector.hpp"
#include "transports/direct/aead_unprotector.hpp"
#include "transports/direct/cipher_context.hpp"
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
constexpr std::size_t kReportBytes = 64;
constexpr int kTurns = 5;

using Packet = std::array<std::uint8_t, kPacketBytes>;
using Room = std::array<std::uint8_t, kPacketBytes + kMaxSrtpOverheadBytes>;
/// With its tag and index, which fill the room exactly.
using Report = std::array<std::uint8_t, kReportBytes + kMaxSrtpOverheadBytes>;

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
  peers.reserve(wanted);
  const auto count = static_cast<double>(wanted);
  const auto heap = memory_use().allocated;
  const auto began = cpu_time_used();
  while (peers.size() < wanted) {
    peers.push_back(make(peers.size()));
  }
  const auto time = cpu_time_used() - began;
  return {static_cast<double>(time.count()) / 1e3 / count,
          static_cast<double>(memory_use().allocated - heap) / count};
}

/// AES-GCM of one context that is given a key whenever the peer is another one.
class SharedContext {
public:
  explicit SharedContext(SrtpProfile profile)
      : cipher_(profile == SrtpProfile::aead_aes_128_gcm ? EVP_aes_128_gcm() : EVP_aes_256_gcm()) {
    require(EVP_EncryptInit_ex2(context_.get(), cipher_, Packet{}.data(), nullptr, nullptr) == 1,
            "There is no AES-GCM.");
  }

  /// With the key that it has, if none is given.
  bool encrypt(const AeadKey* key, std::uint32_t number, const Packet& packet, Room& to) {
    EVP_CIPHER_CTX* const context = context_.get();
    std::array<std::uint8_t, 12> vector{};
    media::store_u32(vector, 8, number);
    media::copy_bytes(media::ByteView(packet).first(kHeaderBytes), to);
    std::array<OSSL_PARAM, 2> tag = {
        OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, &to[kPacketBytes],
                                          AeadCipher::kTagBytes),
        OSSL_PARAM_construct_end()};
    int written = 0;
    return EVP_EncryptInit_ex2(context, nullptr, key == nullptr ? nullptr : key->key.bytes().data(),
                               vector.data(), nullptr) == 1 &&
           EVP_EncryptUpdate(context, nullptr, &written, packet.data(), kHeaderBytes) == 1 &&
           EVP_EncryptUpdate(context, &to[kHeaderBytes], &written, &packet[kHeaderBytes],
                             kPacketBytes - kHeaderBytes) == 1 &&
           EVP_EncryptFinal_ex(context, &to[kPacketBytes], &written) == 1 &&
           EVP_CIPHER_CTX_get_params(context, tag.data()) == 1;
  }

private:
  const EVP_CIPHER* cipher_;
  CipherContext context_{EVP_CIPHER_CTX_new()};
};

/// So many peers, with every way to protect what is sent to them.
class Crowd {
public:
  Crowd(SrtpProfile profile, std::size_t peers) : profile_(profile), peers_(peers), shared_(profile) {
    packet_.fill(5);
    packet_[0] = 0x80;
    packet_[1] = 96;
  }

  /// Makes the peers, measures, and prints a row of the table.
  void measure() {
    const auto our_making = make_peers(ours_, peers_, [this](std::size_t number) {
      return made(AeadProtector::make(session_keys(profile_, number)));
    });
    const auto reports = make_reports();
    make_peers(our_inbound_, peers_, [this](std::size_t number) {
      return made(AeadUnprotector::make(session_keys(profile_, number)));
    });
    const double our_report = nanoseconds_of_reading(our_inbound_, reports);
    make_library(inbound_, SrtpDirection::inbound);
    // Before there are the sessions that only the comparison needs: NSS would search through them as well.
    const double library_report = nanoseconds_of_reading(inbound_, reports);
    const auto library_making = make_library(library_, SrtpDirection::outbound);
    make_peers(keys_, peers_,
               [this](std::size_t number) { return std::move(session_keys(profile_, number).rtp); });
    const auto best = nanoseconds_of_protecting();
    std::printf("%8zu %10.0f %10.0f %10.0f %10.0f %10.1f %10.1f %10.0f %10.0f %10.0f %10.0f\n", peers_,
                best[0], best[1], best[2], best[3], our_making.microseconds, library_making.microseconds,
                our_making.heap_bytes, library_making.heap_bytes, our_report, library_report);
  }

private:
  static constexpr std::size_t kWays = 4;
  using Protect = std::function<bool(std::size_t peer, std::size_t packet_of_frame)>;

  Making make_library(std::vector<LibrarySrtp>& peers, SrtpDirection direction) const {
    return make_peers(peers, peers_, [this, direction](std::size_t number) {
      auto key = make_key(profile_, number);
      return made(LibrarySrtp::make(profile_, key, direction));
    });
  }

  /// The best of some turns, each way in each: ours, libsrtp's, a shared context with a key for each frame
  /// and for each packet.
  std::array<double, kWays> nanoseconds_of_protecting() {
    const media::ByteView packet(packet_);
    const std::array<Protect, kWays> ways = {
        [&](std::size_t peer, std::size_t) {
          return ours_[peer]
              .protect_rtp(packet.first(kHeaderBytes), packet.subspan(kHeaderBytes), room_)
              .ok();
        },
        [&](std::size_t peer, std::size_t) { return library_[peer].protect_rtp(packet, {}, room_).ok(); },
        [&](std::size_t peer, std::size_t packet_of_frame) {
          return shared_.encrypt(packet_of_frame == 0 ? &keys_[peer] : nullptr, ++number_, packet_, room_);
        },
        [&](std::size_t peer, std::size_t) {
          return shared_.encrypt(&keys_[peer], ++number_, packet_, room_);
        },
    };
    std::array<double, kWays> best{};
    best.fill(1e9);
    const std::size_t rounds = 1 + 4'000 / peers_;
    for (int turn = 0; turn < kTurns; ++turn) {
      for (std::size_t way = 0; way < kWays; ++way) {
        best[way] = std::min(best[way], one_turn(rounds, ways[way]));
      }
      first_ = static_cast<std::uint16_t>(first_ + rounds * kPacketsPerFrame);
    }
    return best;
  }

  /// A frame to one peer after the other, so many times.
  double one_turn(std::size_t rounds, const Protect& protect) {
    const auto start = cpu_time_used();
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t peer = 0; peer < peers_; ++peer) {
        for (std::size_t i = 0; i < kPacketsPerFrame; ++i) {
          media::store_u16(packet_, 2, static_cast<std::uint16_t>(first_ + round * kPacketsPerFrame + i));
          require(protect(peer, i), "The packet was not protected.");
        }
      }
    }
    const auto packets = static_cast<double>(rounds * peers_ * kPacketsPerFrame);
    return static_cast<double>((cpu_time_used() - start).count()) / packets;
  }

  /// Protected reports of the peers, one after the other, some rounds.
  std::vector<Report> make_reports() {
    Report report{};
    report[0] = 0x80;
    report[1] = 201;
    std::vector<Report> reports((1 + 4'000 / peers_) * peers_);
    for (std::size_t i = 0; i < reports.size(); ++i) {
      const auto plain = media::ByteView(report).first(kReportBytes);
      require(ours_[i % peers_].protect_rtcp(plain, reports[i]).ok(), "The report was not protected.");
    }
    return reports;
  }

  template <typename Reader>
  double nanoseconds_of_reading(std::vector<Reader>& readers, std::vector<Report> reports) {
    const auto start = cpu_time_used();
    for (std::size_t i = 0; i < reports.size(); ++i) {
      require(readers[i % peers_].unprotect_rtcp(reports[i]).ok(), "The report was not read.");
    }
    return static_cast<double>((cpu_time_used() - start).count()) / static_cast<double>(reports.size());
  }

  const SrtpProfile profile_;
  const std::size_t peers_;
  std::vector<AeadProtector> ours_;
  std::vector<LibrarySrtp> library_;
  std::vector<AeadUnprotector> our_inbound_;
  std::vector<LibrarySrtp> inbound_;
  std::vector<AeadKey> keys_;
  SharedContext shared_;
  Packet packet_{};
  Room room_{};
  std::uint16_t first_ = 0;
  std::uint32_t number_ = 0;
};

void run(SrtpProfile profile) {
  std::printf("%s, %zu bytes, frames of %zu packets to one peer after the other, best of %d turns\n",
              to_string(profile), kPacketBytes, kPacketsPerFrame, kTurns);
  std::printf("%8s %43s %21s %21s %21s\n", "", "protect a packet, ns", "make, us", "heap, bytes",
              "read a report, ns");
  std::printf("%8s %10s %10s %10s %10s %10s %10s %10s %10s %10s %10s\n", "peers", "ours", "libsrtp",
              "key/frame", "key/packet", "ours", "libsrtp", "ours", "libsrtp", "ours", "libsrtp");
  for (const std::size_t peers : {100U, 500U, 1'000U, 2'000U, 4'000U}) {
    Crowd(profile, peers).measure();
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
