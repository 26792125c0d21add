// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

/// Lines in Janus's log, in Janus's format. For the control path only: the packet path counts instead.
namespace baton::framework {

/// Janus's `debug_level`: a line is written when its level is at most that one. The default is `info`.
enum class LogLevel : std::uint8_t { fatal = 1, error = 2, warning = 3, info = 4, verbose = 5, huge = 6 };

/// Whether a line of this level would be written, for lines that are costly to build.
[[nodiscard]] bool log_enabled(LogLevel level);

/// Writes "[<package>] <text>". Control characters in `text`, which may come from a client, are written as
/// '?', so that nobody can forge lines.
void log(LogLevel level, std::string_view text);

/// The name that lines carry, the plugin's package. Set by `init`; must live for ever.
void set_log_prefix(const char* package);

}  // namespace baton::framework
