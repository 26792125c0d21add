// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/direct_peers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "plugin/direct_media_settings.hpp"
#include "plugin/local_addresses.hpp"
#include "plugin/ntp_clock.hpp"
#include "plugin/random_rtp.hpp"
#include "plugin/secrets.hpp"
#include "plugin/server_clock.hpp"

namespace baton::plugin {

namespace direct = transport::direct;

namespace {

direct::Port port_of(const ServerSettings& settings) {
  return direct::Port{static_cast<std::uint16_t>(settings.direct_port.value_or(0))};
}

SocketAddresses with_port(const std::vector<IpAddress>& addresses, direct::Port port) {
  SocketAddresses result;
  for (const IpAddress& address : addresses) {
    if (const auto parsed = direct::SocketAddress::parse(address.text(), port)) {
      result.push_back(*parsed);
    }
  }
  return result;
}

/// One address is bound by its name, so that answers leave from it; several by the any-address.
direct::SocketAddress address_to_bind(const ServerSettings& settings, direct::Port port) {
  const auto named = with_port(settings.direct_addresses, port);
  if (named.size() == 1) {
    return named.front();
  }
  const bool only_ipv4 = !named.empty() && std::ranges::all_of(named, [](const auto& address) {
    return address.family() == direct::AddressFamily::ipv4;
  });
  return *direct::SocketAddress::parse(only_ipv4 ? "0.0.0.0" : "::", port);
}

std::size_t workers_of(const ServerSettings& settings) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  constexpr std::size_t kMostByItself = 8;
  return settings.direct_workers != 0 ? settings.direct_workers : std::min(cores, kMostByItself);
}

std::string refusal_text(direct::DirectTransportError error, const direct::SocketAddress& address) {
  const std::string where = address.to_string();
  switch (error) {
    case direct::DirectTransportError::no_certificate:
      return "OpenSSL cannot make a certificate for the direct transport.";
    case direct::DirectTransportError::address_in_use:
      return "UDP port " + where + " is in use by another program: choose another direct_port.";
    case direct::DirectTransportError::address_not_local:
      return where +
             " is no address of this host: mend direct_addresses, and put what a NAT shows into "
             "direct_public_addresses.";
    case direct::DirectTransportError::permission_denied:
      return "The system does not permit UDP port " + where + ": choose a direct_port from 1024 up.";
    case direct::DirectTransportError::no_socket:
    case direct::DirectTransportError::other:
      break;
  }
  return "The system gives no UDP socket for " + where + ".";
}

direct::IceCredentials fresh_credentials() {
  direct::IceRandom random;
  for (std::size_t i = 0; i < random.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t number = random_number();
    std::memcpy(&random[i], &number, sizeof(number));
  }
  return direct::make_ice_credentials(random);
}

SdpOrigin fresh_origin() {
  constexpr std::uint64_t kBelowSignBit = (std::uint64_t{1} << 62U) - 1;
  return {(random_number() & kBelowSignBit) + 1, 1};
}

}  // namespace

std::variant<std::unique_ptr<DirectPeers>, std::string> DirectPeers::open(const ServerSettings& settings) {
  const direct::Port port = port_of(settings);
  direct::DirectTransportSettings wanted;
  wanted.socket.address = address_to_bind(settings, port);
  wanted.workers = workers_of(settings);
  wanted.media.wall = read_wall_clock();
  wanted.media.batch_window = settings.batch_window;
  std::unique_ptr<DirectPeers> peers(new DirectPeers());
  auto opened = direct::DirectTransport::open(wanted, *peers, [] { return now(); });
  if (!opened) {
    return refusal_text(opened.error(), wanted.socket.address);
  }
  peers->transport_ = std::move(*opened);
  const auto own =
      settings.direct_addresses.empty() ? local_addresses(port) : with_port(settings.direct_addresses, port);
  peers->candidates_ =
      advertised_addresses(own, with_port(settings.direct_public_addresses, port), MappedAddress::hidden);
  if (peers->candidates_.empty()) {
    return std::string(
        "This host has no address that browsers could be told for the direct transport: give "
        "direct_addresses.");
  }
  return peers;
}

DirectPeers::~DirectPeers() = default;

void DirectPeers::on_connected(PeerId peer) {
  news_.on_connected(peer);
}

void DirectPeers::on_gone(PeerId peer, direct::GoneReason /*reason*/) {
  news_.on_gone(peer);
}

std::string DirectPeers::describe() const {
  std::string text = "Direct transport: UDP " + transport_->local_address().to_string() + ", " +
                     std::to_string(transport_->workers()) + " worker(s); browsers are told";
  for (const auto& candidate : candidates_) {
    text += " " + candidate.to_string();
  }
  return text + ".";
}

DirectPeers::PeerId DirectPeers::begin(core::ConnectionId connection) {
  end(connection);
  const PeerId peer{++last_peer_};
  by_connection_.emplace(connection, peer);
  peers_.emplace(peer, Peer{connection,
                            {fresh_origin(), fresh_credentials(), transport_->fingerprint(), candidates_},
                            std::nullopt,
                            std::nullopt,
                            Peer::Begun::no,
                            std::make_shared<direct::PeerBoard>()});
  return peer;
}

std::optional<std::string> DirectPeers::publish(PeerId id, const DirectPublishOffer& offer,
                                                std::shared_ptr<transport::Feed> feed,
                                                std::shared_ptr<transport::ArrivalTime> arrivals) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) {
    return std::nullopt;
  }
  Peer& peer = found->second;
  direct::PublisherSetup setup{std::move(feed), publisher_settings(offer), {}};
  setup.surroundings = {std::move(arrivals), peer.board};
  if (transport_->add(id, {peer.local.credentials, offer.peer.role, offer.peer.fingerprint},
                      std::move(setup)) != direct::GroupResult::accepted) {
    return std::nullopt;
  }
  peer.begun = Peer::Begun::yes;
  peer.publication = offer;
  return make_direct_publish_answer(offer, peer.local);
}

