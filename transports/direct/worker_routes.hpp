// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "transports/direct/route_table.hpp"
#include "transports/direct/socket_address.hpp"
#include "transports/direct/worker_index.hpp"

namespace baton::transport::direct {

/// The longest username fragment that can be told to other workers. Ours have 8 characters.
inline constexpr std::size_t kMaxSharedFragment = 24;

/// What the workers behind one port tell each other: whose username fragments and whose proved addresses
/// there are. Any thread.
struct SharedRoutes {
  /// As many as all workers together may have, so that neither table is ever full.
  SharedRoutes(std::size_t max_fragments, std::size_t max_addresses)
      : fragments(max_fragments), addresses(max_addresses) {}

  RouteTable fragments;
  RouteTable addresses;
};

/// The same as one worker sees and changes it. One that is alone on its port has nobody to tell, and nothing
/// is another's.
class WorkerRoutes {
public:
  WorkerRoutes() = default;
  /// `shared` must outlive this object.
  WorkerRoutes(SharedRoutes& shared, WorkerIndex self) : shared_(&shared), self_(self) {}

  /// Whether checks for this fragment are ours from now on, or have been reserved for us before. They are not
  /// when another worker has it.
  [[nodiscard]] bool claim_fragment(std::string_view fragment);
  void release_fragment(std::string_view fragment);
  /// Any thread, for a worker that will hear of the peer: checks that come before it has are handed to it,
  /// and wait there. Whoever sends them may have been told the fragment before the worker has been.
  enum class Reservation : std::uint8_t { made, not_needed, refused };
  [[nodiscard]] Reservation reserve_fragment(std::string_view fragment);

  enum class Sharing : std::uint8_t { shared, table_full };
  struct AddressClaim {
    Sharing sharing = Sharing::shared;
    /// The other worker that had it, and must be told.
    std::optional<WorkerIndex> taken_from = std::nullopt;
  };
  /// A peer of ours has proved this address.
  AddressClaim claim_address(const SocketAddress& address);
  void release_address(const SocketAddress& address);

  /// The worker to pass a check or a datagram on to: nothing when it is ours, or nobody's.
  [[nodiscard]] std::optional<WorkerIndex> other_worker_of_fragment(std::string_view fragment) const;
  [[nodiscard]] std::optional<WorkerIndex> other_worker_of_address(const SocketAddress& address) const;

private:
  [[nodiscard]] std::optional<WorkerIndex> other(std::optional<WorkerIndex> owner) const {
    return owner == self_ ? std::nullopt : owner;
  }

  SharedRoutes* shared_ = nullptr;
  WorkerIndex self_;
};

}  // namespace baton::transport::direct
