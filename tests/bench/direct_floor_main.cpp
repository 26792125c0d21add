// SPDX-License-Identifier: GPL-3.0-or-later
// The least CPU time that a packet to a viewer can cost on this machine: one encryption into a contiguous
// buffer and its share of a segmented sendmmsg, and nothing else; by libsrtp, and by the transport's own
// parts. What the direct transport costs is judged by these numbers, measured in the same run.
//
// Usage: baton_bench_direct_floor [ROUNDS]               all rows of a table
//        baton_bench_direct_floor whole|pieces SECONDS   one floor alone, for as long as a server is measured
#include <netinet/in.h>
#include <netinet/udp.h>
#include <srtp2/srtp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "transports/direct/batch_sender.hpp"
#include "transports/direct/srtp_session.hpp"
#include "transports/direct/udp_socket.hpp"

namespace {

namespace direct = baton::transport::direct;

constexpr std::size_t kDestinations = 100;
/// Packets to one destination in one message: a whole frame, or what a pacer sends at once.
constexpr std::size_t kPacketsPerFrame = 9;
constexpr std::size_t kPacketsPerPiece = 3;
constexpr std::size_t kPacketBytes = 1200;
constexpr std::size_t kHeaderBytes = 12;
/// The tag of AEAD_AES_128_GCM (RFC 7714 §13.2).
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kProtectedBytes = kPacketBytes + kTagBytes;
constexpr std::size_t kFramesPerRound = 200;

/// CPU time of this thread, in microseconds.
struct CpuMicroseconds {
  double user = 0;
  double system = 0;
  [[nodiscard]] double sum() const { return user + system; }
};

CpuMicroseconds cpu_time_used() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto microseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return {microseconds(usage.ru_utime), microseconds(usage.ru_stime)};
}

void require(bool holds, const char* what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

/// A socket that nobody reads: its buffer is as small as the kernel allows, so that all but the first packets
/// are dropped where they would have been queued.
class Destination {
public:
  explicit Destination(bool takes_segments) : socket_(socket(AF_INET, SOCK_DGRAM, 0)) {
    require(socket_ >= 0, "There is no socket to be had.");
    const int smallest = 1;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof(smallest));
    if (takes_segments) {
      const int on = 1;
      require(setsockopt(socket_, SOL_UDP, UDP_GRO, &on, sizeof(on)) == 0, "The kernel has no UDP_GRO.");
    }
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(bind(socket_, reinterpret_cast<sockaddr*>(&address_), sizeof(address_)) == 0, "bind failed");
    socklen_t size = sizeof(address_);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size);
  }
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;
  ~Destination() { close(socket_); }

  [[nodiscard]] const sockaddr_in& address() const { return address_; }

private:
  int socket_;
  sockaddr_in address_{};
};

class Viewer {
public:
  explicit Viewer(std::uint32_t ssrc) {
    std::array<std::uint8_t, 28> key{};
    key[0] = static_cast<std::uint8_t>(ssrc);
    srtp_policy_t policy{};
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    policy.ssrc.type = ssrc_any_outbound;
    policy.key = key.data();
    require(srtp_create(&context_, &policy) == srtp_err_status_ok, "srtp_create failed");
  }
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;
  ~Viewer() { srtp_dealloc(context_); }

  void protect(std::uint8_t* packet) {
    int size = kPacketBytes;
    require(srtp_protect(context_, packet, &size) == srtp_err_status_ok, "srtp_protect failed");
  }

private:
  srtp_t context_ = nullptr;
};

