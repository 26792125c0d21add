// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ids.hpp"

namespace baton::core::test {

/// The comparison that rooms are given where nobody can measure how long it takes to find a difference.
[[nodiscard]] inline bool same_secret(const SecretHash& one, const SecretHash& other) {
  return one.bytes() == other.bytes();
}

}  // namespace baton::core::test
