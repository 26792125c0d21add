// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "tests/transports/direct/peer_stage.hpp"

namespace baton::transport::direct::test {

/// One direction of a path: each packet takes the same time, and some are lost, by a seed.
class LossyLink {
public:
  struct Path {
    unsigned lost_per_mille = 0;
    core::Duration delay = std::chrono::milliseconds(20);
  };
  enum class Protocol : std::uint8_t { rtp, rtcp };

  LossyLink(Path path, std::uint32_t seed) : path_(path), random_(seed) {}

  void send(Protocol protocol, Bytes bytes, core::Instant now) {
    if (random_() % 1000 < path_.lost_per_mille) {
      ++lost_;
      return;
    }
    under_way_.emplace(now + path_.delay, std::pair(protocol, std::move(bytes)));
  }
  /// What has arrived by `now`, one after the other.
  [[nodiscard]] std::optional<std::pair<Protocol, Bytes>> arrived(core::Instant now) {
    if (under_way_.empty() || under_way_.begin()->first > now) {
      return std::nullopt;
    }
    auto result = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    return result;
  }
  [[nodiscard]] std::size_t lost() const { return lost_; }

private:
  Path path_;
  std::mt19937 random_;
  std::multimap<core::Instant, std::pair<Protocol, Bytes>> under_way_;
  std::size_t lost_ = 0;
};

/// What a peer sends goes over a link.
class LinkOutput final : public PacketOutput {
public:
  explicit LinkOutput(LossyLink& link) : link_(link) {}

  Handover send_rtp(media::ByteView header, media::ByteView payload, core::Instant now) override {
    Bytes bytes(header.begin(), header.end());
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    link_.send(LossyLink::Protocol::rtp, std::move(bytes), now);
    return Handover::queued;
  }
  Handover send_rtcp(media::ByteView packet, core::Instant now) override {
    link_.send(LossyLink::Protocol::rtcp, Bytes(packet.begin(), packet.end()), now);
    return Handover::queued;
  }

private:
  LossyLink& link_;
};

}  // namespace baton::transport::direct::test
