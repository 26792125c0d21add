// SPDX-License-Identifier: GPL-3.0-or-later
// How the cost of protecting a packet grows with the number of peers: by our sessions, which use the
// process's libsrtp, and by OpenSSL's AES-GCM alone, which is the part of it that is work.
//
// Usage: baton_bench_direct_sessions
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/bench/cpu_clock.hpp"
#include "transports/direct/srtp_session.hpp"

namespace {

using namespace baton::transport::direct;
using baton::bench::cpu_time_used;
namespace media = baton::media;

constexpr std::size_t kPacketBytes = 1'200;
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kPacketsPerFrame = 9;

using Packet = std::array<std::uint8_t, kPacketBytes + kMaxSrtpOverheadBytes>;

void require(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

double microseconds(baton::bench::CpuTime time) {
  return static_cast<double>(time.count()) / 1e3;
}

SrtpSession make_session(std::size_t number) {
  SrtpKeys keys;
  const auto sizes = key_sizes(keys.profile);
  keys.local = SrtpKey(sizes.key + sizes.salt);
  keys.remote = SrtpKey(sizes.key + sizes.salt);
  media::store_u16(keys.local.bytes(), 0, static_cast<std::uint16_t>(number));
  auto session = SrtpSession::make(std::move(keys));
  require(session.has_value(), "There is no session to be had.");
  return std::move(*session);
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

Context make_context(std::size_t number) {
  std::array<std::uint8_t, 16> key{};
  std::memcpy(key.data(), &number, sizeof(number));
  Context context(EVP_CIPHER_CTX_new());
  require(EVP_EncryptInit_ex2(context.get(), EVP_aes_128_gcm(), key.data(), nullptr, nullptr) == 1,
          "There is no AES-GCM.");
  return context;
}

void encrypt(EVP_CIPHER_CTX* context, const Packet& source, std::uint64_t number, Packet& to) {
  std::array<std::uint8_t, 12> nonce{};
  std::memcpy(nonce.data(), &number, sizeof(number));
  int written = 0;
  std::memcpy(to.data(), source.data(), kHeaderBytes);
  const bool done = EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
                    EVP_EncryptUpdate(context, nullptr, &written, to.data(), kHeaderBytes) == 1 &&
                    EVP_EncryptUpdate(context, &to[kHeaderBytes], &written, &source[kHeaderBytes],
                                      kPacketBytes - kHeaderBytes) == 1 &&
                    EVP_EncryptFinal_ex(context, &to[kPacketBytes], &written) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, &to[kPacketBytes]) == 1;
  require(done, "The packet was not encrypted.");
}

void run() {
  Packet source{};
  source.fill(5);
  source[0] = 0x80;
  source[1] = 96;
  Packet packet{};
  std::vector<SrtpSession> sessions;
  std::vector<Context> contexts;
  constexpr std::size_t kMost = 4'000;
  sessions.reserve(kMost);
  std::uint64_t number = 0;
  std::printf("AEAD_AES_128_GCM, %zu bytes, frames of %zu packets to one peer after the other\n",
              kPacketBytes, kPacketsPerFrame);
  std::printf("%8s %22s %22s %22s\n", "peers", "make a session, us", "protect a packet, us",
              "OpenSSL alone, us");
  for (const std::size_t peers : {100U, 500U, 1'000U, 2'000U, 4'000U}) {
    const std::size_t made = peers - sessions.size();
    auto began = cpu_time_used();
    while (sessions.size() < peers) {
      sessions.push_back(make_session(sessions.size()));
    }
    const double make = microseconds(cpu_time_used() - began) / static_cast<double>(made);
    while (contexts.size() < peers) {
      contexts.push_back(make_context(contexts.size()));
    }
    const std::size_t rounds = 2 + 10'000 / peers;
    const auto packets = static_cast<double>(rounds * peers * kPacketsPerFrame);
    const auto first = static_cast<std::uint16_t>(number);
    const auto each = [&](auto one_packet) {
      const auto start = cpu_time_used();
      for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t peer = 0; peer < peers; ++peer) {
          for (std::size_t i = 0; i < kPacketsPerFrame; ++i) {
            one_packet(peer, round * kPacketsPerFrame + i);
          }
        }
      }
      return microseconds(cpu_time_used() - start) / packets;
    };
    const double by_sessions = each([&](std::size_t peer, std::size_t index) {
      packet = source;
      media::store_u16(packet, 2, static_cast<std::uint16_t>(first + index));
      require(sessions[peer].protect_rtp(packet, kPacketBytes).ok(), "The packet was not protected.");
    });
    number += rounds * kPacketsPerFrame;
    const double by_openssl = each([&](std::size_t peer, std::size_t index) {
      encrypt(contexts[peer].get(), source, number + index, packet);
    });
    std::printf("%8zu %22.0f %22.2f %22.2f\n", peers, make, by_sessions, by_openssl);
  }
}

}  // namespace

int main() {
  try {
    run();
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
