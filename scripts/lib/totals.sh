# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How many tests passed, failed and were skipped, over all parts of ./test. Sourced.

passed=0
failed=0
skipped=0

# count PASSED FAILED [SKIPPED]: adds to the totals. Called by the parts.
count() {
  passed=$((passed + $1))
  failed=$((failed + $2))
  skipped=$((skipped + ${3:-0}))
}

# count_junit FILE: counts what ctest wrote. Disabled tests and those that cannot run are skipped ones.
count_junit() {
  # Not the names of the totals: `count` would add to these instead, and a failure would be forgotten here.
  local suite tests failures left_out
  [[ -r $1 ]] || { count 0 1; return; }
  suite=$(tr '\n\t' '  ' <"$1" | grep -o -m 1 '<testsuite [^>]*>' | head -n 1) || { count 0 1; return; }
  tests=$(junit_attribute "$suite" tests)
  failures=$(junit_attribute "$suite" failures)
  left_out=$(($(junit_attribute "$suite" skipped) + $(junit_attribute "$suite" disabled)))
  count $((tests - failures - left_out)) "$failures" "$left_out"
}

junit_attribute() {
  sed -n "s/.* $2=\"\([0-9]*\)\".*/\1/p" <<<"$1"
}

# count_last_line FILE WHAT: counts what the program said in its last line, 'N passed, N failed'.
count_last_line() {
  local summary
  summary=$(tail -n 1 "$1")
  if [[ $summary =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:-0}"
  else
    complain "  $2 ended without a summary."
    count 0 1
  fi
}
