// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "transports/direct/packet_class.hpp"

namespace baton::transport::direct {

const char* to_string(GoneReason reason) {
  switch (reason) {
    case GoneReason::never_came:
      return "never_came";
    case GoneReason::never_answered:
      return "never_answered";
    case GoneReason::consent_expired:
      return "consent_expired";
    case GoneReason::dtls_failed:
      return "dtls_failed";
    case GoneReason::not_taken:
      return "not_taken";
    case GoneReason::said_goodbye:
      break;
  }
  return "said_goodbye";
}

Endpoint::Endpoint(std::shared_ptr<const DtlsContext> context, BatchSender& sender,
                   EndpointListener& listener, EndpointSettings settings, WorkerRoutes routes)
    : context_(std::move(context)),
      sender_(sender),
      listener_(listener),
      settings_(settings),
      ice_(settings.ice, routes) {
  peers_.reserve(settings.ice.max_peers);
  handshaking_.reserve(settings.max_handshakes);
}

AddPeerResult Endpoint::add(PeerId peer, PeerSettings settings, core::Instant now) {
  const auto result = ice_.add(peer, std::move(settings.credentials), now);
  if (result == AddPeerResult::added) {
    Peer& added = peers_[peer];
    added.role = settings.role;
    added.fingerprint = settings.fingerprint;
    added.link = std::make_shared<PeerLink>(peer);
  }
  return result;
}

AddPeerResult Endpoint::expect(PeerId peer, IceCredentials credentials, core::Instant now) {
  const auto result = ice_.add(peer, std::move(credentials), now);
  if (result == AddPeerResult::added) {
    const core::Instant until = now + settings_.answer_timeout;
    Peer& expected = peers_[peer];
    expected.must_answer_by = until;
    expected.link = std::make_shared<PeerLink>(peer);
    unanswered_.emplace(until, peer);
  }
  return result;
}

AddPeerResult Endpoint::describe(PeerId id, const DtlsEnd& other) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) {
    return AddPeerResult::peer_unknown;
  }
  Peer& peer = found->second;
  if (!peer.must_answer_by) {
    return AddPeerResult::peer_known;
  }
  unanswered_.erase({*peer.must_answer_by, id});
  peer.must_answer_by.reset();
  peer.role = other.role;
  peer.fingerprint = other.fingerprint;
  const auto first = std::exchange(peer.postponed, std::nullopt);
  if (peer.role == DtlsRole::client) {
    // Who is to listen has nothing to begin with.
    if (ice_.address_of(id)) {
      postpone(id, peer, {});
    }
  } else if (first) {
    postpone(id, peer, *first);
  }
  return AddPeerResult::added;
}

void Endpoint::remove(PeerId peer, core::Instant now) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return;
  }
  if (found->second.dtls) {
    found->second.dtls->close();
    send_flights(peer, found->second, now);
  }
  forget(peer);
}

void Endpoint::forget(PeerId id) {
  std::erase(handshaking_, id);
  std::erase(postponed_, id);
  std::erase_if(lingering_, [id](const Lingering& one) { return one.peer == id; });
  ice_.remove(id);
  if (const auto found = peers_.find(id); found != peers_.end()) {
    if (found->second.must_answer_by) {
      unanswered_.erase({*found->second.must_answer_by, id});
    }
    found->second.link->close();
    peers_.erase(found);
  }
}

ForOtherWorkers Endpoint::incoming(media::ByteSpan datagram, const SocketAddress& from, core::Instant now) {
  const auto kind = classify_datagram(datagram);
  if (kind == PacketClass::stun) {
    return incoming_stun(datagram, from, now);
  }
  if (kind == PacketClass::other) {
    ++counters_.other;
    return {};
  }
  // What all workers share is asked first: another worker's peer may have proved an address that was ours.
  if (const auto owner = ice_.other_worker_at(from)) {
    return {.belongs_to = owner};
  }
  if (kind == PacketClass::dtls) {
    ++counters_.dtls;
    incoming_dtls(datagram, from);
  } else if (kind == PacketClass::rtp) {
    ++counters_.rtp;
    incoming_media(datagram, from, now, &SrtpSession::unprotect_rtp, &EndpointListener::on_rtp);
  } else {
    ++counters_.rtcp;
    incoming_media(datagram, from, now, &SrtpSession::unprotect_rtcp, &EndpointListener::on_rtcp);
  }
  return {};
}

ForOtherWorkers Endpoint::incoming_stun(media::ByteView datagram, const SocketAddress& from,
                                        core::Instant now) {
  std::array<std::uint8_t, kMaxStunResponseBytes> response;
  const auto report = ice_.incoming(datagram, from, now, response);
  const ForOtherWorkers result{.belongs_to = report.belongs_to,
                               .address_taken_from = report.address_taken_from};
  if (result.belongs_to) {
    return result;
  }
  ++counters_.stun;
  if (report.response_size != 0) {
    // A conflict or an unknown attribute is answered without knowing whose it is.
    answer(report.peer.value_or(PeerId{}), from, media::ByteView(response).first(report.response_size), now);
  }
  if (!report.peer) {
    return result;
  }
  Peer& peer = peers_.find(*report.peer)->second;
  peer.was_checked = true;
  if (!peer.must_answer_by && peer.role == DtlsRole::client && !peer.dtls && !peer.link->srtp_ &&
      ice_.address_of(*report.peer)) {
    // It is begun in its turn, as one that the peer begins.
    postpone(*report.peer, peer, {});
  }
  return result;
}

