// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

/// The functions and variables that Janus's executable exports to plugins, as far as they are used. They are
/// exported by the test's executable, which must be linked with -rdynamic.
namespace baton::testing {

/// Lines written to the log since the last call.
std::vector<std::string> take_captured_log();
void set_captured_log_level(int level);
void set_exported_version(int number);

}  // namespace baton::testing
