// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/secrecy.hpp"

#include <cmath>
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

void collect(const std::optional<ActivityView>& view, std::vector<const ActivityView*>& all) {
  if (view) {
    all.push_back(&*view);
  }
}
void collect(const std::optional<ActivityState>& state, std::vector<const ActivityView*>& all) {
  if (state) {
    all.push_back(&state->view);
  }
}

std::vector<const ActivityView*> views_in(const Effect& effect) {
  std::vector<const ActivityView*> all;
  if (const auto* refusal = std::get_if<Refusal>(&effect)) {
    collect(refusal->activity, all);
  } else if (const auto* notify = std::get_if<Notify>(&effect)) {
    if (const auto* changed = std::get_if<ActivityChanged>(&notify->event)) {
      collect(changed->activity, all);
    }
  } else if (const auto* reply = std::get_if<Reply>(&effect)) {
    if (const auto* joined = std::get_if<JoinAccepted>(&reply->body)) {
      collect(joined->snapshot.activity, all);
    } else if (const auto* synchronized = std::get_if<Synchronized>(&reply->body)) {
      collect(synchronized->snapshot.activity, all);
    } else if (const auto* accepted = std::get_if<ActivityAccepted>(&reply->body)) {
      collect(accepted->activity, all);
    }
  }
  return all;
}

}  // namespace

std::optional<std::string> find_leak(const ActivityModel& game, const ActivityView& view) {
  // A view of now is judged by what the phase is, not by what it says; one that was told earlier in the same
  // step has nothing else to go by.
  const bool says_open = view.phase == "revealed" || view.phase == "finished";
  const bool open = view.version == game.version ? game.cards_are_open() : says_open;
  const auto* state = view.state.get<Value::Members>();
  if (!game.is_poker() || open || state == nullptr) {
    return std::nullopt;
  }
  for (const auto& [name, member] : *state) {
    const bool tells_of_no_vote = name == "deck" || name == "finished" || name == "round" || name == "topic";
    if (tells_of_no_vote) {
      continue;
    }
    if (name == "statistics") {
      return name;
    }
    if (auto found = Search(game).in(member, name)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<std::string> find_leak(const ActivityModel& game, const Effect& effect) {
  for (const ActivityView* view : views_in(effect)) {
    if (auto found = find_leak(game, *view)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace baton::sim
