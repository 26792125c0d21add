// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "transports/direct/batch_sender.hpp"
#include "transports/direct/dtls_connection.hpp"
#include "transports/direct/ice_lite.hpp"
#include "transports/direct/peer_id.hpp"
#include "transports/direct/peer_link.hpp"
#include "transports/direct/srtp_session.hpp"

namespace baton::transport::direct {

/// Why a peer is no more. It has been removed when this is told.
enum class GoneReason : std::uint8_t {
  never_came,       ///< No check arrived in time.
  never_answered,   ///< It was expected, and its own description did not come in time.
  consent_expired,  ///< Checks stopped (RFC 7675 §5.1).
  dtls_failed,      ///< The handshake failed; the counters say how.
  not_taken,        ///< The endpoint could not add it: too many peers, or its credentials are taken.
  said_goodbye,     ///< The peer closed its DTLS association while it was kept: dtls_linger.
};
[[nodiscard]] const char* to_string(GoneReason reason);

/// What an endpoint has to tell. Called on the endpoint's thread, out of its calls. What is called may send
/// (but not out of on_unsent), and must neither add nor remove peers.
class EndpointListener {
public:
  EndpointListener() = default;
  EndpointListener(const EndpointListener&) = delete;
  EndpointListener& operator=(const EndpointListener&) = delete;
  virtual ~EndpointListener() = default;

  virtual void on_connected(PeerId peer, SrtpProfile profile, core::Instant now) = 0;
  virtual void on_gone(PeerId peer, GoneReason reason, core::Instant now) = 0;
  /// A decrypted packet. Borrowed; may be changed in place.
  virtual void on_rtp(PeerId peer, media::ByteSpan packet, core::Instant now) = 0;
  virtual void on_rtcp(PeerId peer, media::ByteSpan packet, core::Instant now) = 0;
  /// Datagrams to a peer that the socket did not take.
  virtual void on_unsent(const Unsent& unsent, core::Instant now) = 0;
  /// A worker calls it in each of its turns, when it has taken what has come in and before it sends what that
  /// caused. There is always a turn when `next_deadline` is due.
  virtual void on_turn(core::Instant /*now*/) {}
  [[nodiscard]] virtual std::optional<core::Instant> next_deadline() const { return std::nullopt; }
  /// A worker tells it before a turn: for how long it worked, and then waited.
  virtual void on_waited(core::Duration /*worked*/, core::Duration /*waited*/) {}
};

struct EndpointSettings {
  IceLiteSettings ice = {};
  /// Handshakes that go on at one time: the memory and the time of those that are half done.
  std::size_t max_handshakes = 64;
  /// Peers that wait for one of these places, at most, with the first datagram of each. To send it away would
  /// cost it more: it would double its patience each time.
  std::size_t max_postponed = 1024;
  /// How long an association is kept after its handshake, for a peer whose last flight was lost and for its
  /// goodbye. It takes twice the memory of the rest of a peer; later, consent tells who is gone.
  core::Duration dtls_linger = std::chrono::seconds(15);
  /// DTLS datagrams that wait for their turn, at most.
  std::size_t max_waiting_datagrams = 256;
  /// How long a peer that is expected may take to describe itself: its answer travels over signalling, and a
  /// person may be asked before it is made.
  core::Duration answer_timeout = std::chrono::seconds(30);
};

/// A peer's end of the DTLS association, as its SDP says.
struct DtlsEnd {
  DtlsRole role = DtlsRole::server;  ///< Ours, as it follows from the peer's.
  Fingerprint fingerprint;           ///< The peer's.
};

/// Who is to be expected, from its SDP and ours.
struct PeerSettings {
  IceCredentials credentials;  ///< Ours, that the peer proves to have read.
  DtlsRole role = DtlsRole::server;
  Fingerprint fingerprint;  ///< The peer's.
};

/// What the other workers of the port have to be given or told of a datagram.
struct ForOtherWorkers {
  /// Whose datagram it is. Nothing was done with it, and it was not counted here.
  std::optional<WorkerIndex> belongs_to = std::nullopt;
  /// Who must be told that one of our peers has proved this address: see Endpoint::give_up.
  std::optional<WorkerIndex> address_taken_from = std::nullopt;
};

/// Datagrams and packets by what became of them.
struct EndpointCounters {
  std::uint64_t stun = 0;
  std::uint64_t dtls = 0;
  std::uint64_t rtp = 0;
  std::uint64_t rtcp = 0;
  std::uint64_t other = 0;  ///< Of no protocol that is spoken here.
  std::uint64_t handshakes_begun = 0;
  std::uint64_t dtls_before_answer = 0;    ///< A peer that is expected began; the last datagram is kept.
  std::uint64_t handshakes_postponed = 0;  ///< A peer found no place and waits for one: max_handshakes.
  std::uint64_t handshakes_refused = 0;    ///< Too many wait already: max_postponed.
  std::uint64_t waiting_full = 0;          ///< A DTLS datagram found no place: max_waiting_datagrams.
  std::uint64_t dtls_after_release = 0;  ///< DTLS for an association that is not kept any more: dtls_linger.
  std::uint64_t media_before_keys = 0;   ///< Media of a peer whose handshake is not done.
  std::uint64_t unprotect_failed = 0;    ///< By reason: in the peer's session.
  std::uint64_t no_room_to_answer = 0;   ///< An answer or a flight that the batch could not hold.
};

enum class SendResult : std::uint8_t {
  queued,  ///< In the batch.
  unknown_peer,
  not_connected,  ///< There are no keys yet.
  no_address,     ///< No pair is nominated.
  too_large,      ///< Larger than the whole batch.
  not_protected,  ///< See the session's counters.
};

/// All peers of one port, or of one worker of several behind it: ICE-lite, DTLS and SRTP as one machine.
/// Datagrams and time come in; datagrams go into a batch, which the owner flushes. One thread.
class Endpoint {
public:
  /// `sender` and `listener` must outlive this object.
  Endpoint(std::shared_ptr<const DtlsContext> context, BatchSender& sender, EndpointListener& listener,
           EndpointSettings settings = {}, WorkerRoutes routes = {});
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  AddPeerResult add(PeerId peer, PeerSettings settings, core::Instant now);
  /// A peer that has been made an offer with these credentials and has not answered. Its checks are answered,
  /// which takes nothing that only its answer could tell (RFC 8445 §7.3); of its handshake one datagram waits
  /// until `describe`. There are no keys before that, and no media.
  AddPeerResult expect(PeerId peer, IceCredentials credentials, core::Instant now);
  /// What the answer of a peer that is expected says. `peer_unknown` if it is gone, `peer_known` if it has
  /// been described before; both change nothing.
  AddPeerResult describe(PeerId peer, const DtlsEnd& other);
  AddPeerResult restart(PeerId peer, IceCredentials credentials) {
    return ice_.restart(peer, std::move(credentials));
  }
  /// Says goodbye, if there is somebody to say it to. Nothing is told of it.
  void remove(PeerId peer, core::Instant now);

