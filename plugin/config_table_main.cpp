// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>
#include <string_view>

#include "plugin/config_table.hpp"

/// Prints the table for the README, or with `sample` the sample file.
int main(int argc, char** argv) {
  const bool sample = argc == 2 && std::string_view(argv[1]) == "sample";
  if (argc > 1 && !sample) {
    std::fputs("Usage: baton_config_table [sample]\n", stderr);
    return 2;
  }
  const std::string text = sample ? baton::plugin::sample_file() : baton::plugin::docs_table();
  return std::fputs(text.c_str(), stdout) < 0 ? 1 : 0;
}
