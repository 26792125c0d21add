// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/error_table.hpp"
#include "plugin/config_keys.hpp"
#include "tests/plugin/baton/baton_client.hpp"

namespace baton::testing {

/// A server on which every kind of refusal can be had: rooms, viewers, controllers and connections are all at
/// their limits, and one of each kind of participant is there.
///
/// Room `stage` (VP8, secret `s3cret`) has the host `ada`, who publishes; the controllers `bob`, who is
/// subscribed, and `flo`, who is offline; the viewers `cyd`, who has all the handles a session may have, and
/// `dan`, whose first session was replaced by a second one and who is muted; and `sol`, a `spectator`, which
/// is a role without any right. `gus` was there and has left. Room `peers` is of mode p2p, locked, and has
/// the host `pia`. Room `other` has the host `otto`, whose line of signals is broken, and a controller who
/// keeps as many signals for `otto` as may wait; it carries a game of poker that has not begun.
struct Stage {
  Stage();

  /// All that a refused request must not change, as text: the snapshots of the rooms and their list.
  [[nodiscard]] std::string picture();

  Baton baton;
  Client ada, bob, flo, cyd, dan_replaced, dan, sol, gus, pia, otto, ivy;
  std::vector<Client> more_of_cyd;
  /// A handle that has joined nothing.
  Client stranger;

private:
  void break_the_line_of_otto();

public:
  static constexpr const char* kRoom = "stage";
  static constexpr const char* kSecret = "s3cret";
};

/// One thing that must be refused.
struct RefusalRow {
  std::string what;
  core::ErrorCode expected;
  std::function<Answer(Stage&)> act;
};
using RefusalRows = std::vector<RefusalRow>;

/// By what is wrong: the message's form, elements, SDPs, sessions, roles and limits, settings.
[[nodiscard]] RefusalRows message_rows();
[[nodiscard]] RefusalRows sdp_rows();
[[nodiscard]] RefusalRows session_rows();
[[nodiscard]] RefusalRows role_rows();
[[nodiscard]] RefusalRows setting_rows();
[[nodiscard]] RefusalRows peer_rows();
[[nodiscard]] RefusalRows activity_rows();

/// A signal with a short payload.
[[nodiscard]] framework::Json signal(const Client& from, const char* to, int number);

/// Whether the setting is a whole number, such as a time.
[[nodiscard]] bool is_number(const plugin::RoomKey& key);

/// A Chromium offer of audio and video, as Janus hands it over.
[[nodiscard]] framework::Jsep publish_offer();
/// A Chromium answer to the offer of a VP8 room.
[[nodiscard]] framework::Jsep subscribe_answer();
[[nodiscard]] framework::Jsep offer_of(std::string sdp);
[[nodiscard]] framework::Jsep answer_of(std::string sdp);

}  // namespace baton::testing
