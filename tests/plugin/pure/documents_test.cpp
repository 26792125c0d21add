// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "plugin/config_table.hpp"
#include "plugin/error_document.hpp"

namespace baton::plugin {
namespace {

/// What stands between the marks of this name in a document; the text of a failure if there are none.
std::string between_marks(const std::string& file, const std::string& name) {
  std::ifstream stream(std::string(BATON_SOURCE_FOLDER) + "/" + file);
  std::stringstream content;
  content << stream.rdbuf();
  const std::string text = content.str();
  const std::string begin = "<!-- " + name + ": begin -->\n";
  const std::string end = "<!-- " + name + ": end -->";
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find(end);
  if (from == std::string::npos || to == std::string::npos) {
    return file + " has no marks named " + name;
  }
  return text.substr(from + begin.size(), to - from - begin.size());
}

// If one of these fails: scripts/write_document_tables.sh BUILD_FOLDER

TEST_CASE("The README holds the table of configuration as the code has it") {
  CHECK(between_marks("README.md", "configuration") == docs_table());
}

TEST_CASE("The protocol page holds the table of errors as the code has it") {
  CHECK(between_marks("docs/protocol.md", "errors") == error_document());
}

}  // namespace
}  // namespace baton::plugin
