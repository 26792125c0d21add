// SPDX-License-Identifier: GPL-3.0-or-later

/** Thrown when a test needs what this machine does not allow; the test counts as skipped, with this reason. */
export class NotPossibleHere extends Error {}
