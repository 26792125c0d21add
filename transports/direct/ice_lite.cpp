// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/ice_lite.hpp"

#include <algorithm>
#include <span>

namespace baton::transport::direct {

const char* to_string(AddPeerResult result) {
  switch (result) {
    case AddPeerResult::added:
      return "added";
    case AddPeerResult::invalid_credentials:
      return "invalid_credentials";
    case AddPeerResult::peer_known:
      return "peer_known";
    case AddPeerResult::peer_unknown:
      return "peer_unknown";
    case AddPeerResult::username_fragment_taken:
      return "username_fragment_taken";
    case AddPeerResult::too_many_peers:
      break;
  }
  return "too_many_peers";
}

IceLite::IceLite(IceLiteSettings settings, WorkerRoutes routes) : settings_(settings), routes_(routes) {
  // The tables do not grow while packets are looked up.
  peers_.reserve(settings.max_peers);
  username_fragments_.reserve(2 * settings.max_peers);
  addresses_.reserve(kMaxAddressesPerPeer * settings.max_peers);
}

IceLite::~IceLite() {
  for (const auto& [fragment, peer] : username_fragments_) {
    routes_.release_fragment(fragment);
  }
  for (const auto& [address, peer] : addresses_) {
    routes_.release_address(address);
  }
}

AddPeerResult IceLite::add(PeerId peer, IceCredentials credentials, core::Instant now) {
  if (!is_valid(credentials)) {
    return AddPeerResult::invalid_credentials;
  }
  if (peers_.contains(peer)) {
    return AddPeerResult::peer_known;
  }
  if (username_fragments_.contains(credentials.username_fragment)) {
    return AddPeerResult::username_fragment_taken;
  }
  if (peers_.size() >= settings_.max_peers) {
    return AddPeerResult::too_many_peers;
  }
  if (!routes_.claim_fragment(credentials.username_fragment)) {
    return AddPeerResult::username_fragment_taken;
  }
  username_fragments_.emplace(credentials.username_fragment, peer);
  Peer& added = peers_[peer];
  added.credentials = std::move(credentials);
  added.expires = now + settings_.first_check_timeout;
  list_deadline(peer, added);
  return AddPeerResult::added;
}

AddPeerResult IceLite::restart(PeerId peer, IceCredentials credentials) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return AddPeerResult::peer_unknown;
  }
  if (!is_valid(credentials)) {
    return AddPeerResult::invalid_credentials;
  }
  if (username_fragments_.contains(credentials.username_fragment) ||
      !routes_.claim_fragment(credentials.username_fragment)) {
    return AddPeerResult::username_fragment_taken;
  }
  // Of a second restart before the first was proved, only the last counts.
  if (found->second.previous) {
    forget_fragment(found->second.credentials.username_fragment);
  } else {
    found->second.previous = std::move(found->second.credentials);
  }
  username_fragments_.emplace(credentials.username_fragment, peer);
  found->second.credentials = std::move(credentials);
  return AddPeerResult::added;
}

void IceLite::remove(PeerId peer) {
  if (const auto found = peers_.find(peer); found != peers_.end()) {
    forget(found);
  }
}

void IceLite::forget(Peers::iterator found) {
  const Peer& peer = found->second;
  for (std::size_t i = 0; i < peer.path_count; ++i) {
    forget_address(peer.paths[i].address);
  }
  forget_fragment(peer.credentials.username_fragment);
  if (peer.previous) {
    forget_fragment(peer.previous->username_fragment);
  }
  deadlines_.erase({peer.listed, found->first});
  peers_.erase(found);
}

void IceLite::forget_fragment(const std::string& fragment) {
  username_fragments_.erase(fragment);
  routes_.release_fragment(fragment);
}

void IceLite::forget_address(const SocketAddress& address) {
  addresses_.erase(address);
  routes_.release_address(address);
}

std::string_view IceLite::password_of(std::string_view username) {
  // RFC 8445 §7.2.2: the fragment of who is asked, a colon, the fragment of who asks. Ours is what counts.
  const auto fragment = username.substr(0, username.find(':'));
  const auto found = username_fragments_.find(fragment);
  if (found == username_fragments_.end()) {
    claimed_worker_ = routes_.other_worker_of_fragment(fragment);
    return {};
  }
  claimed_peer_ = found->second;
  const Peer& peer = peers_.find(found->second)->second;
  claim_ = peer.credentials.username_fragment == found->first ? Claim::present : Claim::previous;
  return claim_ == Claim::present ? peer.credentials.password : peer.previous->password;
}

void IceLite::list_deadline(PeerId id, Peer& peer) {
  deadlines_.erase({peer.listed, id});
  peer.listed = peer.expires;
  deadlines_.emplace(peer.listed, id);
}

void IceLite::settle_restart(Peer& peer) {
  if (peer.previous && claim_ == Claim::present) {
    forget_fragment(peer.previous->username_fragment);
    peer.previous.reset();
    ++peer.changes.restarts;
    // What is nominated next is meant, however good the pair of before was: it may be dead. Until then that
    // one is used (RFC 8445 §9).
    for (Path& path : std::span(peer.paths).first(peer.path_count)) {
      path.priority = 0;
    }
  }
}

