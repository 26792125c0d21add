// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Session descriptions for tests.
namespace baton::plugin::test {

/// A file of the folder `fixtures`, such as `chromium/publish`. Fails the test if it is not there.
[[nodiscard]] std::string fixture(std::string_view name);

/// What the gateway leaves of a browser's description when it hands it to a plugin.
[[nodiscard]] std::string as_handed_over(const std::string& sdp);

/// The m-lines of a description, each with all that follows it.
[[nodiscard]] std::vector<std::string> media_sections(const std::string& sdp);

/// Whether a text has this very line.
[[nodiscard]] bool has_line(const std::string& sdp, std::string_view line);

/// The text with every occurrence replaced. Fails the test if there is none, so that no case tests nothing.
[[nodiscard]] std::string replaced(std::string text, std::string_view what, std::string_view with);

/// The same within one m-line and what follows it.
[[nodiscard]] std::string replaced_in_section(const std::string& text, std::size_t section,
                                              std::string_view what, std::string_view with);

/// Where a change is made to a description: in all of it, or in one m-line and what follows that.
enum class Where : std::uint8_t { everywhere, first_medium, second_medium };
struct Change {
  Where where;
  std::string what;
  std::string with;
};
[[nodiscard]] std::string changed(const std::string& text, const Change& change);

}  // namespace baton::plugin::test
