// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "framework/json.hpp"

/// Parts of a message whose form is the application's own affair. Refuses like the readers of elements do
/// (plugin/request_elements.hpp).
namespace baton::plugin {

struct PayloadLimits {
  /// Of compact JSON.
  std::size_t bytes;
  /// How many lists or objects may be inside of one another: whatever reads or writes them goes by recursion.
  int depth;
};

/// Writes `payload`, which the message names `name`, down compactly. Refuses with `message_too_large` what is
/// beyond the limits, after looking at no more of it than they allow.
[[nodiscard]] std::string payload_text(framework::JsonView payload, const char* name,
                                       const PayloadLimits& limits);

}  // namespace baton::plugin
