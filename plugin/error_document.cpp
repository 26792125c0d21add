// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/error_document.hpp"

#include "core/error_table.hpp"

namespace baton::plugin {

std::string error_document() {
  std::string text = "| `error_code` | `error_name` | `error` begins with |\n|---|---|---|\n";
  for (const core::ErrorRow& row : core::error_table()) {
    text += "| " + std::to_string(static_cast<int>(row.code)) + " | `" + std::string(row.name) + "` | " +
            std::string(row.sentence) + " |\n";
  }
  return text;
}

}  // namespace baton::plugin
