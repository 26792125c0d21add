// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>

namespace baton::fuzz {

/// Ends the process when something that must hold does not: libFuzzer keeps the input.
inline void expect(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace baton::fuzz
