// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/outlet_status.hpp"

#include <cstddef>

namespace baton::transport {

ReplayCounters& ReplayCounters::operator+=(const ReplayCounters& other) {
  repeated += other.repeated;
  throttled += other.throttled;
  doubted += other.doubted;
  postponed += other.postponed;
  mended += other.mended;
  paced += other.paced;
  not_kept += other.not_kept;
  superseded += other.superseded;
  too_many_wait += other.too_many_wait;
  return *this;
}

OutletStatus& OutletStatus::operator+=(const OutletStatus& other) {
  viewers += other.viewers;
  packets_sent += other.packets_sent;
  overrun += other.overrun;
  for (std::size_t i = 0; i < sink_drops.size(); ++i) {
    sink_drops[i] += other.sink_drops[i];
  }
  replays += other.replays;
  return *this;
}

}  // namespace baton::transport
