// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace baton::transport::direct::test {

/// How often this thread has allocated through operator new.
[[nodiscard]] std::size_t allocations();

}  // namespace baton::transport::direct::test
