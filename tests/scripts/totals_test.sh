#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whether ./test adds up what its parts report: a failure that is not counted is worse than no test.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/lib/common.sh
. "$repository/scripts/lib/common.sh"
# shellcheck source=scripts/lib/totals.sh
. "$repository/scripts/lib/totals.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
wrong=0

# expect WHAT PASSED FAILED SKIPPED: compares the totals since the last time.
expect() {
  if [[ "$passed $failed $skipped" != "$2 $3 $4" ]]; then
    complain "  $1: $passed passed, $failed failed, $skipped skipped, and not $2, $3 and $4."
    wrong=1
  fi
  passed=0 failed=0 skipped=0
}

printf '<?xml version="1.0"?>\n<testsuite name="x"\n\ttests="9"\n\tfailures="2"\n\tdisabled="1"\n\tskipped="3"\n\thostname=""\n>' >"$folder/junit.xml"
count_junit "$folder/junit.xml"
expect "Failures that ctest wrote down" 3 2 4
count_junit "$folder/missing.xml"
expect "A report that is missing" 0 1 0
: >"$folder/empty.xml"
count_junit "$folder/empty.xml"
expect "A report that is empty" 0 1 0
printf 'some talk\n4 passed, 1 failed, 2 skipped\n' >"$folder/log"
count_last_line "$folder/log" "It"
expect "A last line" 4 1 2
printf 'Killed\n' >"$folder/log"
count_last_line "$folder/log" "It" 2>/dev/null
expect "A program without a last line" 0 1 0

if ((wrong == 0)); then
  say "  What the parts report is added up."
fi
exit "$wrong"
