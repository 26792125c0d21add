// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/activities/value.hpp"
#include "core/error_table.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::core {

/// Grows whenever an activity enters a phase. A command names the one it saw, so that of two people who press
/// the same button at once only one is heard: the other speaks of a phase that is over.
using ActivityVersion = NumericId<struct ActivityVersionTag>;

/// What a participant wants of an activity.
struct ActivityCommand {
  /// Such as `vote`. Unknown names are refused with `activity_command_unknown`.
  std::string name;
  Value arguments;
};

/// Who sends a command: hosts and controllers lead, everybody else takes part.
enum class ActivityPart : std::uint8_t { participant, leader };

/// What a room carries beside its picture: a state machine with phases, of which everybody sees the public
/// state and each participant its own secret one. Pure: time comes in as an argument. The room keeps the
/// version, calls one function at a time, and tells everybody after each change.
class Activity {
public:
  Activity() = default;
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;
  Activity(Activity&&) = delete;
  Activity& operator=(Activity&&) = delete;
  virtual ~Activity() = default;

  /// The phase, as clients know it.
  [[nodiscard]] virtual std::string_view phase() const = 0;
  /// What everybody may see, at any time. Nobody's secret is in it, not even that of one who has left.
  /// Where it has members, everybody is told those that changed, and no more: what there may be many of had
  /// better be members of a member, such as one for each participant, and no list; and what is not there had
  /// better be left out, since a difference cannot say that a member is nothing.
  [[nodiscard]] virtual Value public_state() const = 0;
  /// What `user` alone may see beyond that: its own.
  [[nodiscard]] virtual Value own_state(const UserId& user) const = 0;

  /// How often clients are asked to beat in this phase; nothing: as in the room.
  [[nodiscard]] virtual std::optional<Duration> heartbeat_interval() const { return std::nullopt; }

  /// What came of a command or of time.
  enum class Change : std::uint8_t {
    nothing,  ///< that anybody but the sender can see
    state,    ///< the same phase
    phase,    ///< another phase: the version grows
  };

  /// Carries a command of a participant out, or refuses and changes nothing.
  [[nodiscard]] virtual std::variant<Change, ErrorCode> handle(const UserId& user, ActivityPart part,
                                                               const ActivityCommand& command,
                                                               Instant now) = 0;
  /// Somebody has lost its place in the room, for good; or somebody else may have it, who joined afresh under
  /// the same user id.
  [[nodiscard]] virtual Change forget(const UserId& user) = 0;

  /// When something will happen by itself. `advance` is called then, once for each instant.
  [[nodiscard]] virtual std::optional<Instant> next_deadline() const { return std::nullopt; }
  [[nodiscard]] virtual Change advance(Instant /*now*/) { return Change::nothing; }

  /// Whether the state holds together, as the activity itself understands it: nothing, or what is wrong. The
  /// simulator asks after every step; the room asks at every phase, and calls `repair` if something is.
  [[nodiscard]] virtual std::optional<std::string> inconsistency() const { return std::nullopt; }
  /// Brings a state that does not hold together into the nearest that does.
  virtual void repair() {}
};

/// The activities that a server offers, by name. Filled at start, and not changed afterwards.
class ActivityCatalogue {
public:
  /// Makes an activity from the options that the host gave; refuses with `element_invalid`.
  using Make = std::function<std::variant<std::unique_ptr<Activity>, ErrorCode>(const Value& options)>;

  void add(std::string name, Make make) { kinds_.insert_or_assign(std::move(name), std::move(make)); }
  /// Null if there is no such activity.
  [[nodiscard]] const Make* find(std::string_view name) const {
    const auto found = kinds_.find(name);
    return found == kinds_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::vector<std::string> names() const;

private:
  std::map<std::string, Make, std::less<>> kinds_;
};

}  // namespace baton::core