void Endpoint::incoming_dtls(media::ByteView datagram, const SocketAddress& from) {
  const auto id = ice_.peer_at(from);
  if (!id) {
    return;
  }
  if (waiting_.size() >= settings_.max_waiting_datagrams) {
    ++counters_.waiting_full;
    return;
  }
  waiting_.push_back({*id, from, {datagram.begin(), datagram.end()}});
}

void Endpoint::incoming_media(media::ByteSpan packet, const SocketAddress& from, core::Instant now,
                              Unprotect unprotect, Deliver deliver) {
  const auto id = ice_.peer_at(from);
  if (!id) {
    return;
  }
  Peer& peer = peers_.find(*id)->second;
  if (!peer.link->srtp_) {
    ++counters_.media_before_keys;
    return;
  }
  const auto size = ((*peer.link->srtp_).*unprotect)(packet);
  if (!size) {
    ++counters_.unprotect_failed;
    return;
  }
  (listener_.*deliver)(*id, packet.first(size->bytes), now);
}

// `first` is empty when we speak first.
void Endpoint::begin_handshake(PeerId id, Peer& peer, media::ByteView first, core::Instant now) {
  ++counters_.handshakes_begun;
  peer.dtls = std::make_unique<DtlsConnection>(context_, peer.role, peer.fingerprint, now);
  handshaking_.push_back(id);
  if (!first.empty()) {
    peer.dtls->incoming(first, now);
  }
  follow_dtls(id, peer, now);
}

void Endpoint::postpone(PeerId id, Peer& peer, media::ByteView first) {
  if (!peer.postponed) {
    if (postponed_.size() >= settings_.max_postponed) {
      ++counters_.handshakes_refused;
      return;
    }
    postponed_.push_back(id);
    counters_.handshakes_postponed += has_place() ? 0 : 1;
  }
  // Of a flight that is repeated, the last is as good as the first.
  peer.postponed.emplace(first.begin(), first.end());
}

// Browsers begin as soon as a check was answered, and their answer comes by another way.
void Endpoint::hold(Peer& peer, media::ByteView first) {
  ++counters_.dtls_before_answer;
  peer.postponed.emplace(first.begin(), first.end());
}

void Endpoint::start_postponed(core::Instant now) {
  const PeerId id = postponed_.front();
  postponed_.pop_front();
  Peer& peer = peers_.find(id)->second;
  const auto first = *std::exchange(peer.postponed, std::nullopt);
  begin_handshake(id, peer, first, now);
}

void Endpoint::do_handshakes(std::size_t budget, core::Instant now) {
  for (; budget > 0 && handshakes_wait(); --budget) {
    if (!postponed_.empty() && has_place()) {
      start_postponed(now);
      continue;
    }
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    const auto found = peers_.find(next.peer);
    if (found == peers_.end()) {
      continue;
    }
    Peer& peer = found->second;
    proved_by_dtls_ += peer.dtls_from == next.from ? 0 : 1;
    peer.dtls_from = next.from;
    if (peer.must_answer_by) {
      hold(peer, next.datagram);
    } else if (peer.dtls) {
      peer.dtls->incoming(next.datagram, now);
      follow_dtls(next.peer, peer, now);
    } else if (peer.link->srtp_) {
      ++counters_.dtls_after_release;
    } else if (has_place()) {
      begin_handshake(next.peer, peer, next.datagram, now);
    } else {
      postpone(next.peer, peer, next.datagram);
    }
  }
}

std::optional<SocketAddress> Endpoint::address_of(PeerId id, const Peer& peer) const {
  const auto nominated = ice_.address_of(id);
  if (nominated || !peer.dtls_from) {
    return nominated;
  }
  // Another peer may have proved since that it is there.
  return ice_.is_at(id, *peer.dtls_from) ? peer.dtls_from : std::nullopt;
}

void Endpoint::send_flights(PeerId id, Peer& peer, core::Instant now) {
  const auto to = address_of(id, peer);
  while (const auto datagram = peer.dtls->take_outgoing()) {
    if (to) {
      answer(id, *to, *datagram, now);
    }
  }
}

// Whatever the association wants after it was fed: its flights sent, its keys used, its end told.
void Endpoint::follow_dtls(PeerId id, Peer& peer, core::Instant now) {
  send_flights(id, peer, now);
  if (peer.dtls->state() != DtlsState::handshaking) {
    std::erase(handshaking_, id);
  }
  if (auto keys = peer.dtls->take_keys()) {
    const auto profile = keys->profile;
    peer.link->srtp_ = SrtpSession::make(std::move(*keys));
    if (!peer.link->srtp_) {
      end(id, GoneReason::dtls_failed, now);
      return;
    }
    lingering_.push_back({now + settings_.dtls_linger, id});
    listener_.on_connected(id, profile, now);
  }
  if (peer.dtls->state() == DtlsState::failed) {
    end(id, GoneReason::dtls_failed, now);
  } else if (peer.dtls->state() == DtlsState::closed) {
    end(id, GoneReason::said_goodbye, now);
  }
}

