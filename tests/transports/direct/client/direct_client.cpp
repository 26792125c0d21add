// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/direct/client/direct_client.hpp"

#include <algorithm>
#include <utility>

#include "transports/direct/packet_class.hpp"

namespace baton::transport::direct::test {

DirectClient::DirectClient(std::shared_ptr<const DtlsContext> context, DirectClientSettings settings,
                           core::Instant now)
    : context_(std::move(context)), settings_(std::move(settings)), next_check_(now) {
  check(now);
}

void DirectClient::check(core::Instant now) {
  outgoing_.push_back(stun_.request({.credentials = settings_.server, .nomination = settings_.nomination}));
  next_check_ = now + settings_.check_interval;
}

void DirectClient::incoming(media::ByteSpan datagram, core::Instant now) {
  switch (classify_datagram(datagram)) {
    case PacketClass::stun:
      if (const auto response = stun_.read(datagram); response && response->mapped) {
        ++checks_answered_;
        if (!dtls_ && settings_.role == DtlsRole::client) {
          dtls_ =
              std::make_unique<DtlsConnection>(context_, settings_.role, settings_.server_fingerprint, now);
          follow_dtls();
        }
      }
      return;
    case PacketClass::dtls:
      if (!dtls_ && settings_.role == DtlsRole::server) {
        dtls_ = std::make_unique<DtlsConnection>(context_, settings_.role, settings_.server_fingerprint, now);
      }
      if (dtls_) {
        dtls_->incoming(datagram, now);
        follow_dtls();
      }
      return;
    case PacketClass::rtp:
    case PacketClass::rtcp: {
      const bool is_rtp = classify_datagram(datagram) == PacketClass::rtp;
      if (!srtp_) {
        ++unreadable_;
        return;
      }
      const auto size = is_rtp ? srtp_->unprotect_rtp(datagram) : srtp_->unprotect_rtcp(datagram);
      if (!size) {
        ++unreadable_;
        return;
      }
      const auto& deliver = is_rtp ? on_rtp : on_rtcp;
      if (deliver) {
        deliver(datagram.first(size->bytes));
      }
      return;
    }
    case PacketClass::other:
      return;
  }
}

void DirectClient::advance(core::Instant now) {
  if (now >= next_check_) {
    check(now);
  }
  if (dtls_ && dtls_->next_deadline() && *dtls_->next_deadline() <= now) {
    dtls_->advance(now);
    follow_dtls();
  }
}

core::Instant DirectClient::next_deadline() const {
  const auto handshake = dtls_ ? dtls_->next_deadline() : std::nullopt;
  return handshake ? std::min(*handshake, next_check_) : next_check_;
}

void DirectClient::follow_dtls() {
  while (auto datagram = dtls_->take_outgoing()) {
    outgoing_.push_back(std::move(*datagram));
  }
  if (auto keys = dtls_->take_keys()) {
    srtp_ = SrtpSession::make(std::move(*keys));
  }
}

void DirectClient::protect_rtp(std::vector<std::uint8_t> packet) {
  const auto plain = packet;
  packet.resize(plain.size() + kMaxSrtpOverheadBytes);
  packet.resize(srtp_.value().protect_rtp(plain, packet)->bytes);
  outgoing_.push_back(std::move(packet));
}

void DirectClient::protect_rtcp(std::vector<std::uint8_t> packet) {
  const auto plain = packet;
  packet.resize(plain.size() + kMaxSrtpOverheadBytes);
  packet.resize(srtp_.value().protect_rtcp(plain, packet)->bytes);
  outgoing_.push_back(std::move(packet));
}

void DirectClient::restart(IceCredentials server, core::Instant now) {
  settings_.server = std::move(server);
  check(now);
}

void DirectClient::close() {
  if (dtls_) {
    dtls_->close();
    follow_dtls();
  }
}

std::optional<SrtpProfile> DirectClient::profile() const {
  return srtp_ ? std::optional(srtp_->profile()) : std::nullopt;
}

std::optional<std::vector<std::uint8_t>> DirectClient::take_outgoing() {
  if (outgoing_.empty()) {
    return std::nullopt;
  }
  auto first = std::move(outgoing_.front());
  outgoing_.pop_front();
  return first;
}

}  // namespace baton::transport::direct::test
