// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "framework/handle.hpp"

namespace baton::testing {

/// A handle without a gateway: it writes down what it is asked to do, and can be held up. Any thread.
class RecordedLink final : public framework::HandleLink {
public:
  explicit RecordedLink(std::uint64_t id) : id_(id) {}

  /// The next call does not return before `let_go`.
  void hold();
  void let_go();
  /// Waits until a call is being held.
  [[nodiscard]] bool wait_held();
  /// Waits for `count` calls; fewer if they do not come. An event is written down as its "name", or as what
  /// it offers.
  [[nodiscard]] std::vector<std::string> wait_calls(std::size_t count);
  [[nodiscard]] std::vector<std::string> calls() const;

  [[nodiscard]] framework::HandleId id() const override { return id_; }
  [[nodiscard]] framework::PeerConnectionNumber peer_connection() const override {
    return framework::PeerConnectionNumber(0);
  }
  framework::SendResult push_event(const std::string& transaction, const framework::SharedJson& event,
                                   const framework::Jsep* jsep) override;
  framework::SendResult close_pc(framework::PeerConnectionNumber which) override;
  framework::SendResult end_session() override;
  framework::SendResult relay_rtp(const framework::RtpPacket& packet) override;
  framework::SendResult relay_rtcp(const framework::RtcpPacket& packet) override;
  framework::SendResult relay_data(const framework::DataMessage& message) override;
  framework::SendResult send_pli(std::optional<framework::MediaIndex> media_index) override;
  framework::SendResult send_remb(std::uint32_t bits_per_second) override;

private:
  framework::SendResult write_down(std::string call);

  const framework::HandleId id_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<std::string> calls_;
  enum class Gate { open, shut, holding } gate_ = Gate::open;
};

}  // namespace baton::testing