void Endpoint::end(PeerId id, GoneReason reason, core::Instant now) {
  forget(id);
  listener_.on_gone(id, reason, now);
}

void Endpoint::release_associations(core::Instant now) {
  for (; !lingering_.empty() && lingering_.front().until <= now; lingering_.pop_front()) {
    peers_.find(lingering_.front().peer)->second.dtls.reset();
  }
}

std::optional<core::Instant> Endpoint::next_deadline() const {
  auto result = ice_.next_deadline();
  if (!unanswered_.empty() && (!result || unanswered_.begin()->first < *result)) {
    result = unanswered_.begin()->first;
  }
  if (!lingering_.empty() && (!result || lingering_.front().until < *result)) {
    result = lingering_.front().until;
  }
  for (const auto id : handshaking_) {
    const auto deadline = peers_.find(id)->second.dtls->next_deadline();
    if (deadline && (!result || *deadline < *result)) {
      result = deadline;
    }
  }
  return result;
}

void Endpoint::advance(core::Instant now) {
  while (const auto gone = ice_.take_expired(now)) {
    const bool was_checked = peers_.find(*gone)->second.was_checked;
    end(*gone, was_checked ? GoneReason::consent_expired : GoneReason::never_came, now);
  }
  while (!unanswered_.empty() && unanswered_.begin()->first <= now) {
    end(unanswered_.begin()->second, GoneReason::never_answered, now);
  }
  release_associations(now);
  // From the back, because one that ends is taken out.
  for (std::size_t i = handshaking_.size(); i > 0; --i) {
    const PeerId id = handshaking_[i - 1];
    Peer& peer = peers_.find(id)->second;
    const auto deadline = peer.dtls->next_deadline();
    if (deadline && *deadline <= now) {
      peer.dtls->advance(now);
      follow_dtls(id, peer, now);
    }
  }
}

std::optional<media::ByteSpan> Endpoint::room_for(std::size_t size, core::Instant now) {
  auto room = sender_.begin(size);
  if (!room) {
    flush(now);
    room = sender_.begin(size);
  }
  return room;
}

void Endpoint::answer(PeerId id, const SocketAddress& to, media::ByteView bytes, core::Instant now) {
  const auto room = room_for(bytes.size(), now);
  if (!room) {
    ++counters_.no_room_to_answer;
    return;
  }
  std::ranges::copy(bytes, room->begin());
  sender_.commit(id, to, bytes.size());
}

std::shared_ptr<PeerLink> Endpoint::link_of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : found->second.link;
}

void Endpoint::renew_address(PeerLink& link) const {
  link.to_ = address_of(link.peer_, peers_.find(link.peer_)->second);
  link.address_revision_ = address_revision();
}

template <typename Protect>
SendResult Endpoint::send(PeerLink& link, std::size_t size, core::Instant now, Protect protect) {
  if (link.state_ == PeerLink::State::closed) {
    return SendResult::unknown_peer;
  }
  if (!link.srtp_) {
    return SendResult::not_connected;
  }
  if (link.address_revision_ != address_revision()) {
    renew_address(link);
  }
  if (!link.to_) {
    return SendResult::no_address;
  }
  const auto room = room_for(size + kMaxSrtpOverheadBytes, now);
  if (!room) {
    return SendResult::too_large;
  }
  const SrtpResult written = protect(*link.srtp_, *room);
  if (!written) {
    return SendResult::not_protected;
  }
  sender_.commit(link.peer_, *link.to_, written->bytes);
  return SendResult::queued;
}

SendResult Endpoint::send_rtp(PeerLink& link, media::ByteView head, media::ByteView rest, core::Instant now) {
  return send(link, head.size() + rest.size(), now,
              [&](SrtpSession& session, media::ByteSpan to) { return session.protect_rtp(head, rest, to); });
}

SendResult Endpoint::send_rtcp(PeerLink& link, media::ByteView packet, core::Instant now) {
  return send(link, packet.size(), now,
              [&](SrtpSession& session, media::ByteSpan to) { return session.protect_rtcp(packet, to); });
}

SendResult Endpoint::send_rtp(PeerId peer, media::ByteView head, media::ByteView rest, core::Instant now) {
  const auto link = link_of(peer);
  return link ? send_rtp(*link, head, rest, now) : SendResult::unknown_peer;
}

SendResult Endpoint::send_rtcp(PeerId peer, media::ByteView packet, core::Instant now) {
  const auto link = link_of(peer);
  return link ? send_rtcp(*link, packet, now) : SendResult::unknown_peer;
}

void Endpoint::flush(core::Instant now) {
  for (const auto& unsent : sender_.flush().unsent) {
    listener_.on_unsent(unsent, now);
  }
}

const SrtpSession* Endpoint::session_of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() || !found->second.link->srtp_ ? nullptr : &*found->second.link->srtp_;
}

}  // namespace baton::transport::direct
