// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/nack_generator.hpp"

#include <algorithm>
#include <utility>

namespace baton::media {

const char* to_string(NackSurrender reason) {
  switch (reason) {
    case NackSurrender::gap_too_large:
      return "gap_too_large";
    case NackSurrender::too_many_missing:
      return "too_many_missing";
    case NackSurrender::retries_exhausted:
      return "retries_exhausted";
    case NackSurrender::too_late:
      return "too_late";
  }
  return "unknown";
}

void NackGenerator::received(SequenceNumber number, core::Instant now) {
  const auto highest = numbers_.highest();
  const auto [step, unwrapped] = numbers_.track(number);
  switch (step) {
    case StreamStep::first:
    case StreamStep::outside:
      return;
    case StreamStep::restart:
      erase(0, count_);
      find_deadline();
      return;
    case StreamStep::late:
      recover(unwrapped);
      return;
    case StreamStep::newer:
      pass_over(*highest + 1, unwrapped, now);
      return;
  }
}

void NackGenerator::recover(std::int64_t number) {
  const auto found = std::ranges::lower_bound(table(), number, {}, &Missing::number);
  if (found != table().end() && found->number == number) {
    ++counters_.recovered;
    erase(static_cast<std::size_t>(found - table().begin()), 1);
    find_deadline();
  }
}

void NackGenerator::pass_over(std::int64_t first, std::int64_t end, core::Instant now) {
  if (end - first > kMaxGap) {
    counters_.missing += static_cast<std::uint64_t>(end - first);
    give_up(NackSurrender::gap_too_large, count_ + static_cast<std::size_t>(end - first));
    erase(0, count_);
    find_deadline();
    return;
  }
  for (std::int64_t number = first; number < end; ++number) {
    add(number, now);
  }
}

void NackGenerator::add(std::int64_t number, core::Instant now) {
  if (count_ == kMaxMissing) {
    give_up(NackSurrender::too_many_missing, 1);
    erase(0, 1);
  }
  const core::Instant due = now + policy_.reordering;
  missing_[count_++] = Missing{.number = number, .since = now, .due = due, .requests = 0};
  ++counters_.missing;
  deadline_ = deadline_ ? std::min(*deadline_, due) : due;
}

void NackGenerator::erase(std::size_t first, std::size_t count) {
  const auto begin = missing_.begin() + static_cast<std::ptrdiff_t>(first);
  std::copy(begin + static_cast<std::ptrdiff_t>(count),
            missing_.begin() + static_cast<std::ptrdiff_t>(count_), begin);
  count_ -= count;
}

void NackGenerator::keyframe_began(SequenceNumber number) {
  if (!numbers_.highest()) {
    return;
  }
  const std::int64_t highest = *numbers_.highest();
  const std::int64_t unwrapped = highest + SequenceNumber::wrap(highest).distance_to(number);
  const auto first_needed = std::ranges::lower_bound(table(), unwrapped, {}, &Missing::number);
  erase(0, static_cast<std::size_t>(first_needed - table().begin()));
  wish_.reset();
  find_deadline();
}

std::optional<NackSurrender> NackGenerator::judge(const Missing& missing, core::Instant now) const {
  if (now - missing.since >= policy_.max_age) {
    return NackSurrender::too_late;
  }
  return missing.requests >= policy_.max_requests ? std::optional(NackSurrender::retries_exhausted)
                                                  : std::nullopt;
}

std::size_t NackGenerator::collect(std::span<SequenceNumber> lost, std::optional<core::Duration> round_trip,
                                   core::Instant now) {
  const core::Duration interval =
      std::max(round_trip.value_or(policy_.unknown_round_trip), policy_.shortest_interval);
  std::size_t collected = 0;
  std::size_t kept = 0;
  for (Missing& missing : table()) {
    const bool is_due = missing.due <= now;
    if (const auto surrender = is_due ? judge(missing, now) : std::nullopt) {
      give_up(*surrender, 1);
      continue;
    }
    if (is_due && collected < lost.size()) {
      lost[collected++] = SequenceNumber::wrap(missing.number);
      ++missing.requests;
      missing.due = now + interval;
    }
    missing_[kept++] = missing;
  }
  count_ = kept;
  counters_.requested += collected;
  find_deadline();
  return collected;
}

void NackGenerator::give_up(NackSurrender reason, std::size_t packets) {
  counters_.given_up[static_cast<std::size_t>(reason)] += packets;
  wish_ = wish_ ? wish_ : reason;
}

std::optional<NackSurrender> NackGenerator::take_keyframe_wish() {
  return std::exchange(wish_, std::nullopt);
}

void NackGenerator::find_deadline() {
  const auto earliest = std::ranges::min_element(table(), {}, &Missing::due);
  deadline_ = earliest == table().end() ? std::nullopt : std::optional(earliest->due);
}

}  // namespace baton::media
