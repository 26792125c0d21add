// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/server/recorded_link.hpp"

#include <utility>

namespace baton::testing {

using framework::SendResult;

namespace {

/// Long, since sanitizers are slow on a busy machine.
constexpr std::chrono::seconds kPatience{20};

}  // namespace

void RecordedLink::hold() {
  const std::lock_guard lock(mutex_);
  gate_ = Gate::shut;
}

void RecordedLink::let_go() {
  {
    const std::lock_guard lock(mutex_);
    gate_ = Gate::open;
  }
  changed_.notify_all();
}

bool RecordedLink::wait_held() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [this] { return gate_ == Gate::holding; });
}

std::vector<std::string> RecordedLink::wait_calls(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return calls_.size() >= count; });
  return calls_;
}

std::vector<std::string> RecordedLink::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

SendResult RecordedLink::write_down(std::string call) {
  std::unique_lock lock(mutex_);
  calls_.push_back(std::move(call));
  if (gate_ == Gate::shut) {
    gate_ = Gate::holding;
  }
  changed_.notify_all();
  changed_.wait(lock, [this] { return gate_ != Gate::holding; });
  return SendResult::sent;
}

SendResult RecordedLink::push_event(const std::string& /*transaction*/, const framework::SharedJson& event,
                                    const framework::Jsep* jsep) {
  return write_down(jsep != nullptr ? jsep->sdp : std::string(event.string("name").value_or("")));
}

SendResult RecordedLink::close_pc(framework::PeerConnectionNumber which) {
  return write_down("close_pc " + std::to_string(which.value()));
}

SendResult RecordedLink::end_session() {
  return write_down("end_session");
}

SendResult RecordedLink::relay_rtp(const framework::RtpPacket& /*packet*/) {
  return SendResult::sent;
}

SendResult RecordedLink::relay_rtcp(const framework::RtcpPacket& /*packet*/) {
  return SendResult::sent;
}

SendResult RecordedLink::relay_data(const framework::DataMessage& /*message*/) {
  return SendResult::sent;
}

SendResult RecordedLink::send_pli(std::optional<framework::MediaIndex> /*media_index*/) {
  return SendResult::sent;
}

SendResult RecordedLink::send_remb(std::uint32_t /*bits_per_second*/) {
  return SendResult::sent;
}

}  // namespace baton::testing
