// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A look over the text of a configuration file before libconfig sees it, since libconfig 1.5 takes two
/// things badly: a whole number beyond 32 bits without an `L` behind it silently becomes another number, and
/// an
/// `@include` of something that cannot be read ends the whole process.
namespace baton::plugin {

/// What cannot be handed to libconfig.
struct ScanProblem {
  unsigned line = 0;    ///< From 1.
  std::string where;    ///< The offending word.
  std::string problem;  ///< A phrase that follows it.
};

/// The text with an `L` behind each number that needs one, on the same lines; or what is wrong with it.
[[nodiscard]] std::variant<std::string, std::vector<ScanProblem>> scan_config_text(std::string_view text);

/// The name at the beginning of a line (from 1) of the text; empty if it begins otherwise.
[[nodiscard]] std::string_view name_at_line(std::string_view text, unsigned line);

}  // namespace baton::plugin
