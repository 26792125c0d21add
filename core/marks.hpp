// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Marks tie a simulation to the branches that matter: `BATON_MARK(name)` counts that the line was reached,
/// and the simulator fails if a mark never was. They cost nothing in the product, where `BATON_MARKS` is not
/// defined.
namespace baton::core {

#define BATON_MARK_NAMES(X)         \
  X(time_stepped_back)              \
  X(claim_unknown)                  \
  X(claim_stale)                    \
  X(claim_of_another)               \
  X(connection_attached)            \
  X(connections_full)               \
  X(join_fresh)                     \
  X(join_replaces_live_session)     \
  X(join_by_token)                  \
  X(join_by_token_again)            \
  X(join_superseded)                \
  X(join_stopped)                   \
  X(join_room_full)                 \
  X(join_capacity_full)             \
  X(join_controllers_full)          \
  X(join_host_taken)                \
  X(join_former_host_as_controller) \
  X(join_lays_lease_down)           \
  X(leave_by_token)                 \
  X(departure_forgotten)            \
  X(host_first)                     \
  X(host_silent_by_connection)      \
  X(host_silent_by_hangup)          \
  X(host_silent_by_media)           \
  X(host_silent_by_heartbeat)       \
  X(grace_reason_learned)           \
  X(host_returned_in_grace)         \
  X(host_returned_while_promoting)  \
  X(host_left)                      \
  X(host_left_while_promoting)      \
  X(media_resumed)                  \
  X(media_back_on_new_feed)         \
  X(grace_over_backup)              \
  X(grace_over_promotion)           \
  X(grace_over_pause)               \
  X(grace_over_close)               \
  X(backup_absent_at_grace_end)     \
  X(backup_arrives_late)            \
  X(promotion_accepted)             \
  X(promotion_declined)             \
  X(promotion_timed_out)            \
  X(promotion_candidate_left)       \
  X(promotion_exhausted)            \
  X(promotion_answer_too_late)      \
  X(transfer)                       \
  X(transfer_to_absent)             \
  X(claim_in_pause)                 \
  X(claim_by_absent)                \
  X(participant_offline)            \
  X(participant_removed)            \
  X(participant_back)               \
  X(time_to_live_over)              \
  X(ended_by_host)                  \
  X(ended_by_administrator)         \
  X(kicked)                         \
  X(publish)                        \
  X(publish_refused_viewer)         \
  X(unpublish)                      \
  X(subscribe)                      \
  X(media_before_hangup)            \
  X(join_locked)                    \
  X(join_barred)                    \
  X(join_barred_goes_on)            \
  X(join_as_host_later)             \
  X(join_barred_with_unknown_token) \
  X(join_role_unknown)              \
  X(participant_inactive)           \
  X(presence_news_undone)           \
  X(presence_news_coalesced)        \
  X(audience_gone)                  \
  X(audience_back)                  \
  X(audience_level_changed)         \
  X(control_requested)              \
  X(control_not_for_role)           \
  X(control_granted)                \
  X(control_denied)                 \
  X(control_revoked)                \
  X(control_full)                   \
  X(join_after_revocation)          \
  X(participant_muted)              \
  X(participant_unmuted)            \
  X(lock_changed)                   \
  X(chat_added)                     \
  X(chat_muted)                     \
  X(chat_not_for_role)              \
  X(signal_delivered)               \
  X(signal_waits)                   \
  X(signal_expired)                 \
  X(signal_sent_again)              \
  X(signal_passed_over)             \
  X(signal_not_permitted)           \
  X(signals_full)                   \
  X(signals_continued)              \
  X(signals_restart_unheard)        \
  X(signals_carried_over)           \
  X(signals_of_restarted_receiver)  \
  X(signals_of_gone_receiver)       \
  X(signals_of_gone_sender)         \
  X(signal_line_broken)             \
  X(ready_again)                    \
  X(readiness_reached)              \
  X(readiness_timed_out)            \
  X(activity_opened)                \
  X(activity_closed)                \
  X(activity_not_for_role)          \
  X(activity_stale)                 \
  X(activity_moved_by_time)         \
  X(activity_forgets)               \
  X(activity_own_told)              \
  X(activity_repaired)              \
  X(activity_news_waits)            \
  X(activity_news_with_phase)       \
  X(activity_news_undone)           \
  X(activity_patch_told)            \
  X(activity_patch_too_large)       \
  X(activity_change_not_sayable)    \
  X(directory_full)                 \
  X(connection_of_another_room)

enum class Mark : std::size_t {
#define BATON_MARK_ENUMERATOR(name) name,
  BATON_MARK_NAMES(BATON_MARK_ENUMERATOR)
#undef BATON_MARK_ENUMERATOR
};

// NOLINTNEXTLINE(bugprone-macro-parentheses): the terms of a sum
#define BATON_MARK_ONE(name) +1
inline constexpr std::size_t kMarkCount = 0 BATON_MARK_NAMES(BATON_MARK_ONE);
#undef BATON_MARK_ONE

/// Names in the order of the enumerators, for the simulator's report.
inline constexpr std::array<std::string_view, kMarkCount> kMarkNames = {
#define BATON_MARK_STRING(name) #name,
    BATON_MARK_NAMES(BATON_MARK_STRING)
#undef BATON_MARK_STRING
};

#ifdef BATON_MARKS
/// How often each mark was reached. The simulator is single threaded; nobody else builds with marks.
inline std::array<std::uint64_t, kMarkCount> mark_counts{};
#define BATON_MARK(name) (++::baton::core::mark_counts[static_cast<std::size_t>(::baton::core::Mark::name)])
/// Counts the mark if the condition holds; the condition is not evaluated in the product.
#define BATON_MARK_IF(name, condition) \
  do {                                 \
    if (condition) {                   \
      BATON_MARK(name);                \
    }                                  \
  } while (false)
#else
#define BATON_MARK(name) static_cast<void>(0)
#define BATON_MARK_IF(name, condition) static_cast<void>(0)
#endif

}  // namespace baton::core
