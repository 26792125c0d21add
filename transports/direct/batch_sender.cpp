// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/batch_sender.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace baton::transport::direct {
namespace {

UnsentReason named(int error) {
  switch (error) {
    case EAGAIN:
    case ENOBUFS:
      return UnsentReason::socket_full;
    case EMSGSIZE:
      return UnsentReason::too_large;
    default:
      return UnsentReason::refused;
  }
}

// EIO: the device cannot fill in checksums, so the kernel does not cut for it. EINVAL and EMSGSIZE: this path
// takes no segments of this size, though it may take them in fragments.
bool may_pass_uncut(int error) {
  return error == EIO || error == EINVAL || error == EMSGSIZE || error == EOPNOTSUPP;
}

}  // namespace

BatchSender::BatchSender(MessageOutput& output, AddressFamily family, Offload segmentation,
                         BatchSenderLimits limits)
    : output_(output),
      family_(family),
      limits_(limits),
      segmentation_(segmentation),
      buffer_(std::make_unique<std::uint8_t[]>(limits.buffer_bytes)),
      messages_(limits.messages),
      headers_(limits.messages) {
  // A message is cut into datagrams when it fails, so reports may be as many as there are datagrams.
  unsent_.reserve(limits.messages + kMaxSegments);
}

std::optional<media::ByteSpan> BatchSender::begin(std::size_t capacity) {
  // Whether it joins the last message is known when its size is; until then it needs one of its own.
  if (count_ == limits_.messages || capacity > limits_.buffer_bytes - used_) {
    return std::nullopt;
  }
  return media::ByteSpan(&buffer_[used_], capacity);
}

bool BatchSender::joins_last(PeerId peer, const SocketAddress& to, std::size_t size) const {
  if (segmentation_ == Offload::off || count_ == 0) {
    return false;
  }
  const Message& last = messages_[count_ - 1];
  const std::size_t bytes = last.vector.iov_len;
  return last.peer == peer && bytes == last.count * last.segment && size <= last.segment &&
         last.count < kMaxSegments && bytes + size <= kMaxSegmentedBytes && last.to == to;
}

void BatchSender::start_message(PeerId peer, const SocketAddress& to, std::size_t size) {
  Message& message = messages_[count_];
  message.to = to;
  message.peer = peer;
  message.vector = {&buffer_[used_], size};
  message.first = datagrams_;
  message.count = 1;
  message.segment = size;
  msghdr& header = headers_[count_].msg_hdr;
  header = {};
  header.msg_name = &message.address;
  header.msg_namelen = to.to_native(family_, message.address);
  header.msg_iov = &message.vector;
  header.msg_iovlen = 1;
  ++count_;
}

void BatchSender::commit(PeerId peer, const SocketAddress& to, std::size_t size) {
  if (joins_last(peer, to, size)) {
    Message& last = messages_[count_ - 1];
    last.vector.iov_len += size;
    ++last.count;
  } else {
    start_message(peer, to, size);
  }
  used_ += size;
  ++datagrams_;
}

void BatchSender::seal() {
  for (std::size_t i = 0; i < count_; ++i) {
    Message& message = messages_[i];
    if (message.count == 1) {
      continue;
    }
    msghdr& header = headers_[i].msg_hdr;
    header.msg_control = message.control.data();
    header.msg_controllen = message.control.size();
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto segment = static_cast<std::uint16_t>(message.segment);
    std::memcpy(CMSG_DATA(control), &segment, sizeof(segment));
  }
}

void BatchSender::count_sent(std::size_t index, FlushReport& report) const {
  report.datagrams_sent += messages_[index].count;
  report.bytes_sent += messages_[index].vector.iov_len;
}

void BatchSender::report_unsent(std::size_t index, std::size_t skip, UnsentReason reason) {
  const Message& message = messages_[index];
  const std::size_t first = message.first + skip;
  if (!unsent_.empty()) {
    Unsent& last = unsent_.back();
    if (last.peer == message.peer && last.reason == reason && last.first + last.count == first) {
      last.count += message.count - skip;
      return;
    }
  }
  unsent_.push_back({message.peer, first, message.count - skip, reason});
}

BatchSender::Progress BatchSender::send_one_by_one(std::size_t index, FlushReport& report) {
  const Message& message = messages_[index];
  mmsghdr one = headers_[index];
  one.msg_hdr.msg_control = nullptr;
  one.msg_hdr.msg_controllen = 0;
  iovec vector = message.vector;
  one.msg_hdr.msg_iov = &vector;
  for (std::size_t done = 0; done < message.count;) {
    const std::size_t offset = done * message.segment;
    vector.iov_base = static_cast<std::uint8_t*>(message.vector.iov_base) + offset;
    vector.iov_len = std::min(message.segment, message.vector.iov_len - offset);
    const int result = output_.send_messages({&one, 1});
    ++report.system_calls;
    if (result == -EINTR) {
      continue;
    }
    if (result <= 0) {
      // What follows the first that fails is of no use without it: a frame with a hole.
      const UnsentReason reason = named(-result);
      report_unsent(index, done, reason);
      return reason == UnsentReason::socket_full ? Progress::socket_is_full : Progress::go_on;
    }
    ++done;
    ++report.datagrams_sent;
    report.bytes_sent += vector.iov_len;
  }
  return Progress::go_on;
}

FlushReport BatchSender::flush() {
  FlushReport report;
  unsent_.clear();
  seal();
  std::size_t next = 0;
  auto progress = Progress::go_on;
  while (next < count_ && progress == Progress::go_on) {
    const int result = output_.send_messages(std::span(headers_).subspan(next, count_ - next));
    ++report.system_calls;
    if (result > 0) {
      for (const std::size_t end = next + static_cast<std::size_t>(result); next < end; ++next) {
        count_sent(next, report);
      }
      continue;
    }
    const int error = -result;
    if (error == EINTR) {
      continue;
    }
    if (messages_[next].count > 1 && may_pass_uncut(error)) {
      if (error == EIO) {
        segmentation_ = Offload::off;
      }
      progress = send_one_by_one(next, report);
    } else {
      const UnsentReason reason = named(error);
      report_unsent(next, 0, reason);
      progress = reason == UnsentReason::socket_full ? Progress::socket_is_full : Progress::go_on;
    }
    ++next;
  }
  // The buffer belongs to the socket, not to an address: the rest would only be turned away one by one.
  for (; next < count_; ++next) {
    report_unsent(next, 0, UnsentReason::socket_full);
  }
  used_ = 0;
  datagrams_ = 0;
  count_ = 0;
  report.unsent = unsent_;
  return report;
}

}  // namespace baton::transport::direct
