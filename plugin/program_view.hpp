// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::plugin {

/// What viewers see of the program.
struct ProgramView {
  enum class State : std::uint8_t {
    empty,   ///< nothing was shown yet
    on_air,  ///< the picture comes from the user's feed
    held,    ///< the last picture stands
  };
  State state = State::empty;
  /// Whose picture it is; while held, whose it was.
  std::optional<core::UserId> user;
  std::optional<core::Instant> switched_at;
};

}  // namespace baton::plugin
