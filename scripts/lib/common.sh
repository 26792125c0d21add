# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What ./run and ./test share: messages, installing what is missing, builds with a log. Sourced, never run.

: "${repository:?must be the root of the repository}"

# The Debian 12 packages, by what they are for.
# shellcheck disable=SC2034
{
  packages_build=(g++ cmake ninja-build ccache pkg-config)
  packages_plugin=(janus janus-dev libglib2.0-dev libjansson-dev libconfig-dev libjwt-dev libssl-dev libnice-dev
    libsrtp2-dev)
  packages_unit=(catch2)
  packages_format=(clang-format shellcheck)
  packages_tidy=(clang clang-tidy)
  packages_fuzz=(clang libclang-rt-14-dev)
  packages_network=(iproute2 nftables util-linux)
  packages_browser=(chromium)
  packages_firefox=(firefox-esr)
  packages_turn=(coturn)
}

say() {
  printf '%s\n' "$*"
}

complain() {
  printf '%s\n' "$*" >&2
}

die() {
  complain "$*"
  exit 1
}

# The background process that shows that something is still going on; see `logged`.
ticker=''
stop_ticker() {
  if [[ -n $ticker ]]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=''
  fi
}
trap stop_ticker EXIT

# logged LOG WHAT COMMAND...: runs the command with its output in the log, says what is going on and for how long,
# and shows the end of the log if it fails.
logged() {
  local log=$1 what=$2 began=$SECONDS status=0
  shift 2
  mkdir -p "$(dirname "$log")"
  say "  $what ..."
  (
    trap 'kill $! 2>/dev/null; exit 0' TERM
    while true; do
      sleep 15 >/dev/null 2>&1 &
      wait $!
      say "    $((SECONDS - began)) s: $(tail -n 1 "$log" 2>/dev/null | cut -c 1-110)"
    done
  ) &
  ticker=$!
  "$@" </dev/null >"$log" 2>&1 || status=$?
  stop_ticker
  if ((status != 0)); then
    complain "  $what failed (exit code $status). The end of $log:"
    tail -n 60 "$log" | sed 's/^/    | /' >&2
    return 1
  fi
  if ((SECONDS - began >= 5)); then
    say "    done after $((SECONDS - began)) s"
  fi
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "Installing packages needs root: run this as root, or install sudo."
  fi
}

# install_packages NAME...: installs those of the packages that are missing. The package lists are fetched only then.
install_packages() {
  local package missing=()
  if ! command -v dpkg-query >/dev/null; then
    complain "This is no Debian: make sure that what these packages hold is installed: $*"
    return
  fi
  for package in "$@"; do
    if [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
      missing+=("$package")
    fi
  done
  if ((${#missing[@]} == 0)); then
    return
  fi
  say "Installing ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 --quiet)
  local logs=$repository/build/logs
  if ((EUID != 0)) && command -v sudo >/dev/null; then
    sudo -v || die "Installing packages needs root."
  fi
  logged "$logs/apt-update.log" "Fetching the package lists" as_root "${apt[@]}" update \
    || die "The package lists could not be fetched."
  logged "$logs/apt-install.log" "Installing ${#missing[@]} packages" \
    as_root "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" \
    || die "The packages could not be installed."
}

# Node.js comes from Debian or from elsewhere, so the command counts, not the package.
install_node() {
  local wanted=()
  if ! command -v node >/dev/null; then
    wanted+=(nodejs)
  fi
  if [[ ${1:-} == with-npm ]] && ! command -v npm >/dev/null; then
    wanted+=(npm)
  fi
  if ((${#wanted[@]} > 0)); then
    install_packages "${wanted[@]}"
  fi
  if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)'; then
    die "Node.js 18 or newer is needed; $(command -v node) is $(node --version)."
  fi
}

# install_browser_modules: the npm modules of the tests with a real Janus.
install_browser_modules() {
  local folder=$repository/tests/browser
  if cmp --silent "$folder/package-lock.json" "$folder/node_modules/.installed-from"; then
    return
  fi
  logged "$repository/build/logs/npm.log" "Installing the modules of the browser tests" \
    npm --prefix "$folder" ci --no-audit --no-fund || return 1
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-from"
}

# build PRESET TARGET...: configures if need be and builds. A target ending in /all is everything of that folder.
build() {
  local preset=$1 logs=$repository/build/logs
  shift
  if [[ ! -f $repository/build/$preset/build.ninja ]]; then
    logged "$logs/$preset-configure.log" "Configuring $preset" cmake -S "$repository" --preset "$preset" || return 1
  fi
  logged "$logs/$preset-build.log" "Building $preset" \
    cmake --build "$repository/build/$preset" --parallel "$(nproc)" --target "$@"
}
