// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/media/ntp_time.hpp"
#include "core/time.hpp"
#include "tests/bench/media/client_port.hpp"
#include "tests/bench/media/peer_description.hpp"
#include "tests/bench/media/reception.hpp"

namespace baton::bench {

/// Faults that are made on purpose, to see that the figures show them.
enum class FaultKind : std::uint8_t { none, drop, duplicate, damage };
struct Fault {
  FaultKind kind = FaultKind::none;
  std::uint64_t every = 1000;  ///< One packet of so many.
};

/// Whether viewers say what they receive, as browsers do, or nothing at all.
enum class ReceiverReports : std::uint8_t { each_second, none };

using ViewerNumber = core::NumericId<struct BenchViewerTag>;

/// What all viewers together have seen.
struct ViewingReport {
  ReceptionCounts counts;
  std::vector<std::uint32_t> delays;  ///< In microseconds, of each packet of the window.
  std::uint64_t overflowed = 0;  ///< Datagrams that this process was too slow for: no loss of the server's.
  std::uint64_t unreadable = 0;  ///< Not to be decrypted.
  std::uint64_t gone = 0;        ///< Viewers who lost their connection.
  std::string profile;           ///< By which SRTP profile the last viewer connected.
};

/// All viewers, on few ports. They ask for nothing again: what is lost stays lost. One thread.
class Viewers final : public transport::direct::EndpointListener {
public:
  Viewers(IceSide side, const transport::direct::SocketAddress& ip,
          const std::shared_ptr<const transport::direct::DtlsContext>& context, std::size_t count,
          Fault fault, ReceiverReports reports);
  ~Viewers() override = default;
  Viewers(const Viewers&) = delete;
  Viewers& operator=(const Viewers&) = delete;

  /// Where this viewer's packets are to be sent to.
  [[nodiscard]] const transport::direct::SocketAddress& address_of(ViewerNumber viewer) const;
  void add(ViewerNumber viewer, RoomNumber room, const transport::direct::IceCredentials& own,
           const ServerSide& server);
  /// Whether this viewer has keys.
  [[nodiscard]] bool is_connected(ViewerNumber viewer) const;
  /// Whether this viewer's picture has begun.
  [[nodiscard]] bool has_picture(ViewerNumber viewer) const;

  void open_window(RoomNumber room, const PacketWindow& window);
  /// Media packets that arrived so far.
  [[nodiscard]] std::uint64_t arrived() const { return arrived_; }

  /// Ports that are to be polled for reading.
  [[nodiscard]] std::vector<int> descriptors() const;
  void turn();
  [[nodiscard]] ViewingReport report() const;

private:
  struct Viewer {
    explicit Viewer(RoomNumber room) : reception(room) {}
    Reception reception;
    media::PayloadType video;
    bool connected = false;
    std::optional<media::Ssrc> source;
    media::SerialUnwrapper<media::SequenceNumber> sequence;
    std::int64_t highest = 0;
    media::CompactNtp last_sender_report{};
    core::Instant sender_report_arrived{};
    std::optional<core::Instant> report_due;  // Nothing while it has nothing new to say.
  };

  void on_connected(transport::direct::PeerId peer, transport::direct::SrtpProfile profile,
                    core::Instant now) override;
  void on_gone(transport::direct::PeerId peer, transport::direct::GoneReason reason,
               core::Instant now) override;
  void on_rtp(transport::direct::PeerId peer, media::ByteSpan packet, core::Instant now) override;
  void on_rtcp(transport::direct::PeerId peer, media::ByteSpan packet, core::Instant now) override;
  void on_unsent(const transport::direct::Unsent&, core::Instant) override {}

  [[nodiscard]] ClientPort& port_of(ViewerNumber viewer) const;
  void take(Viewer& viewer, media::ByteView packet, core::Instant now);
  void send_report(std::size_t index, core::Instant now);

  const Fault fault_;
  const ReceiverReports reports_;
  std::vector<std::unique_ptr<ClientPort>> ports_;
  std::vector<std::optional<Viewer>> viewers_;
  core::Instant next_reports_{};
  std::uint64_t arrived_ = 0;
  std::uint64_t gone_ = 0;
  std::string profile_;
  std::vector<std::uint32_t> delays_;
};

}  // namespace baton::bench
