// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::core {

/// Who is to be looked at, and when: the heartbeat detector of one room. A sign of life costs nothing here:
/// the entry stays, and whoever is found alive when it comes up is given a later one. So the cost is one look
/// per participant and time-out, however many are idle.
class DueList {
public:
  /// Looks at `user` no later than `at`; an earlier entry stays.
  void expect(const UserId& user, Instant at) {
    const auto [known, is_new] = at_.emplace(user, at);
    if (!is_new) {
      if (known->second <= at) {
        return;
      }
      order_.erase({known->second, user});
      known->second = at;
    }
    order_.emplace(at, user);
  }

  void forget(const UserId& user) {
    if (const auto known = at_.find(user); known != at_.end()) {
      order_.erase({known->second, user});
      at_.erase(known);
    }
  }

  [[nodiscard]] std::optional<Instant> first() const {
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
  }

  /// Takes the first entry out if it is due.
  [[nodiscard]] std::optional<UserId> take(Instant now) {
    if (order_.empty() || order_.begin()->first > now) {
      return std::nullopt;
    }
    UserId user = order_.begin()->second;
    order_.erase(order_.begin());
    at_.erase(user);
    return user;
  }

  /// Those that `take` would give, in its order.
  template <class Visit>
  void for_each_due(Instant now, Visit visit) const {
    for (auto one = order_.begin(); one != order_.end() && one->first <= now; ++one) {
      visit(one->second);
    }
  }

private:
  // Ordered by name among equals, so that a run does not depend on addresses or hashes.
  std::set<std::pair<Instant, UserId>> order_;
  std::unordered_map<UserId, Instant> at_;
};

}  // namespace baton::core
