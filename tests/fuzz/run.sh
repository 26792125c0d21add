#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every fuzz target of a build folder for some seconds each, from its seeds. Ends with an error at the first
# finding, and leaves the input that showed it in the scratch folder.
# Usage: tests/fuzz/run.sh <build folder> [seconds for each target]
set -eu
build=${1:?"usage: $0 <build folder> [seconds]"}
seconds=${2:-20}
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
# The seeds name the targets, so that one that was not built is an error and not left out.
for seeds in "$here"/corpus/*; do
  what=${seeds##*/}
  target=$build/tests/fuzz/baton_fuzz_$what
  mkdir -p "$scratch/$what"
  echo "== $what"
  "$target" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 -timeout=5 \
    -artifact_prefix="$scratch/$what-" "$scratch/$what" "$seeds" 2>"$scratch/$what.log" || {
    cat "$scratch/$what.log"
    echo "finding kept in $scratch" >&2
    exit 1
  }
  grep number_of_executed_units "$scratch/$what.log" || true
done
rm -rf "$scratch"
