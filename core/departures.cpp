// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/departures.hpp"

#include <algorithm>

#include "core/marks.hpp"
#include "core/room_settings.hpp"

namespace baton::core {

void Departures::remember(const UserId& user, const SecretHash& token, Instant now) {
  forget_old(now);
  std::erase_if(all_,
                [&](const Departure& one) { return one.user == user && same_secret_(one.token, token); });
  if (all_.size() >= limits::kDepartures) {
    all_.pop_front();
  }
  all_.push_back({user, token, now});
}

void Departures::forget_old(Instant now) {
  while (!all_.empty() && all_.front().at + limits::kDepartureMemory <= now) {
    BATON_MARK(departure_forgotten);
    all_.pop_front();
  }
}

bool Departures::contains(const UserId& user, const SecretHash& token) const {
  return std::ranges::any_of(
      all_, [&](const Departure& one) { return one.user == user && same_secret_(one.token, token); });
}

}  // namespace baton::core
