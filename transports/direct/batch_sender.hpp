// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/media/bytes.hpp"
#include "transports/direct/peer_id.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/udp_socket.hpp"

namespace baton::transport::direct {

/// How many datagrams the kernel is asked to cut one send into, at most (its own limit is 64 or 128), and how
/// many bytes they may have together: what one IPv6 packet could hold, with room for headers.
inline constexpr std::size_t kMaxSegments = 64;
inline constexpr std::size_t kMaxSegmentedBytes = 65'000;

struct BatchSenderLimits {
  /// Bytes that wait in one batch.
  std::size_t buffer_bytes = std::size_t{256} << 10U;
  /// Messages in one batch, each one or more datagrams to one address. One sendmmsg takes 1,024 at most.
  std::size_t messages = 1024;
};

/// Why datagrams of a batch did not leave. They are gone: nothing is kept for later.
enum class UnsentReason : std::uint8_t {
  socket_full,  ///< The send buffer of the socket had no room (EAGAIN, ENOBUFS).
  too_large,    ///< Larger than the path takes (EMSGSIZE).
  refused,      ///< Any other error: no route, no permission, an address of the wrong family.
};
inline constexpr std::size_t kUnsentReasonCount = 3;

/// Datagrams to one peer that did not leave.
struct Unsent {
  PeerId peer;
  std::size_t first = 0;  ///< The first of them, counted from 0 in the order in which the batch was filled.
  std::size_t count = 0;
  UnsentReason reason{};
};

struct FlushReport {
  std::size_t datagrams_sent = 0;
  std::size_t bytes_sent = 0;
  std::size_t system_calls = 0;
  /// In the order of the batch. Valid until the next datagram is begun.
  std::span<const Unsent> unsent;
};

/// Collects datagrams in one contiguous buffer and sends them with as few system calls as can be: datagrams
/// that follow one another to one address and have one size (the last may be shorter) become one message that
/// the kernel cuts. Allocates at construction only. One thread.
class BatchSender {
public:
  /// `output` must outlive this object. `family` is that of the socket.
  BatchSender(MessageOutput& output, AddressFamily family, Offload segmentation,
              BatchSenderLimits limits = {});
  /// For this socket, as it is.
  explicit BatchSender(UdpSocket& socket, BatchSenderLimits limits = {})
      : BatchSender(socket, socket.family(), socket.segmentation(), limits) {}
  BatchSender(const BatchSender&) = delete;
  BatchSender& operator=(const BatchSender&) = delete;

  /// Room for one datagram of at most `capacity` bytes, to be written in place and committed before the next
  /// is begun. Nothing when the batch is full: flush first. One that is begun and not committed never was.
  [[nodiscard]] std::optional<media::ByteSpan> begin(std::size_t capacity);
  /// The datagram that was begun has `size` bytes, not 0 and no more than it was begun with.
  void commit(PeerId peer, const SocketAddress& to, std::size_t size);

  /// Sends everything. Whatever cannot be sent is reported and forgotten; it never waits.
  FlushReport flush();

  [[nodiscard]] std::size_t datagrams() const { return datagrams_; }
  /// Turns off by itself when the network device turns out not to be able to (EIO).
  [[nodiscard]] Offload segmentation() const { return segmentation_; }

private:
  /// One entry of sendmmsg, with what it points to.
  struct Message {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> control;
    sockaddr_storage address;
    SocketAddress to;
    PeerId peer;
    iovec vector;
    std::size_t first;  // Which datagram of the batch it begins with.
    std::size_t count;
    std::size_t segment;  // The size of each but perhaps the last.
  };
  enum class Progress : std::uint8_t { go_on, socket_is_full };

  [[nodiscard]] bool joins_last(PeerId peer, const SocketAddress& to, std::size_t size) const;
  void start_message(PeerId peer, const SocketAddress& to, std::size_t size);
  void seal();
  Progress send_one_by_one(std::size_t index, FlushReport& report);
  void count_sent(std::size_t index, FlushReport& report) const;
  void report_unsent(std::size_t index, std::size_t skip, UnsentReason reason);

  MessageOutput& output_;
  const AddressFamily family_;
  const BatchSenderLimits limits_;
  Offload segmentation_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t used_ = 0;
  std::size_t datagrams_ = 0;
  std::size_t count_ = 0;
  std::vector<Message> messages_;
  std::vector<mmsghdr> headers_;
  std::vector<Unsent> unsent_;
};

}  // namespace baton::transport::direct
