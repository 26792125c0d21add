// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/event_loops.hpp"

#include <dlfcn.h>

namespace baton::framework {

std::optional<std::size_t> shared_event_loops() {
  // Not a part of what plugins are promised, so a Janus without it must load the plugin all the same.
  static void* const kFound = dlsym(RTLD_DEFAULT, "janus_ice_get_static_event_loops");
  if (kFound == nullptr) {
    return std::nullopt;
  }
  const int count = reinterpret_cast<int (*)()>(kFound)();
  return count > 0 ? std::optional(static_cast<std::size_t>(count)) : std::nullopt;
}

}  // namespace baton::framework
