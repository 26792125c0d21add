// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace baton::bench {

/// Gives a viewer's account packets with each fault that there is, and says on the error output which of them
/// it did not report, or reported without reason.
/// @return  whether all was as it should be
[[nodiscard]] bool check_that_faults_are_seen();

}  // namespace baton::bench
