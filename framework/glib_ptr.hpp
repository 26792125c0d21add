// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <glib.h>

#include <memory>

/// Owners of what GLib allocates.
namespace baton::framework {

struct GFree {
  void operator()(void* memory) const noexcept { g_free(memory); }
};

/// Owns a string that must be freed by `g_free`.
using GCharPtr = std::unique_ptr<char, GFree>;

}  // namespace baton::framework
