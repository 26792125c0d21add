// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

}  // namespace baton::plugin::test