/// A packet of the program as the source sent it; each viewer gets a copy with its own header.
class Source {
public:
  Source() {
    for (std::size_t i = 0; i < packet_.size(); ++i) {
      packet_[i] = static_cast<std::uint8_t>(i * 31);
    }
    packet_[0] = 0x80;
    packet_[1] = 96;
  }
  void write(std::uint8_t* to, std::uint16_t sequence) const {
    std::memcpy(to, packet_.data(), packet_.size());
    to[2] = static_cast<std::uint8_t>(sequence >> 8U);
    to[3] = static_cast<std::uint8_t>(sequence);
  }
  /// The same in two pieces, of which the payload is all viewers'.
  [[nodiscard]] std::array<std::uint8_t, kHeaderBytes> header(std::uint16_t sequence) const {
    std::array<std::uint8_t, kHeaderBytes> result{};
    std::memcpy(result.data(), packet_.data(), result.size());
    result[2] = static_cast<std::uint8_t>(sequence >> 8U);
    result[3] = static_cast<std::uint8_t>(sequence);
    return result;
  }
  [[nodiscard]] std::span<const std::uint8_t> payload() const {
    return std::span(packet_).subspan(kHeaderBytes);
  }

private:
  std::array<std::uint8_t, kPacketBytes> packet_{};
};

enum class Work {
  protect_only,
  session_only,
  protect_and_segmented,
  protect_and_sendto,
  segmented_only,
  through_parts
};

direct::SrtpSession make_session(std::uint8_t seed) {
  direct::SrtpKeys keys;
  const auto sizes = direct::key_sizes(keys.profile);
  keys.local = direct::SrtpKey(sizes.key + sizes.salt);
  keys.remote = direct::SrtpKey(sizes.key + sizes.salt);
  keys.local.bytes()[0] = seed;
  auto session = direct::SrtpSession::make(std::move(keys));
  require(session.has_value(), "There is no session to be had.");
  return std::move(*session);
}

direct::UdpSocket open_socket() {
  auto socket = direct::UdpSocket::open({.address = *direct::SocketAddress::parse("127.0.0.1", {})});
  require(socket.ok(), "There is no socket to be had.");
  return std::move(*socket);
}

