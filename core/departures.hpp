// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::core {

/// Resume tokens that were given up, so that a join with one of them, still on its way, is refused. At most
/// `limits::kDepartures`, the oldest going first, each for `limits::kDepartureMemory`.
class Departures {
public:
  explicit Departures(SecretComparison same_secret) : same_secret_(same_secret) {}

  /// A token that is remembered already is remembered anew, and takes no second place.
  void remember(const UserId& user, const SecretHash& token, Instant now);
  void forget_old(Instant now);
  [[nodiscard]] bool contains(const UserId& user, const SecretHash& token) const;

private:
  struct Departure {
    UserId user;
    SecretHash token;
    Instant at;
  };

  SecretComparison same_secret_;
  /// The latest last.
  std::deque<Departure> all_;
};

}  // namespace baton::core