CheckReport IceLite::incoming(media::ByteView message, const SocketAddress& from, core::Instant now,
                              media::ByteSpan response) {
  claimed_peer_.reset();
  claimed_worker_.reset();
  const auto answer = responder_.answer(message, from, *this, response);
  if (answer.outcome == StunOutcome::unknown_username && claimed_worker_) {
    return {.outcome = answer.outcome, .belongs_to = claimed_worker_};
  }
  ++counters_.checks[static_cast<std::size_t>(answer.outcome)];
  CheckReport report{.outcome = answer.outcome, .response_size = answer.size};
  if (answer.outcome != StunOutcome::accepted) {
    return report;
  }
  report.peer = claimed_peer_;
  Peer& peer = peers_.find(*claimed_peer_)->second;
  peer.expires = now + settings_.consent_timeout;
  if (peer.expires < peer.listed) {
    list_deadline(*claimed_peer_, peer);
  }
  settle_restart(peer);
  Path& path = path_of(*claimed_peer_, peer, from);
  path.checked = now;
  share_address(from, report);
  if (answer.nomination == Nomination::yes) {
    report.change = nominate(peer, path, answer.priority, now);
  }
  return report;
}

IceLite::Path& IceLite::path_of(PeerId id, Peer& peer, const SocketAddress& address) {
  const auto paths = std::span(peer.paths).first(peer.path_count);
  if (const auto known = std::ranges::find(paths, address, &Path::address); known != paths.end()) {
    return *known;
  }
  if (const auto owner = addresses_.find(address); owner != addresses_.end()) {
    ++counters_.addresses_taken;
    take_address_from(owner->second, address);
  }
  addresses_.emplace(address, id);
  if (peer.path_count < kMaxAddressesPerPeer) {
    Path& added = peer.paths[peer.path_count++];
    added = {.address = address};
    return added;
  }
  Path* oldest = nullptr;
  for (Path& path : peer.paths) {
    if (path.address != peer.selected && (oldest == nullptr || path.checked < oldest->checked)) {
      oldest = &path;
    }
  }
  ++counters_.addresses_replaced;
  forget_address(oldest->address);
  *oldest = {.address = address};
  return *oldest;
}

void IceLite::share_address(const SocketAddress& address, CheckReport& report) {
  const auto claim = routes_.claim_address(address);
  report.address_taken_from = claim.taken_from;
  counters_.addresses_taken += claim.taken_from ? 1 : 0;
  counters_.addresses_not_shared += claim.sharing == WorkerRoutes::Sharing::table_full ? 1 : 0;
}

void IceLite::give_up(const SocketAddress& address) {
  const auto owner = addresses_.find(address);
  // It may have been proved to be ours again meanwhile.
  if (owner != addresses_.end() && other_worker_at(address)) {
    take_address_from(owner->second, address);
  }
}

// A NAT gave the port of a peer that is gone to another, before we knew that it is gone.
void IceLite::take_address_from(PeerId owner, const SocketAddress& address) {
  addresses_.erase(address);
  Peer& peer = peers_.find(owner)->second;
  const auto paths = std::span(peer.paths).first(peer.path_count);
  const auto lost = std::ranges::find(paths, address, &Path::address);
  *lost = paths.back();
  --peer.path_count;
  if (peer.selected == address) {
    peer.selected.reset();
  }
  ++address_revision_;
}

AddressChange IceLite::nominate(Peer& peer, Path& path, std::uint32_t priority, core::Instant now) {
  path.nominated = now;
  path.priority = priority;
  if (peer.selected == path.address) {
    return AddressChange::none;
  }
  if (peer.selected) {
    const auto present =
        std::ranges::find(std::span(peer.paths).first(peer.path_count), *peer.selected, &Path::address);
    if (priority < present->priority && now - present->nominated < settings_.nomination_hold) {
      return AddressChange::none;
    }
  }
  const bool is_first = !peer.selected;
  peer.selected = path.address;
  ++address_revision_;
  if (!is_first) {
    ++counters_.moves;
    ++peer.changes.moves;
  }
  return is_first ? AddressChange::selected : AddressChange::moved;
}

bool IceLite::is_at(PeerId peer, const SocketAddress& address) const {
  const auto found = addresses_.find(address);
  return found != addresses_.end() && found->second == peer;
}

std::optional<PeerId> IceLite::peer_at(const SocketAddress& from) {
  const auto found = addresses_.find(from);
  if (found == addresses_.end()) {
    ++counters_.unknown_source;
    return std::nullopt;
  }
  return found->second;
}

std::optional<SocketAddress> IceLite::address_of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? std::nullopt : found->second.selected;
}

std::optional<PathChanges> IceLite::changes_of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? std::nullopt : std::optional(found->second.changes);
}

std::optional<core::Instant> IceLite::next_deadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

std::optional<PeerId> IceLite::take_expired(core::Instant now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto found = peers_.find(deadlines_.begin()->second);
    Peer& peer = found->second;
    if (peer.expires <= now) {
      const PeerId id = found->first;
      forget(found);
      ++counters_.expired;
      return id;
    }
    // It was heard of since: a check costs nothing here, one look for each time-out does.
    list_deadline(found->first, peer);
  }
  return std::nullopt;
}

}  // namespace baton::transport::direct
