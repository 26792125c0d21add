// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint_output.hpp"

namespace baton::transport::direct {
namespace {

Handover handover_of(SendResult result) {
  switch (result) {
    case SendResult::queued:
      return Handover::queued;
    case SendResult::unknown_peer:
    case SendResult::not_connected:
    case SendResult::no_address:
      return Handover::no_connection;
    case SendResult::too_large:
    case SendResult::not_protected:
      return Handover::refused;
  }
  return Handover::refused;
}

}  // namespace

PeerLink* EndpointOutput::link() {
  if (!link_) {
    link_ = endpoint_.link_of(peer_);
  }
  return link_.get();
}

Handover EndpointOutput::send_rtp(media::ByteView header, media::ByteView payload, core::Instant now) {
  PeerLink* const link = this->link();
  return link == nullptr ? Handover::no_connection
                         : handover_of(endpoint_.send_rtp(*link, header, payload, now));
}

Handover EndpointOutput::send_rtcp(media::ByteView packet, core::Instant now) {
  PeerLink* const link = this->link();
  return link == nullptr ? Handover::no_connection : handover_of(endpoint_.send_rtcp(*link, packet, now));
}

}  // namespace baton::transport::direct
