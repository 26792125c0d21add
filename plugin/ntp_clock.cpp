// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/ntp_clock.hpp"

#include <chrono>
#include <cstdint>

#include "plugin/server_clock.hpp"

namespace baton::plugin {

media::WallClock read_wall_clock() {
  constexpr std::uint64_t kSecondsFrom1900To1970 = 2'208'988'800;
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970 - seconds);
  const std::uint64_t fraction = (static_cast<std::uint64_t>(rest.count()) << 32U) / 1'000'000'000U;
  const auto whole = static_cast<std::uint64_t>(seconds.count()) + kSecondsFrom1900To1970;
  return {now(), media::NtpTime{(whole << 32U) | fraction}};
}

}  // namespace baton::plugin
