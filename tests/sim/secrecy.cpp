// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/secrecy.hpp"

#include <cmath>
#include <string_view>
#include <variant>
#include <vector>

namespace baton::sim {

using namespace core;

namespace {

/// Walks through a value, member by member, and looks for cards that nobody but their owners may see.
class Search {
public:
  explicit Search(const ActivityModel& game) : game_(game) {}

  [[nodiscard]] std::optional<std::string> in(const Value& value, const std::string& path) const {
    if (const auto* list = value.get<Value::List>()) {
      for (std::size_t i = 0; i < list->size(); ++i) {
        if (auto found = in((*list)[i], path + "[" + std::to_string(i) + "]")) {
          return found;
        }
      }
      return std::nullopt;
    }
    if (const auto* members = value.get<Value::Members>()) {
      for (const auto& [name, member] : *members) {
        if (is_secret(Value(name))) {
          return path + ", a name";
        }
        if (auto found = in(member, path + "." + name)) {
          return found;
        }
      }
      return std::nullopt;
    }
    return is_secret(value) ? std::optional(path) : std::nullopt;
  }

private:
  [[nodiscard]] bool is_secret(const Value& leaf) const {
    for (const auto& [user, card] : game_.votes) {
      const auto points = points_of(card);
      const auto* text = leaf.get<std::string>();
      const auto* whole = leaf.get<std::int64_t>();
      const auto* real = leaf.get<double>();
      const bool shown = (text != nullptr && *text == card) ||
                         (whole != nullptr && points && *whole == *points) ||
                         (real != nullptr && points && std::abs(*real - static_cast<double>(*points)) < 0.01);
      if (shown) {
        return true;
      }
    }
    return false;
  }

  const ActivityModel& game_;
};

/// Something that is shown of an activity: a state, or what changed in one.
struct Shown {
  std::string_view phase;
  ActivityVersion version;
  const Value& content;
};

std::vector<Shown> shown_of(const ActivityView& view) {
  return {{view.phase, view.version, view.state}};
}
std::vector<Shown> shown_of(const ActivityNews& news) {
  return {{news.outline.phase, news.outline.version, news.content}};
}

std::vector<Shown> shown_in(const Effect& effect) {
  if (const auto* refusal = std::get_if<Refusal>(&effect)) {
    return refusal->activity ? shown_of(refusal->activity->view) : std::vector<Shown>();
  }
  if (const auto* notify = std::get_if<Notify>(&effect)) {
    const auto* changed = std::get_if<ActivityChanged>(&notify->event);
    return changed != nullptr && changed->news != nullptr ? shown_of(*changed->news) : std::vector<Shown>();
  }
  const auto* reply = std::get_if<Reply>(&effect);
  if (reply == nullptr) {
    return {};
  }
  if (const auto* accepted = std::get_if<ActivityAccepted>(&reply->body)) {
    return accepted->news != nullptr ? shown_of(*accepted->news) : std::vector<Shown>();
  }
  const RoomSnapshot* snapshot = nullptr;
  if (const auto* joined = std::get_if<JoinAccepted>(&reply->body)) {
    snapshot = &joined->snapshot;
  } else if (const auto* synchronized = std::get_if<Synchronized>(&reply->body)) {
    snapshot = &synchronized->snapshot;
  }
  return snapshot != nullptr && snapshot->activity ? shown_of(*snapshot->activity) : std::vector<Shown>();
}

std::optional<std::string> find_leak(const ActivityModel& game, const Shown& shown) {
  // A view of now is judged by what the phase is, not by what it says; one that was told earlier in the same
  // step has nothing else to go by.
  const bool says_open = shown.phase == "revealed" || shown.phase == "finished";
  const bool open = shown.version == game.version ? game.cards_are_open() : says_open;
  const auto* state = shown.content.get<Value::Members>();
  if (!game.is_poker() || open || state == nullptr) {
    return std::nullopt;
  }
  for (const auto& [name, member] : *state) {
    const bool tells_of_no_vote = name == "deck" || name == "finished" || name == "round" || name == "topic";
    if (tells_of_no_vote) {
      continue;
    }
    if (name == "statistics" && !member.is_nothing()) {
      return name;
    }
    if (auto found = Search(game).in(member, name)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_leak(const ActivityModel& game, const ActivityView& view) {
  return find_leak(game, shown_of(view).front());
}

std::optional<std::string> find_leak(const ActivityModel& game, const Effect& effect) {
  for (const Shown& shown : shown_in(effect)) {
    if (auto found = find_leak(game, shown)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace baton::sim
