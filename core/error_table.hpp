// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace baton::core {

/// Every refusal there is: name, number and sentence in one place. A number never changes its meaning and is
/// never given to another error, so clients may match on it.
#define BATON_ERRORS(X)                                                                                 \
  /* 1000: the message itself */                                                                        \
  X(message_not_object, 1001, "The message must be a JSON object.")                                     \
  X(request_unknown, 1002, "There is no such request.")                                                 \
  X(element_missing, 1003, "A required element is missing.")                                            \
  X(element_invalid, 1004, "An element has the wrong type, an unknown value, or is out of range.")      \
  X(message_too_large, 1005, "The message has more elements or longer strings than any request needs.") \
  X(jsep_missing, 1006, "This request needs a jsep with an SDP.")                                       \
  X(jsep_unexpected, 1007, "This request takes no jsep, or not one of this type.")                      \
  X(sdp_invalid, 1008, "The SDP cannot be parsed.")                                                     \
  X(sdp_without_media, 1009, "The SDP offers no audio or video that is sent to the room.")              \
  X(codec_not_in_room, 1010, "The SDP does not offer the codec that this room was created with.")       \
  X(sdp_transport_unusable, 1011, "The SDP's transport cannot be used; the detail says why.")           \
  X(not_a_restart, 1012, "The SDP changes more than an ICE restart does; begin a new PeerConnection.")  \
  /* 2000: rooms */                                                                                     \
  X(room_unknown, 2001, "There is no such room.")                                                       \
  X(room_exists, 2002, "A room with this id exists already.")                                           \
  X(room_full, 2003, "The room has as many participants as it admits.")                                 \
  X(rooms_full, 2004, "The server has as many rooms as it admits.")                                     \
  X(mode_forbids, 2005, "The room's mode does not carry media through the server.")                     \
  X(secret_wrong, 2006, "The secret does not open this door.")                                          \
  X(room_closed, 2007, "The room has closed.")                                                          \
  X(room_locked, 2008, "The room is locked: nobody new may come in.")                                   \
  X(token_missing, 2101, "This server admits nobody without a join token.")                             \
  X(token_malformed, 2102, "The join token cannot be read, or lacks what it must say.")                 \
  X(token_algorithm, 2103, "The join token is signed in a way that is not accepted.")                   \
  X(token_key_unknown, 2104, "The join token is signed with a key that is not accepted.")               \
  X(token_signature, 2105, "The join token's signature is wrong.")                                      \
  X(token_expired, 2106, "The join token's time is over.")                                              \
  X(token_not_yet_valid, 2107, "The join token's time has not begun.")                                  \
  X(token_other_room, 2108, "The join token is for another room.")                                      \
  X(token_other_user, 2109, "The join token is for another user.")                                      \
  X(token_other_role, 2110, "The join token is for another role.")                                      \
  X(pin_wrong, 2111, "The pin does not open this room.")                                                \
  /* 3000: sessions */                                                                                  \
  X(not_joined, 3001, "Join a room on this handle first.")                                              \
  X(already_joined, 3002, "This handle has joined a room already.")                                     \
  X(session_unknown, 3003, "There is no such session; join again.")                                     \
  X(session_stale, 3004, "A newer session has taken the place of this one; join again.")                \
  X(session_not_yours, 3005, "This session belongs to another handle.")                                 \
  X(join_superseded, 3006, "A newer attempt of the same client has joined already.")                    \
  X(join_stopped, 3007, "The client left after it began this attempt to join.")                         \
  /* 4000: roles and the host lease */                                                                  \
  X(not_permitted, 4001, "The role of this participant does not allow that.")                           \
  X(host_taken, 4002, "Somebody else is host; join as controller or viewer.")                           \
  X(controllers_full, 4003, "The room has as many controllers as it admits.")                           \
  X(user_unknown, 4004, "There is no such participant in the room.")                                    \
  X(user_absent, 4005, "That participant is not present now.")                                          \
  X(user_not_eligible, 4006, "That participant cannot be given this.")                                  \
  X(promotion_over, 4007, "This promotion was answered, withdrawn or has timed out.")                   \
  X(host_present, 4008, "The role of host can be claimed only while the room has no host.")             \
  X(role_unknown, 4009, "The room defines no such role.")                                               \
  X(control_held, 4010, "This participant has control already.")                                        \
  X(control_not_requested, 4011, "This participant has not asked for control.")                         \
  X(muted, 4012, "The host has muted this participant.")                                                \
  /* 5000: media */                                                                                     \
  X(already_publishing, 5001, "This session publishes already; unpublish first.")                       \
  X(not_publishing, 5002, "This handle does not publish.")                                              \
  X(already_subscribed, 5003, "This handle has a subscription already.")                                \
  X(not_subscribed, 5004, "Subscribe on this handle first.")                                            \
  X(handle_busy, 5005, "This handle carries other media, or still closes them; attach another one.")    \
  X(connections_full, 5006, "This session has as many handles as it may have.")                         \
  X(transport_not_offered, 5007, "This server does not offer that transport in this room.")             \
  X(transport_full, 5008, "The transport has as many peers as it takes; use another one.")              \
  /* 6000: signals */                                                                                   \
  X(signals_full, 6001, "That participant has as many signals waiting as it may; try again later.")     \
  X(signals_broken, 6002, "Too much was lost to go on with signals; join again without going on.")      \
  X(signal_passed_over, 6003,                                                                           \
    "A signal with a higher number was accepted before; give this one a new number.")                   \
  /* 7000: activities */                                                                                \
  X(activity_none, 7001, "The room has no activity now.")                                               \
  X(activity_exists, 7002, "The room has an activity already; close it first.")                         \
  X(activity_unknown, 7003, "The server offers no such activity.")                                      \
  X(activity_stale, 7004, "The activity has moved on since; this is how it is now.")                    \
  X(activity_command_unknown, 7005, "The activity knows no such command.")                              \
  X(activity_not_now, 7006, "The activity takes this command in another phase.")                        \
  /* 9000: the server */                                                                                \
  X(server_busy, 9001, "The server has too many requests waiting; try again shortly.")                  \
  X(server_stopping, 9002, "The server is shutting down.")                                              \
  X(server_failure, 9003, "The server failed to carry this out; the operator finds it in the log.")     \
  X(rate_limited, 9004, "This is more than is taken in so short a time; wait and send it again.")

enum class ErrorCode : std::uint16_t {
// NOLINTNEXTLINE(bugprone-macro-parentheses): an enumerator takes none
#define BATON_ERROR_ENUMERATOR(name, number, sentence) name = number,
  BATON_ERRORS(BATON_ERROR_ENUMERATOR)
#undef BATON_ERROR_ENUMERATOR
};

/// One row of the table.
struct ErrorRow {
  ErrorCode code;
  /// Stable identifier, such as `session_stale`.
  std::string_view name;
  /// One sentence for people.
  std::string_view sentence;
};

/// All rows, in the order of their numbers.
[[nodiscard]] std::span<const ErrorRow> error_table();

/// The row of `code`. Every enumerator has one.
[[nodiscard]] const ErrorRow& error_row(ErrorCode code);

}  // namespace baton::core
