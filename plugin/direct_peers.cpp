// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/direct_peers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "core/media/initial_sequence.hpp"
#include "plugin/local_addresses.hpp"
#include "plugin/ntp_clock.hpp"
#include "plugin/secrets.hpp"
#include "plugin/server_clock.hpp"

namespace baton::plugin {

namespace direct = transport::direct;

namespace {

/// The name of all streams of this server (RFC 7022): one clock.
constexpr const char* kCanonicalName = "baton";
constexpr media::ClockRate kOpusRate{48'000};
constexpr media::ClockRate kVideoRate{90'000};

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

media::SequenceNumber random_sequence() {
  return media::initial_sequence_number(random_number());
}

media::Ssrc random_ssrc() {
  return media::Ssrc{static_cast<std::uint32_t>(random_number())};
}

/// One medium of the program, as the viewer takes it.
std::optional<direct::ViewerMediumSettings> medium_of(const std::optional<DirectReception>& reception,
                                                      framework::MediaIndex index, media::Ssrc ssrc,
                                                      media::Ssrc repetitions) {
  if (!reception) {
    return std::nullopt;
  }
  direct::ViewerMediumSettings settings;
  settings.ssrc = ssrc;
  settings.mid = std::to_string(index.value());
  settings.extensions = reception->extensions;
  if (const auto payload_type = reception->terms.repetitions) {
    settings.rtx = media::RtxIdentity{repetitions, *payload_type, random_sequence()};
  }
  return settings;
}

direct::ViewerSettings viewer_settings(const DirectSubscribeAnswer& answer, const ProgramSources& sources) {
  direct::ViewerSettings settings;
  settings.audio = medium_of(answer.audio, kProgramAudioIndex, sources.audio, {});
  settings.video = medium_of(answer.video, kProgramVideoIndex, sources.video, sources.video_repetitions);
  const auto& terms = answer.video ? answer.video->terms : answer.audio->terms;
  settings.extension_forms = terms.extension_forms;
  settings.canonical_name = sources.canonical_name;
  settings.first_transport_sequence =
      media::TransportSequence::wrap(static_cast<std::int64_t>(random_number() & 0xFFFFU));
  settings.report_seed = random_number();
  return settings;
}

/// One medium that a publisher sends.
std::optional<direct::PublisherMediumSettings> medium_of(const PublishOffer& offer,
                                                         const std::optional<ChosenMedium>& chosen,
                                                         const std::optional<DirectSource>& source,
                                                         media::ClockRate rate) {
  if (!chosen || !source) {
    return std::nullopt;
  }
  return direct::PublisherMediumSettings{
      .mid = offer.lines[static_cast<std::size_t>(chosen->index.value())].mid,
      .payload_type = chosen->payload_type,
      .rtx_payload_type = source->terms.repetitions,
      .clock_rate = rate,
      .ssrc = source->sources.media,
      .rtx_ssrc = source->sources.repetitions,
      .loss_requests = chosen->feedback.contains(Feedback::nack) ? direct::LossRequests::nack
                                                                 : direct::LossRequests::none};
}

/// What both media go by; in a bundle an id means the same everywhere.
media::ExtensionMap extensions_of(const PublishOffer& offer) {
  media::ExtensionMap all;
  for (const auto* chosen : {&offer.audio, &offer.video}) {
    for (std::size_t i = 0; *chosen && i < media::kExtensionKindCount; ++i) {
      const auto kind = static_cast<media::ExtensionKind>(i);
      if (const auto id = (*chosen)->extensions.id_of(kind)) {
        all.set(kind, *id);
      }
    }
  }
  return all;
}

direct::BandwidthFeedback bandwidth_feedback(const PublishOffer& offer,
                                             const media::ExtensionMap& extensions) {
  const auto& chosen = offer.video ? offer.video : offer.audio;
  if (chosen->feedback.contains(Feedback::transport_wide) &&
      extensions.id_of(media::ExtensionKind::transport_sequence)) {
    return direct::BandwidthFeedback::transport_wide;
  }
  return chosen->feedback.contains(Feedback::bandwidth_estimate)
             ? direct::BandwidthFeedback::receiver_estimate
             : direct::BandwidthFeedback::none;
}

direct::PublisherSettings publisher_settings(const DirectPublishOffer& offer) {
  direct::PublisherSettings settings;
  settings.audio = medium_of(offer.offer, offer.offer.audio, offer.audio, kOpusRate);
  settings.video = medium_of(offer.offer, offer.offer.video, offer.video, kVideoRate);
  settings.video_codec = offer.offer.video_codec;
  settings.extensions = extensions_of(offer.offer);
  settings.bandwidth = bandwidth_feedback(offer.offer, settings.extensions);
  settings.rtcp_form = (offer.video ? offer.video : offer.audio)->terms.rtcp_form;
  settings.canonical_name = kCanonicalName;
  settings.own_ssrc = random_ssrc();
  settings.report_seed = random_number();
  return settings;
}

}  // namespace

std::variant<std::unique_ptr<DirectPeers>, std::string> DirectPeers::open(const ServerSettings& settings) {
  const direct::Port port = port_of(settings);
  direct::DirectTransportSettings wanted;
  wanted.socket.address = address_to_bind(settings, port);
  wanted.workers = workers_of(settings);
  wanted.media.wall = read_wall_clock();
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
                            nullptr});
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
  setup.surroundings.arrivals = std::move(arrivals);
  const auto board = setup.surroundings.board;
  if (transport_->add(id, expected(peer, offer.peer), std::move(setup)) != direct::GroupResult::accepted) {
    return std::nullopt;
  }
  peer.board = board;
  return make_direct_publish_answer(offer, peer.local);
}

std::string DirectPeers::offer(core::ConnectionId connection, std::shared_ptr<transport::Program> program,
                               media::VideoCodec codec) {
  Peer& peer = peers_.at(begin(connection));
  const ProgramSources sources{program->settings().audio.ssrc, program->settings().video.ssrc, random_ssrc(),
                               kCanonicalName};
  peer.offered = Offered{std::move(program), sources};
  return make_direct_subscribe_offer(codec, sources, peer.local);
}

bool DirectPeers::awaits_answer(core::ConnectionId connection) const {
  const Peer* peer = find(connection);
  return peer != nullptr && peer->offered.has_value();
}

DirectPeers::Start DirectPeers::start(core::ConnectionId connection, const DirectSubscribeAnswer& answer,
                                      std::shared_ptr<transport::ArrivalTime> arrivals) {
  Peer* peer = find(connection);
  if (peer == nullptr || !peer->offered) {
    return Start::started;
  }
  const Offered offered = *std::exchange(peer->offered, std::nullopt);
  direct::ViewerSetup setup{offered.program,   transport::SinkId{random_number()},       random_sequence(),
                            random_sequence(), viewer_settings(answer, offered.sources), {}};
  setup.surroundings.arrivals = std::move(arrivals);
  peer->board = setup.surroundings.board;
  const PeerId id = by_connection_.at(connection);
  return transport_->add(id, expected(*peer, answer.peer), std::move(setup)) == direct::GroupResult::accepted
             ? Start::started
             : Start::full;
}

void DirectPeers::end(core::ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  if (found == by_connection_.end()) {
    return;
  }
  const PeerId peer = found->second;
  if (peers_.at(peer).board != nullptr) {
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

std::optional<direct::PeerStatistics> DirectPeers::statistics(core::ConnectionId connection) const {
  const Peer* peer = find(connection);
  return peer == nullptr || peer->board == nullptr ? std::nullopt : std::optional(peer->board->read());
}

DirectPeers::Peer* DirectPeers::find(core::ConnectionId connection) {
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? nullptr : &peers_.at(found->second);
}

const DirectPeers::Peer* DirectPeers::find(core::ConnectionId connection) const {
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? nullptr : &peers_.at(found->second);
}

direct::PeerSettings DirectPeers::expected(const Peer& peer, const DirectPeer& other) const {
  return {peer.local.credentials, other.role, other.fingerprint};
}

}  // namespace baton::plugin
