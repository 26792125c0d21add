// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "transports/direct/bell.hpp"
#include "transports/direct/datagram_inbox.hpp"
#include "transports/direct/worker_index.hpp"
#include "transports/direct/worker_routes.hpp"

namespace baton::transport::direct {

/// What the workers behind one port have in common. It outlives them all, so that each may reach the others
/// for as long as it runs.
class WorkerExchange {
public:
  struct Desk {
    explicit Desk(std::size_t inbox_slots) : inbox(inbox_slots) {}
    Bell bell;
    DatagramInbox inbox;
  };

  /// Throws std::system_error when the system has no descriptors left.
  WorkerExchange(std::size_t workers, std::size_t inbox_slots, std::size_t max_fragments,
                 std::size_t max_addresses)
      : routes_(max_fragments, max_addresses) {
    for (std::size_t i = 0; i < workers; ++i) {
      desks_.emplace_back(inbox_slots);
    }
  }

  [[nodiscard]] Desk& desk(WorkerIndex worker) { return desks_[worker.value]; }
  [[nodiscard]] SharedRoutes& routes() { return routes_; }
  [[nodiscard]] std::size_t workers() const { return desks_.size(); }

private:
  SharedRoutes routes_;
  std::deque<Desk> desks_;  // They cannot be moved.
};

/// Where one worker sits among those of its port.
struct WorkerSeat {
  /// Of a worker that has its port to itself.
  static WorkerSeat alone() {
    constexpr std::size_t kNothing = 0;
    return {std::make_shared<WorkerExchange>(1, kNothing, kNothing, kNothing), WorkerIndex{}};
  }

  [[nodiscard]] WorkerExchange::Desk& desk() const { return exchange->desk(self); }
  /// One that is alone need not ask whose a datagram is.
  [[nodiscard]] WorkerRoutes routes() const {
    return exchange->workers() == 1 ? WorkerRoutes() : WorkerRoutes(exchange->routes(), self);
  }

  std::shared_ptr<WorkerExchange> exchange;
  WorkerIndex self;
};

}  // namespace baton::transport::direct