  ForOtherWorkers incoming(media::ByteSpan datagram, const SocketAddress& from, core::Instant now);
  /// Another worker's peer has proved this address.
  void give_up(const SocketAddress& address) { ice_.give_up(address); }
  /// Handles up to this many DTLS datagrams of those that wait: signatures take as long as hundreds of
  /// packets, so they are done a few at a time, between batches of media.
  void do_handshakes(std::size_t budget, core::Instant now);
  [[nodiscard]] bool handshakes_wait() const {
    return !waiting_.empty() || (!postponed_.empty() && has_place());
  }
  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  void advance(core::Instant now);

  /// For those who send to it often; null when it is not known.
  [[nodiscard]] std::shared_ptr<PeerLink> link_of(PeerId peer) const;
  /// Protects into the batch; a full batch is flushed first. The pieces are as SrtpSession::protect_rtp takes
  /// them.
  SendResult send_rtp(PeerLink& link, media::ByteView head, media::ByteView rest, core::Instant now);
  SendResult send_rtcp(PeerLink& link, media::ByteView packet, core::Instant now);
  /// The same for those who seldom send.
  SendResult send_rtp(PeerId peer, media::ByteView head, media::ByteView rest, core::Instant now);
  SendResult send_rtp(PeerId peer, media::ByteView packet, core::Instant now) {
    return send_rtp(peer, packet, {}, now);
  }
  SendResult send_rtcp(PeerId peer, media::ByteView packet, core::Instant now);
  /// Sends what the batch holds, and tells what did not leave.
  void flush(core::Instant now);

