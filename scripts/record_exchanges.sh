#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes docs/exchanges.md anew, from what a real Janus with this plugin answers. A browser test says when that is due.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
plugin=${1:?Usage: scripts/record_exchanges.sh PLUGIN}

BATON_PLUGIN=$plugin BATON_WRITE_EXCHANGES=1 node "$repository/tests/browser/run.mjs" exchanges
