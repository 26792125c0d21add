// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "core/time.hpp"
#include "tests/bench/media/client_port.hpp"
#include "tests/bench/media/peer_description.hpp"
#include "tests/bench/media/reception.hpp"
#include "tests/bench/media/stream.hpp"

namespace baton::bench {

/// How the packets of one frame follow one another.
enum class Arrival : std::uint8_t {
  back_to_back,  ///< All nine at once.
  paced,         ///< Three every 5 ms, as a browser's pacer sends them at 2.5 times the rate.
};

/// How many frames there are: few while viewers join, so that a server that will be overloaded takes them in
/// all the same.
enum class FrameRate : std::uint8_t { slow, full };

/// What the publishers were told and how punctual they were.
struct PublishingReport {
  std::uint64_t keyframes_asked_for = 0;
  std::uint64_t negative_acknowledgements = 0;  ///< Packets that the server missed. They are not repeated.
  std::uint64_t unsent = 0;
  /// By how much packets left later than they were due, in microseconds.
  std::vector<std::uint32_t> lateness;
};

/// One publisher for each room, all on one port and one thread, which has nothing else to do.
class Publishers final : public transport::direct::EndpointListener {
public:
  Publishers(IceSide side, const transport::direct::SocketAddress& ip,
             std::shared_ptr<const transport::direct::DtlsContext> context, std::size_t rooms);
  ~Publishers() override;
  Publishers(const Publishers&) = delete;
  Publishers& operator=(const Publishers&) = delete;

  [[nodiscard]] const transport::direct::SocketAddress& address() const { return port_->address(); }
  [[nodiscard]] static media::Ssrc source_of(RoomNumber room);

  /// Before start(). Publishes into the rooms one after the other, from 0 on.
  void add(const transport::direct::IceCredentials& own, const ServerSide& server);
  void start(Arrival arrival);
  /// Any thread. It is slow to begin with.
  void set_rate(FrameRate rate) { rate_ = rate; }
  /// Whether everybody's media flows.
  [[nodiscard]] bool all_connected() const { return connected_.load() == rooms_.size(); }
  /// A window that begins with the frame after the next.
  [[nodiscard]] PacketWindow window_from_now(RoomNumber room, std::chrono::seconds length) const;
  /// Ends the thread.
  PublishingReport stop();

private:
  struct Room {
    media::PayloadType payload_type;
    core::Instant frame_due{};
    std::atomic<std::uint64_t> next{0};
    std::uint64_t packets_sent = 0;
    core::Instant report_due{};
    bool connected = false;
    FrameKind next_frame = FrameKind::key;
  };

  void on_connected(transport::direct::PeerId peer, transport::direct::SrtpProfile profile,
                    core::Instant now) override;
  void on_gone(transport::direct::PeerId peer, transport::direct::GoneReason reason,
               core::Instant now) override;
  void on_rtp(transport::direct::PeerId, media::ByteSpan, core::Instant) override {}
  void on_rtcp(transport::direct::PeerId peer, media::ByteSpan packet, core::Instant now) override;
  void on_unsent(const transport::direct::Unsent& unsent, core::Instant now) override;

  void run();
  [[nodiscard]] core::Instant due(const Room& room) const;
  void wait_until(core::Instant time) const;
  void send_due(std::size_t index, core::Instant now);
  void send_report(std::size_t index, core::Instant now);

  const std::unique_ptr<ClientPort> port_;
  std::vector<std::unique_ptr<Room>> rooms_;
  const std::size_t room_count_;
  Arrival arrival_ = Arrival::back_to_back;
  FrameKind frame_ = FrameKind::key;
  PublishingReport report_;
  std::atomic<std::size_t> connected_{0};
  std::atomic<FrameRate> rate_{FrameRate::slow};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace baton::bench
