// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace baton::bench {

/// Gives a viewer's account packets with each fault that there is, and says on the error output which of them
/// it did not report, or reported without reason.
/// @return  whether all was as it should be
[[nodiscard]] bool check_that_faults_are_seen();

/// Lets clients that check meet clients that answer, in this process and on loopback, and sends the stream
/// from the ones to the others.
/// @return  whether all of it arrived as it was sent
[[nodiscard]] bool check_that_both_sides_meet();

}  // namespace baton::bench
