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
/// per participant and time-out, however many are idle, and a look that ends so allocates nothing.
class DueList {
public:
  DueList() = default;
  DueList(const DueList&) = delete;  // Its entries point into it.
  DueList& operator=(const DueList&) = delete;
  DueList(DueList&&) = default;
  DueList& operator=(DueList&&) = default;
  ~DueList() = default;

  /// Looks at `user` no later than `at`; an earlier entry stays.
  void expect(const UserId& user, Instant at) {
    const auto [known, is_new] = at_.emplace(user, at);
    if (!is_new) {
      if (known->second <= at) {
        return;
      }
      order_.erase(Entry{known->second, &known->first});
      known->second = at;
    }
    order_.insert(Entry{at, &known->first});
  }

  void forget(const UserId& user) {
    if (const auto known = at_.find(user); known != at_.end()) {
      order_.erase(Entry{known->second, &known->first});
      at_.erase(known);
    }
  }

  [[nodiscard]] std::optional<Instant> first() const {
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->at);
  }

  /// Takes out everybody who is due, the earliest first, and calls `look(user)` for each: it answers when to
  /// look again, later than `now`, or nothing. It may expect and forget whom it likes meanwhile.
  template <class Look>
  void look_at_due(Instant now, Look look) {
    while (!order_.empty() && order_.begin()->at <= now) {
      auto entry = order_.extract(order_.begin());
      auto known = at_.extract(*entry.value().user);
      const std::optional<Instant> next = look(known.key());
      if (!next) {
        continue;
      }
      known.mapped() = *next;
      entry.value().at = *next;
      const auto kept = at_.insert(std::move(known));
      if (kept.inserted) {
        order_.insert(std::move(entry));
      } else {
        expect(kept.node.key(), *next);
      }
    }
  }

  /// Those that `look_at_due` would look at, in its order.
  template <class Visit>
  void for_each_due(Instant now, Visit visit) const {
    for (auto one = order_.begin(); one != order_.end() && one->at <= now; ++one) {
      visit(*one->user);
    }
  }

private:
  struct Entry {
    Instant at;
    const UserId* user;  // A key of `at_`, which stays where it is for as long as it is known.
  };
  /// By name among equals, so that a run does not depend on addresses or hashes.
  struct ComesBefore {
    bool operator()(const Entry& left, const Entry& right) const {
      return left.at != right.at ? left.at < right.at : *left.user < *right.user;
    }
  };

  std::set<Entry, ComesBefore> order_;
  std::unordered_map<UserId, Instant> at_;
};

}  // namespace baton::core
