// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::core {

/// Numbers the chat of a room, from 1.
using ChatNumber = NumericId<struct ChatNumberTag>;

/// One line that somebody wrote to everybody.
struct ChatEntry {
  ChatNumber number;
  UserId from;
  /// As it was when this was written; the participant may be gone.
  std::string display_name;
  std::string text;
  Instant at;
};

/// Shared by the history, snapshots and events: it never changes.
using ChatEntryRef = std::shared_ptr<const ChatEntry>;

/// The latest of a room's chat, for those who come late. Holds at most `limits::kChatEntries` entries and
/// `limits::kChatBytes` bytes of text; the oldest go first.
class ChatHistory {
public:
  /// Numbers the entry and keeps it.
  ChatEntryRef add(UserId from, std::string display_name, std::string text, Instant at);
  [[nodiscard]] const std::deque<ChatEntryRef>& entries() const { return entries_; }

private:
  std::deque<ChatEntryRef> entries_;
  std::size_t bytes_ = 0;
  ChatNumber last_;
};

}  // namespace baton::core
