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
/// `event_loops` of the configuration; 0 for none.
void set_static_event_loops(int count);

}  // namespace baton::testing
