# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The parts of ./test, one function each: part_NAME [ARGUMENT...]. Sourced by ./test.
# Each says what it does and calls `count PASSED FAILED [SKIPPED]`; see totals.sh.

: "${repository:?must be the root of the repository}"
# shellcheck source=scripts/lib/common.sh
. "$repository/scripts/lib/common.sh"
# shellcheck source=scripts/lib/totals.sh
. "$repository/scripts/lib/totals.sh"

reports=$repository/build/reports

# Folders of unit tests: every one below tests/ that is not the business of another part.
unit_folders() {
  local folder name
  for folder in "$repository"/tests/*/CMakeLists.txt; do
    name=$(basename "$(dirname "$folder")")
    case $name in
      bench | browser | fuzz | plugin | sim | soak | web) ;;
      *) say "$name" ;;
    esac
  done
}

# The files that are ours to format.
cpp_files() {
  find "$repository"/{core,examples,framework,plugin,tests,transports} \
    -name node_modules -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print0
}

part_format() {
  local files=()
  mapfile -d '' -t files < <(cpp_files)
  if ((${#files[@]} == 0)); then
    complain "  There is no file to check."
    return
  fi
  local wrong
  # One line for each file; where in it, clang-format puts right by itself.
  if wrong=$(clang-format --dry-run -Werror "${files[@]}" 2>&1); then
    say "  ${#files[@]} files are formatted as .clang-format says."
    count 1 0
  else
    sed -n 's/^\([^ :]*\):[0-9].*/\1/p' <<<"$wrong" | sort -u | sed "s|^$repository/|  not formatted: |"
    complain "  'clang-format -i FILE' puts it right."
    count 0 1
  fi
  local shell_files=("$repository"/{run,test,.ci/run} "$repository"/scripts/lib/*.sh "$repository"/tests/scripts/*.sh)
  if (cd "$repository" && shellcheck --external-sources "${shell_files[@]}"); then
    say "  ${#shell_files[@]} shell scripts pass shellcheck."
    count 1 0
  else
    count 0 1
  fi
  if "$repository/tests/scripts/totals_test.sh"; then
    count 1 0
  else
    count 0 1
  fi
}

part_tidy() {
  # Only the compile commands are needed, not the build.
  logged "$repository/build/logs/dev-configure.log" "Configuring dev" cmake -S "$repository" --preset dev \
    || { count 0 1; return; }
  if node "$repository/scripts/tidy.mjs" "$repository/build/dev"; then
    count 1 0
  else
    count 0 1
  fi
}

# run_ctest PRESET FOLDER ARGUMENT...: runs the tests of one folder of a build and counts them.
run_ctest() {
  local preset=$1 folder=$2 result
  shift 2
  result=$reports/ctest-$preset-${folder//\//-}.xml
  rm -f "$result"
  local command=(ctest --test-dir "$repository/build/$preset/$folder" --output-on-failure --no-tests=ignore
    --output-junit "$result" --parallel "$(nproc)" "$@")
  # ThreadSanitizer does not start where addresses are randomized more than it expects, as newer kernels do.
  if [[ $preset == tsan ]] && setarch --addr-no-randomize true 2>/dev/null; then
    command=(setarch --addr-no-randomize "${command[@]}")
  fi
  UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-} "${command[@]}" </dev/null || true
  count_junit "$result"
}

part_unit() {
  local folders targets folder
  mapfile -t folders < <(unit_folders)
  targets=("${folders[@]/#/tests/}")
  build asan-ubsan "${targets[@]/%//all}" || { count 0 1; return; }
  for folder in "${targets[@]}"; do
    run_ctest asan-ubsan "$folder"
  done
}

part_sim() {
  # The measurements are not run here, but they have to go on compiling against the core.
  build release tests/sim/all tests/bench/all || { count 0 1; return; }
  run_ctest release tests/sim
  local simulator=$repository/build/release/tests/sim/baton_sim
  if [[ ! -x $simulator ]]; then
    complain "  There is no simulator."
    count 0 1
  elif "$simulator" "$@"; then
    count 1 0
  else
    count 0 1
  fi
}

part_abi() {
  local folder
  if build asan-ubsan tests/plugin/all; then
    run_ctest asan-ubsan tests/plugin
  else
    count 0 1
  fi
  # What has threads. The transports' tests have, too; under AddressSanitizer they are unit tests.
  if build tsan baton_framework_tests baton_server_tests baton_plugin_tests tests/transports/all; then
    for folder in tests/plugin tests/transports; do
      run_ctest tsan "$folder" --label-exclude unit
    done
  else
    count 0 1
  fi
}

part_web() {
  local tap=$reports/web.tap status=0 outcome
  # The lines of TAP that sum up: "# pass 111".
  logged "$repository/build/logs/web.log" "Running the tests of the client library" \
    node --test --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$tap" "$repository"/tests/web/*.test.js || status=1
  outcome=$(sed -n 's/^# \(pass\|fail\|cancelled\|skipped\) \([0-9]*\)$/\1=\2/p' "$tap" 2>/dev/null | tail -n 4)
  if ! [[ $outcome =~ pass=([0-9]+).fail=([0-9]+).cancelled=([0-9]+).skipped=([0-9]+) ]]; then
    complain "  The tests of the client library ended without a summary."
    count 0 1
    return
  fi
  local bad=$((BASH_REMATCH[2] + BASH_REMATCH[3]))
  if ((status != 0 && bad == 0)); then
    bad=1
  fi
  count "${BASH_REMATCH[1]}" "$bad" "${BASH_REMATCH[4]}"
}

part_browser() {
  local output=$repository/build/logs/browser.log
  install_browser_modules || { count 0 1; return; }
  build release janus_baton baton_direct_sdp baton_link_emulator || { count 0 1; return; }
  node "$repository/tests/browser/run.mjs" "$@" 2>&1 | tee "$output" || true
  count_last_line "$output" "The browser tests"
}

# The longer form of the browser part's load.test.mjs, with a report of its own; and viewers by direct who come and go.
part_load() {
  local output=$repository/build/logs/load.log
  install_browser_modules || { count 0 1; return; }
  build release janus_baton || { count 0 1; return; }
  BATON_LOAD=long BATON_REPORTS=$reports/load node "$repository/tests/browser/run.mjs" load 2>&1 | tee "$output" || true
  count_last_line "$output" "The load test"
  build release baton_bench_media_client || { count 0 1; return; }
  node "$repository/tests/bench/media/bench.mjs" --build build/release --readings "$reports/load-rounds.jsonl" \
    --viewers 1000 --rounds 10 2>&1 | tee "$repository/build/logs/load-rounds.log" || true
  count_last_line "$repository/build/logs/load-rounds.log" "The rounds of viewers"
}

# The longer form of the browser part's link.test.mjs, with a report of its own.
part_link() {
  local output=$repository/build/logs/link.log
  install_browser_modules || { count 0 1; return; }
  build release janus_baton baton_link_emulator || { count 0 1; return; }
  BATON_LINK=long BATON_REPORTS=$reports/link node "$repository/tests/browser/run.mjs" "through links" 2>&1 | tee "$output" || true
  count_last_line "$output" "The link test"
}

part_bench() {
  local output=$repository/build/logs/bench.log
  if [[ ${1:-} == --media ]]; then
    shift
    bench_media "$@"
    return
  fi
  build release baton_bench_heartbeat || { count 0 1; return; }
  "$repository/build/release/tests/bench/baton_bench_heartbeat" "$@" 2>&1 | tee "$output" || true
  count_last_line "$output" "The measurement"
}

# What a packet to a viewer costs, on the real Janus. --resume takes up a run that ended early.
bench_media() {
  local output=$repository/build/logs/bench-media.log
  if [[ ${1-} == --help ]]; then
    node "$repository/tests/bench/media/bench.mjs" --help
    exit
  fi
  build release janus_baton baton_bench_media_client baton_bench_direct_floor || { count 0 1; return; }
  node "$repository/tests/bench/media/bench.mjs" --build build/release --readings "$reports/bench-media.jsonl" \
    --json "$reports/bench-media.json" "$@" 2>&1 | tee "$output" || true
  count_last_line "$output" "The measurement of media"
}

part_fuzz() {
  local seconds=20
  while (($# > 0)); do
    case $1 in
      --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
      *) die "The part fuzz knows no $1." ;;
    esac
  done
  build fuzz tests/fuzz/all || { count 0 1; return; }
  local fuzzers=() at_once first
  mapfile -t fuzzers < <(find "$repository/build/fuzz/tests/fuzz" -maxdepth 1 -name 'baton_fuzz_*' -type f -executable | sort)
  at_once=$(nproc)
  for ((first = 0; first < ${#fuzzers[@]}; first += at_once)); do
    run_fuzzers "$seconds" "${fuzzers[@]:first:at_once}"
  done
}

# run_fuzzers SECONDS EXECUTABLE...: all of them at the same time, since each has one thread, and counts how they ended.
run_fuzzers() {
  local seconds=$1 fuzzer name log status started=() next=0
  shift
  for fuzzer in "$@"; do
    name=$(basename "$fuzzer")
    say "  $name for $seconds s ..."
    fuzz "$fuzzer" "$seconds" </dev/null >"$repository/build/logs/$name.log" 2>&1 &
    started+=("$!")
  done
  for fuzzer in "$@"; do
    name=$(basename "$fuzzer")
    log=$repository/build/logs/$name.log
    status=0
    wait "${started[next]}" || status=$?
    next=$((next + 1))
    if ((status == 0)); then
      say "    $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
      count 1 0
    else
      complain "  $name failed (exit code $status). The end of $log:"
      tail -n 60 "$log" | sed 's/^/    | /' >&2
      complain "    The input that did it is in $reports/fuzz."
      count 0 1
    fi
  done
}

# fuzz EXECUTABLE SECONDS: starts from the seeds in tests/fuzz/corpus/<name>, and keeps what it learnt in build/.
fuzz() {
  local name corpus seeds folders
  name=$(basename "$1")
  corpus=$repository/build/fuzz/corpus/$name
  seeds=$repository/tests/fuzz/corpus/${name#baton_fuzz_}
  mkdir -p "$corpus" "$reports/fuzz"
  folders=("$corpus")
  if [[ -d $seeds ]]; then
    folders+=("$seeds")
  fi
  "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$reports/fuzz/$name-" "${folders[@]}"
}