  [[nodiscard]] bool knows(PeerId peer) const { return peers_.contains(peer); }
  [[nodiscard]] std::size_t peers() const { return peers_.size(); }
  [[nodiscard]] std::size_t handshakes() const { return handshaking_.size(); }
  /// Of a peer that is connected, or nothing. Borrowed until the peer is gone.
  [[nodiscard]] const SrtpSession* session_of(PeerId peer) const;
  [[nodiscard]] const EndpointCounters& counters() const { return counters_; }
  [[nodiscard]] const IceLite& ice() const { return ice_; }

private:
  struct Peer {
    DtlsRole role = DtlsRole::server;
    Fingerprint fingerprint;
    bool was_checked = false;
    // Of one that is expected; nothing once it is described.
    std::optional<core::Instant> must_answer_by;
    // Where the handshake came from, proved by a check: where the peer is sent to as long as no pair is
    // nominated. Browsers nominate some time after they have begun to use a pair, and the first picture would
    // be lost (RFC 8445 §12.1 lets any valid pair be used).
    std::optional<SocketAddress> dtls_from;
    // What it began with, while it waits for a place; empty of one that is to be begun with.
    std::optional<std::vector<std::uint8_t>> postponed;
    std::unique_ptr<DtlsConnection> dtls;
    std::shared_ptr<PeerLink> link;
  };
  struct Waiting {
    PeerId peer;
    SocketAddress from;
    std::vector<std::uint8_t> datagram;
  };
  using Unprotect = SrtpResult (SrtpSession::*)(media::ByteSpan);
  using Deliver = void (EndpointListener::*)(PeerId, media::ByteSpan, core::Instant);

  [[nodiscard]] std::optional<SocketAddress> address_of(PeerId id, const Peer& peer) const;
  [[nodiscard]] std::uint64_t address_revision() const { return ice_.address_revision() + proved_by_dtls_; }
  void renew_address(PeerLink& link) const;
  void forget(PeerId id);
  void send_flights(PeerId id, Peer& peer, core::Instant now);
  ForOtherWorkers incoming_stun(media::ByteView datagram, const SocketAddress& from, core::Instant now);
  void incoming_dtls(media::ByteView datagram, const SocketAddress& from);
  void incoming_media(media::ByteSpan packet, const SocketAddress& from, core::Instant now,
                      Unprotect unprotect, Deliver deliver);
  [[nodiscard]] bool has_place() const { return handshaking_.size() < settings_.max_handshakes; }
  void begin_handshake(PeerId id, Peer& peer, media::ByteView first, core::Instant now);
  void postpone(PeerId id, Peer& peer, media::ByteView first);
  void hold(Peer& peer, media::ByteView first);
  void start_postponed(core::Instant now);
  void release_associations(core::Instant now);
  void follow_dtls(PeerId id, Peer& peer, core::Instant now);
  void end(PeerId id, GoneReason reason, core::Instant now);
  void answer(PeerId id, const SocketAddress& to, media::ByteView bytes, core::Instant now);
  [[nodiscard]] std::optional<media::ByteSpan> room_for(std::size_t size, core::Instant now);
  template <typename Protect>
  SendResult send(PeerLink& link, std::size_t size, core::Instant now, Protect protect);

  const std::shared_ptr<const DtlsContext> context_;
  BatchSender& sender_;
  EndpointListener& listener_;
  const EndpointSettings settings_;
  IceLite ice_;
  std::unordered_map<PeerId, Peer> peers_;
  std::vector<PeerId> handshaking_;  // Few, so they are looked through.
  std::deque<Waiting> waiting_;
  std::deque<PeerId> postponed_;  // Each at most once.
  struct Lingering {
    core::Instant until;
    PeerId peer;
  };
  // In the order of their times, since all are kept equally long. Each peer at most once.
  std::deque<Lingering> lingering_;
  // Peers that are expected, by when they must have answered.
  std::set<std::pair<core::Instant, PeerId>> unanswered_;
  std::uint64_t proved_by_dtls_ = 0;  // How often Peer::dtls_from changed, of all peers.
  EndpointCounters counters_;
};

}  // namespace baton::transport::direct