std::optional<std::string> DirectPeers::offer(core::ConnectionId connection,
                                              std::shared_ptr<transport::Program> program,
                                              media::VideoCodec codec) {
  const PeerId id = begin(connection);
  Peer& peer = peers_.at(id);
  // Before the offer is out: a browser checks as soon as it has it, before its answer is here.
  if (transport_->expect(id, peer.local.credentials, *program) != direct::GroupResult::accepted) {
    forget(id);
    return std::nullopt;
  }
  peer.begun = Peer::Begun::yes;
  const ProgramSources sources{program->settings().audio.ssrc, program->settings().video.ssrc, random_ssrc(),
                               kCanonicalName};
  peer.viewing = Viewing{std::move(program), sources, codec, Viewing::Offer::unanswered, std::nullopt};
  return make_direct_subscribe_offer(codec, sources, peer.local);
}

bool DirectPeers::awaits_answer(core::ConnectionId connection) const {
  const Peer* peer = find(connection);
  return peer != nullptr && peer->viewing && peer->viewing->offer == Viewing::Offer::unanswered;
}

bool DirectPeers::goes_on(core::ConnectionId connection, const DirectSubscribeAnswer& answer) const {
  const Peer* peer = find(connection);
  if (peer == nullptr || !peer->viewing || !peer->viewing->answer) {
    return true;
  }
  const DirectSubscribeAnswer& before = *peer->viewing->answer;
  return before.same_media(answer) &&
         change_between(before.peer, answer.peer) != TransportChange::other_association;
}

bool DirectPeers::is_viewer(core::ConnectionId connection) const {
  const Peer* peer = find(connection);
  return peer != nullptr && peer->viewing;
}

bool DirectPeers::renew(PeerId id, Peer& peer) {
  DirectLocal next = restarted(peer.local, fresh_credentials());
  if (transport_->restart(id, next.credentials) != direct::GroupResult::accepted) {
    return false;
  }
  peer.local = std::move(next);
  return true;
}

std::optional<std::string> DirectPeers::restart(core::ConnectionId connection) {
  Peer* peer = find(connection);
  if (peer == nullptr || !peer->viewing || !renew(by_connection_.at(connection), *peer)) {
    return std::nullopt;
  }
  peer->viewing->offer = Viewing::Offer::unanswered;
  return make_direct_subscribe_offer(peer->viewing->codec, peer->viewing->sources, peer->local);
}

const DirectPublishOffer* DirectPeers::publication(core::ConnectionId connection) const {
  const Peer* peer = find(connection);
  return peer != nullptr && peer->publication ? &*peer->publication : nullptr;
}

std::optional<std::string> DirectPeers::restart(core::ConnectionId connection,
                                                const DirectPublishOffer& offer) {
  Peer* peer = find(connection);
  if (peer == nullptr || !peer->publication) {
    return std::nullopt;
  }
  // An offer that changes nothing is answered as before.
  if (change_between(peer->publication->peer, offer.peer) == TransportChange::ice_restart &&
      !renew(by_connection_.at(connection), *peer)) {
    return std::nullopt;
  }
  peer->publication->peer = offer.peer;
  return make_direct_publish_answer(*peer->publication, peer->local);
}

DirectPeers::Start DirectPeers::start(core::ConnectionId connection, const DirectSubscribeAnswer& answer,
                                      std::shared_ptr<transport::ArrivalTime> arrivals) {
  Peer* peer = find(connection);
  if (peer == nullptr || !peer->viewing) {
    return Start::started;
  }
  Viewing& viewing = *peer->viewing;
  viewing.offer = Viewing::Offer::answered;
  if (std::exchange(viewing.answer, answer)) {
    return Start::started;  // An ICE restart: its media go on.
  }
  direct::ViewerSetup setup{
      std::move(viewing.program), transport::SinkId{random_number()},       random_sequence(),
      random_sequence(),          viewer_settings(answer, viewing.sources), {}};
  setup.surroundings = {std::move(arrivals), peer->board};
  return transport_->describe(by_connection_.at(connection), {answer.peer.role, answer.peer.fingerprint},
                              std::move(setup)) == direct::GroupResult::accepted
             ? Start::started
             : Start::full;
}

void DirectPeers::end(core::ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  if (found == by_connection_.end()) {
    return;
  }
  const PeerId peer = found->second;
  if (peers_.at(peer).begun == Peer::Begun::yes) {
    // It may have gone by itself a moment ago; then there is nothing to be done.
    static_cast<void>(transport_->remove(peer));
  }
  forget(peer);
}

bool DirectPeers::request_keyframe(core::ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  if (found == by_connection_.end()) {
    return false;
  }
  transport_->request_keyframe(found->second);
  return true;
}

std::optional<core::ConnectionId> DirectPeers::connection_of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? std::nullopt : std::optional(found->second.connection);
}

void DirectPeers::forget(PeerId peer) {
  if (const auto found = peers_.find(peer); found != peers_.end()) {
    by_connection_.erase(found->second.connection);
    peers_.erase(found);
  }
}

std::shared_ptr<const direct::PeerBoard> DirectPeers::board(core::ConnectionId connection) const {
  const Peer* peer = find(connection);
  return peer == nullptr ? nullptr : peer->board;
}

DirectPeers::Peer* DirectPeers::find(core::ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? nullptr : &peers_.at(found->second);
}

const DirectPeers::Peer* DirectPeers::find(core::ConnectionId connection) const {
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? nullptr : &peers_.at(found->second);
}

}  // namespace baton::plugin
