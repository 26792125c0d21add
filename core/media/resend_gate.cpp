// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/resend_gate.hpp"

#include <algorithm>

namespace baton::media {

const char* to_string(ResendDrop reason) {
  switch (reason) {
    case ResendDrop::never_sent:
      return "never_sent";
    case ResendDrop::not_kept:
      return "not_kept";
    case ResendDrop::too_soon:
      return "too_soon";
    case ResendDrop::too_many_at_once:
      return "too_many_at_once";
    case ResendDrop::over_budget:
      return "over_budget";
  }
  return "unknown";
}

ResendGate::ResendGate(const ResendLimits& limits)
    : limits_(limits), budget_(limits.rate, limits.burst_bytes) {}

ResendVerdict ResendGate::refuse(ResendDrop reason) {
  ++counters_.dropped[static_cast<std::size_t>(reason)];
  return {std::nullopt, reason};
}

ResendVerdict ResendGate::judge(SequenceNumber number, const SentNumbers& sent, const ResendSource& source,
                                std::optional<core::Duration> round_trip, core::Instant now) {
  const auto how = sent.find(number);
  if (!how) {
    return refuse(ResendDrop::never_sent);
  }
  const auto packet = source.find(how->program, now);
  if (!packet) {
    return refuse(ResendDrop::not_kept);
  }
  const core::Duration interval =
      std::max(round_trip.value_or(limits_.unknown_round_trip), limits_.shortest_interval);
  Repeated& repeated = repeated_[number.value() % kMaxRemembered];
  if (now < repeated.at + interval) {
    return refuse(repeated.number == number ? ResendDrop::too_soon : ResendDrop::too_many_at_once);
  }
  if (budget_.spend(packet->bytes.size(), now) == ByteBudget::Spend::refused) {
    return refuse(ResendDrop::over_budget);
  }
  repeated = {now, number};
  ++counters_.resent;
  counters_.resent_bytes += packet->bytes.size();
  return {Resend{*packet, *how}, {}};
}

}  // namespace baton::media
