// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/chat_history.hpp"

#include <utility>

#include "core/room_settings.hpp"

namespace baton::core {

ChatEntryRef ChatHistory::add(UserId from, std::string display_name, std::string text, Instant at) {
  last_ = last_.next();
  auto entry = std::make_shared<const ChatEntry>(
      ChatEntry{last_, std::move(from), std::move(display_name), std::move(text), at});
  bytes_ += entry->text.size();
  entries_.push_back(entry);
  while (entries_.size() > limits::kChatEntries || bytes_ > limits::kChatBytes) {
    bytes_ -= entries_.front()->text.size();
    entries_.pop_front();
  }
  return entry;
}

}  // namespace baton::core
