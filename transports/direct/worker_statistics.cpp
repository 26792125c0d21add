// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/worker_statistics.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>

namespace baton::transport::direct {
namespace {

using Numbers = std::array<std::uint64_t, sizeof(WorkerStatistics) / sizeof(std::uint64_t)>;
static_assert(sizeof(Numbers) == sizeof(WorkerStatistics) &&
              std::has_unique_object_representations_v<WorkerStatistics>);

}  // namespace

WorkerStatistics operator+(const WorkerStatistics& one, const WorkerStatistics& other) {
  auto result = std::bit_cast<Numbers>(one);
  const auto added = std::bit_cast<Numbers>(other);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] += added[i];
  }
  return std::bit_cast<WorkerStatistics>(result);
}

StatisticsBoard::Publication StatisticsBoard::publish(const WorkerStatistics& statistics) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) {
    return Publication::somebody_reads;
  }
  statistics_ = statistics;
  return Publication::done;
}

WorkerStatistics StatisticsBoard::read() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace baton::transport::direct
