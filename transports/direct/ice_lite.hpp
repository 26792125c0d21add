// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "transports/direct/ice_credentials.hpp"
#include "transports/direct/peer_id.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/stun_responder.hpp"
#include "transports/direct/worker_routes.hpp"

namespace baton::transport::direct {

/// A browser checks one pair for each of its interfaces and families. Past this, the address that was checked
/// longest ago gives way.
inline constexpr std::size_t kMaxAddressesPerPeer = 4;

struct IceLiteSettings {
  std::size_t max_peers = 4096;
  /// A peer is gone when this long passes without an authenticated check: the browser sends one every 5 s or
  /// so to keep its consent (RFC 7675 §5.1), and consent lasts for 30 s.
  core::Duration consent_timeout = std::chrono::seconds(30);
  /// And when its first check has not come after this long.
  core::Duration first_check_timeout = std::chrono::seconds(30);
  /// A browser that nominates several pairs at once means the one with the highest priority. So a nomination
  /// of a lower priority is only followed when the present address has not been nominated for this long.
  core::Duration nomination_hold = std::chrono::seconds(1);
};

enum class AddPeerResult : std::uint8_t {
  added,
  invalid_credentials,
  peer_known,
  peer_unknown,  ///< Of a restart: there is nobody to restart.
  username_fragment_taken,
  too_many_peers,
};
[[nodiscard]] const char* to_string(AddPeerResult result);

/// What a check changed about where a peer is sent to.
enum class AddressChange : std::uint8_t {
  none,
  selected,  ///< It has an address for the first time.
  moved,     ///< It has another one than before: Wi-Fi to mobile, or a NAT that forgot.
};

struct CheckReport {
  StunOutcome outcome = StunOutcome::malformed;
  /// Whose check it was, when it was authenticated.
  std::optional<PeerId> peer = std::nullopt;
  /// Bytes of the response, to be sent to where the check came from; 0: none.
  std::size_t response_size = 0;
  AddressChange change = AddressChange::none;
  /// The worker whose peer's check it is. It says so itself; nothing is proved yet.
  std::optional<WorkerIndex> belongs_to = std::nullopt;
  /// The worker whose peer had this address until now, and must be told.
  std::optional<WorkerIndex> address_taken_from = std::nullopt;
};

/// What became of one peer's way, since it was added.
struct PathChanges {
  std::uint64_t restarts = 0;  ///< ICE restarts that a check has proved.
  std::uint64_t moves = 0;     ///< It was sent to another address than before.
};

struct IceLiteCounters {
  /// By StunOutcome. Those for other workers' peers are not among them.
  std::array<std::uint64_t, kStunOutcomes> checks{};
  /// Datagrams that are no STUN, from addresses that no peer has proved to be its own.
  std::uint64_t unknown_source = 0;
  std::uint64_t moves = 0;
  std::uint64_t addresses_replaced = 0;  ///< For want of room: kMaxAddressesPerPeer.
  std::uint64_t addresses_taken = 0;     ///< Proved by another peer than had it.
  /// Other workers could not be told of an address: their table is full.
  std::uint64_t addresses_not_shared = 0;
  std::uint64_t expired = 0;

  [[nodiscard]] std::uint64_t of(StunOutcome outcome) const {
    return checks[static_cast<std::size_t>(outcome)];
  }
};

/// ICE-lite for all peers of one port: who a datagram is from, where a peer is to be sent to, and who is
/// gone. An address belongs to a peer once a check from it was authenticated, and only checks are believed
/// about addresses. Several workers may each have some of the port's peers. Time comes in, bytes go in and
/// out. One thread.
class IceLite final : private StunAccounts {
public:
  /// `routes`: what the other workers of the port are told, and ask.
  explicit IceLite(IceLiteSettings settings = {}, WorkerRoutes routes = {});
  IceLite(const IceLite&) = delete;
  IceLite& operator=(const IceLite&) = delete;
  /// Nothing of it is known to other workers any more.
  ~IceLite() override;