class Bench {
public:
  Bench(bool receivers_take_segments, std::size_t packets_per_message)
      : packets_(packets_per_message),
        buffer_(kDestinations * packets_per_message * kProtectedBytes + direct::kMaxSrtpOverheadBytes),
        messages_(kDestinations),
        vectors_(kDestinations),
        controls_(kDestinations),
        socket_(socket(AF_INET, SOCK_DGRAM, 0)),
        transport_socket_(open_socket()),
        sender_(transport_socket_) {
    require(socket_ >= 0, "There is no socket to be had.");
    sessions_.reserve(kDestinations);
    for (std::size_t i = 0; i < kDestinations; ++i) {
      sessions_.push_back(make_session(static_cast<std::uint8_t>(i)));
      destinations_.push_back(std::make_unique<Destination>(receivers_take_segments));
      viewers_.push_back(std::make_unique<Viewer>(static_cast<std::uint32_t>(i)));
    }
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() { close(socket_); }

  /// CPU time for each packet, with `batch` destinations in one system call.
  CpuMicroseconds measure(Work work, std::size_t batch) {
    const auto before = cpu_time_used();
    for (std::size_t frame = 0; frame < kFramesPerRound; ++frame) {
      for (std::size_t first = 0; first < kDestinations; first += batch) {
        one_batch(work, first, std::min(batch, kDestinations - first));
      }
      sequence_ = static_cast<std::uint16_t>(sequence_ + packets_);
    }
    const auto after = cpu_time_used();
    const auto packets = static_cast<double>(kFramesPerRound * kDestinations * packets_);
    return {(after.user - before.user) / packets, (after.system - before.system) / packets};
  }

private:
  void flush() { require(sender_.flush().unsent.empty(), "The batch did not leave."); }

  std::size_t by_session(std::size_t viewer, std::size_t packet, std::span<std::uint8_t> to) {
    const auto header = source_.header(static_cast<std::uint16_t>(sequence_ + packet));
    const auto size = sessions_[viewer].protect_rtp(header, source_.payload(), to);
    require(size.ok(), "The packet was not protected.");
    return size->bytes;
  }

  void one_batch_by_sessions() {
    const std::span buffer(buffer_);
    for (std::size_t i = 0; i < kDestinations; ++i) {
      for (std::size_t packet = 0; packet < packets_; ++packet) {
        by_session(i, packet, buffer.subspan((i * packets_ + packet) * kProtectedBytes));
      }
    }
  }

  void one_batch_through_parts() {
    for (std::size_t i = 0; i < kDestinations; ++i) {
      const auto& native = destinations_[i]->address();
      const auto to =
          *direct::SocketAddress::from_native(reinterpret_cast<const sockaddr*>(&native), sizeof(native));
      for (std::size_t packet = 0; packet < packets_; ++packet) {
        auto room = sender_.begin(kPacketBytes + direct::kMaxSrtpOverheadBytes);
        if (!room) {
          flush();
          room = sender_.begin(kPacketBytes + direct::kMaxSrtpOverheadBytes);
        }
        sender_.commit(direct::PeerId{i}, to, by_session(i, packet, *room));
      }
    }
    flush();
  }

  void one_batch(Work work, std::size_t first, std::size_t count) {
    if (work == Work::through_parts) {
      one_batch_through_parts();
      return;
    }
    if (work == Work::session_only) {
      one_batch_by_sessions();
      return;
    }
    if (work != Work::segmented_only) {
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t packet = 0; packet < packets_; ++packet) {
          std::uint8_t* to = &buffer_[(i * packets_ + packet) * kProtectedBytes];
          source_.write(to, static_cast<std::uint16_t>(sequence_ + packet));
          viewers_[first + i]->protect(to);
        }
      }
    }
    if (work == Work::protect_and_sendto) {
      for (std::size_t i = 0; i < count * packets_; ++i) {
        const auto& address = destinations_[first + i / packets_]->address();
        require(sendto(socket_, &buffer_[i * kProtectedBytes], kProtectedBytes, 0,
                       reinterpret_cast<const sockaddr*>(&address), sizeof(address)) > 0,
                "sendto failed");
      }
    } else if (work != Work::protect_only) {
      send_segmented(first, count);
    }
  }

  void send_segmented(std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto& header = messages_[i].msg_hdr;
      vectors_[i] = {&buffer_[i * packets_ * kProtectedBytes], packets_ * kProtectedBytes};
      header.msg_name = const_cast<sockaddr_in*>(&destinations_[first + i]->address());
      header.msg_namelen = sizeof(sockaddr_in);
      header.msg_iov = &vectors_[i];
      header.msg_iovlen = 1;
      header.msg_control = &controls_[i];
      header.msg_controllen = sizeof(controls_[i]);
      cmsghdr* control = CMSG_FIRSTHDR(&header);
      control->cmsg_level = SOL_UDP;
      control->cmsg_type = UDP_SEGMENT;
      control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
      const std::uint16_t size = kProtectedBytes;
      std::memcpy(CMSG_DATA(control), &size, sizeof(size));
    }
    std::size_t sent = 0;
    while (sent < count) {
      const int done = sendmmsg(socket_, &messages_[sent], static_cast<unsigned>(count - sent), 0);
      require(done > 0, "sendmmsg failed: does the kernel have UDP_SEGMENT?");
      sent += static_cast<std::size_t>(done);
    }
  }

  struct Control {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> bytes{};
  };

  const std::size_t packets_;
  Source source_;
  std::vector<std::unique_ptr<Destination>> destinations_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  std::vector<std::uint8_t> buffer_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> vectors_;
  std::vector<Control> controls_;
  int socket_;
  direct::UdpSocket transport_socket_;
  direct::BatchSender sender_;
  std::vector<direct::SrtpSession> sessions_;
  std::uint16_t sequence_ = 1000;
};

