// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>
#include <string_view>

#include "plugin/config_table.hpp"
#include "plugin/error_document.hpp"

/// Prints what documents hold of the code's tables: `config` for the README, `sample` for the sample file,
/// `errors` for the protocol. scripts/write_document_tables.sh puts them in their places.
int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  std::string text;
  if (what == "config") {
    text = baton::plugin::docs_table();
  } else if (what == "sample") {
    text = baton::plugin::sample_file();
  } else if (what == "errors") {
    text = baton::plugin::error_document();
  } else {
    std::fputs("Usage: baton_document_tables config|sample|errors\n", stderr);
    return 2;
  }
  return std::fputs(text.c_str(), stdout) < 0 ? 1 : 0;
}
