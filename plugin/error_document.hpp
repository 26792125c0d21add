// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace baton::plugin {

/// The error table as Markdown, for docs/protocol.md.
[[nodiscard]] std::string error_document();

}  // namespace baton::plugin
