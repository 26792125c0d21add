// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

/// The table of keys as texts for people, so that neither can say something else than the code does.
namespace baton::plugin {

/// The keys of the configuration as two tables in Markdown, for the README: of the server, and of rooms.
[[nodiscard]] std::string docs_table();

/// The sample file. Explanations begin with `# `, settings with `#` alone; without that `#` the settings are
/// the defaults, and a room `demo`.
[[nodiscard]] std::string sample_file();

}  // namespace baton::plugin