CpuMicroseconds median(std::vector<CpuMicroseconds> rounds) {
  std::ranges::sort(rounds, {}, &CpuMicroseconds::sum);
  return rounds[rounds.size() / 2];
}

struct Row {
  const char* name;
  Work work;
  std::size_t batch;
  Bench* bench;
  std::vector<CpuMicroseconds> rounds;
};

void run(std::size_t rounds) {
  // Who takes segmented packets whole shows what sending costs; who does not, makes the sender pay on
  // loopback for cutting them, which on a network is done by the interface or its driver.
  Bench whole(true, kPacketsPerFrame);
  Bench cut(false, kPacketsPerFrame);
  Bench piece(true, kPacketsPerPiece);
  std::vector<Row> rows = {
      {"srtp_protect alone", Work::protect_only, kDestinations, &whole, {}},
      {"SrtpSession alone", Work::session_only, kDestinations, &whole, {}},
      {"segmented sendmmsg alone", Work::segmented_only, kDestinations, &whole, {}},
      {"floor: srtp_protect and sendmmsg, 100 in one call",
       Work::protect_and_segmented,
       kDestinations,
       &whole,
       {}},
      {"SrtpSession and BatchSender, 100 in one call", Work::through_parts, kDestinations, &whole, {}},
      {"srtp_protect and sendmmsg, 20 in one call", Work::protect_and_segmented, 20, &whole, {}},
      {"srtp_protect and sendmmsg, 5 in one call", Work::protect_and_segmented, 5, &whole, {}},
      {"srtp_protect and sendmmsg, 1 in one call", Work::protect_and_segmented, 1, &whole, {}},
      {"floor, cut by the sender", Work::protect_and_segmented, kDestinations, &cut, {}},
      {"floor, pieces of 3 packets", Work::protect_and_segmented, kDestinations, &piece, {}},
      {"srtp_protect and one sendto each", Work::protect_and_sendto, kDestinations, &cut, {}},
  };
  for (std::size_t round = 0; round < rounds; ++round) {
    for (auto& row : rows) {
      row.rounds.push_back(row.bench->measure(row.work, row.batch));
    }
  }
  std::printf("%zu destinations, %zu packets of %zu bytes each, AEAD_AES_128_GCM, medians of %zu rounds\n",
              kDestinations, kPacketsPerFrame, kPacketBytes, rounds);
  std::printf("%-50s %8s %8s %8s\n", "microseconds of CPU time for each packet", "user", "system", "sum");
  for (const auto& row : rows) {
    const auto cost = median(row.rounds);
    std::printf("%-50s %8.2f %8.2f %8.2f\n", row.name, cost.user, cost.system, cost.sum());
  }
}

/// Prints the microseconds of CPU time for each packet, as the mean over this time.
void run_floor(std::size_t packets_per_message, std::chrono::seconds duration) {
  Bench bench(true, packets_per_message);
  bench.measure(Work::protect_and_segmented, kDestinations);
  CpuMicroseconds all;
  std::size_t rounds = 0;
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end) {
    const auto round = bench.measure(Work::protect_and_segmented, kDestinations);
    all.user += round.user;
    all.system += round.system;
    ++rounds;
  }
  std::printf("%.3f\n", all.sum() / static_cast<double>(rounds));
}

}  // namespace

int main(int count, char** arguments) {
  try {
    require(srtp_init() == srtp_err_status_ok, "srtp_init failed");
    if (count == 3) {
      const std::string_view floor = arguments[1];
      const int seconds = std::atoi(arguments[2]);
      require((floor == "whole" || floor == "pieces") && seconds > 0, "Which floor, and for how long?");
      run_floor(floor == "whole" ? kPacketsPerFrame : kPacketsPerPiece, std::chrono::seconds(seconds));
      return 0;
    }
    const int rounds = count == 2 ? std::atoi(arguments[1]) : 5;
    require(count <= 2 && rounds > 0, "How many rounds?");
    run(static_cast<std::size_t>(rounds));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