  /// Checks with these credentials, ours, are from this peer.
  AddPeerResult add(PeerId peer, IceCredentials credentials, core::Instant now);
  /// An ICE restart (RFC 8445 §9): the old credentials go on being good until a check proves the new ones.
  AddPeerResult restart(PeerId peer, IceCredentials credentials);
  void remove(PeerId peer);

  /// A datagram that is STUN. The answer is written to `response`, which has room for kMaxStunResponseBytes.
  CheckReport incoming(media::ByteView message, const SocketAddress& from, core::Instant now,
                       media::ByteSpan response);

  /// Whose address it is. What is asked for and not found is counted.
  [[nodiscard]] std::optional<PeerId> peer_at(const SocketAddress& from);
  /// Whether this peer has proved that it is there, and no other one since.
  [[nodiscard]] bool is_at(PeerId peer, const SocketAddress& address) const;
  /// The other worker whose peer has this address.
  [[nodiscard]] std::optional<WorkerIndex> other_worker_at(const SocketAddress& from) const {
    return routes_.other_worker_of_address(from);
  }
  /// Another worker says that a peer of its own has proved this address.
  void give_up(const SocketAddress& address);
  /// Where to send to this peer; nothing before its first nomination.
  [[nodiscard]] std::optional<SocketAddress> address_of(PeerId peer) const;
  /// Another number after each change of what address_of answers for some peer that is known before and
  /// after.
  [[nodiscard]] std::uint64_t address_revision() const { return address_revision_; }

  /// Nothing of a peer that is not known.
  [[nodiscard]] std::optional<PathChanges> changes_of(PeerId peer) const;

  /// No peer expires before this; it may be that none does then either.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const;
  /// A peer that is gone; it is removed with this. To be called until there is none.
  [[nodiscard]] std::optional<PeerId> take_expired(core::Instant now);

  [[nodiscard]] std::size_t peers() const { return peers_.size(); }
  [[nodiscard]] std::size_t addresses() const { return addresses_.size(); }
  [[nodiscard]] const IceLiteCounters& counters() const { return counters_; }

private:
  struct Path {
    SocketAddress address;
    core::Instant checked{};
    core::Instant nominated{};
    std::uint32_t priority = 0;  // Of the last check that nominated it.
  };
  struct Peer {
    IceCredentials credentials;
    std::optional<IceCredentials> previous;
    std::array<Path, kMaxAddressesPerPeer> paths;
    std::size_t path_count = 0;
    std::optional<SocketAddress> selected;
    PathChanges changes;
    core::Instant expires;
    core::Instant listed;  // Under which time it is in the list of deadlines; never later than `expires`.
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Peers = std::unordered_map<PeerId, Peer>;

  std::string_view password_of(std::string_view username) override;
  void forget_fragment(const std::string& fragment);
  void forget_address(const SocketAddress& address);
  void settle_restart(Peer& peer);
  void list_deadline(PeerId id, Peer& peer);
  Path& path_of(PeerId id, Peer& peer, const SocketAddress& address);
  void share_address(const SocketAddress& address, CheckReport& report);
  void take_address_from(PeerId owner, const SocketAddress& address);
  AddressChange nominate(Peer& peer, Path& path, std::uint32_t priority, core::Instant now);
  void forget(Peers::iterator found);

  const IceLiteSettings settings_;
  WorkerRoutes routes_;
  StunResponder responder_;
  Peers peers_;
  std::unordered_map<std::string, PeerId, TextHash, std::equal_to<>> username_fragments_;
  std::unordered_map<SocketAddress, PeerId> addresses_;
  // Ordered by id among equals, so that a run does not depend on hashes.
  std::set<std::pair<core::Instant, PeerId>> deadlines_;
  IceLiteCounters counters_;
  // From 1, so that whoever has asked for nothing yet has an older one.
  std::uint64_t address_revision_ = 1;

  // Of the message that is being examined.
  std::optional<PeerId> claimed_peer_;
  std::optional<WorkerIndex> claimed_worker_;
  enum class Claim : std::uint8_t { present, previous } claim_ = Claim::present;
};

}  // namespace baton::transport::direct
