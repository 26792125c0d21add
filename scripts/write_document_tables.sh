#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the tables that documents hold of the code's own into their places. A test says when that is due.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tables=${1:?Usage: scripts/write_document_tables.sh BUILD_FOLDER}/plugin/baton_document_tables

# A document must not be emptied because there is nothing to put into it.
if [[ ! -x $tables ]]; then
  echo "There is no $tables: build the target baton_document_tables first." >&2
  exit 1
fi

# between FILE NAME: replaces what stands between the marks of this name by standard input.
between() {
  local fresh
  fresh=$(mktemp)
  awk -v name="$2" '
    FNR == NR { text = text $0 "\n"; next }
    $0 == "<!-- " name ": end -->" { inside = 0 }
    !inside { print }
    $0 == "<!-- " name ": begin -->" { printf "%s", text; inside = 1 }
  ' /dev/stdin "$1" >"$fresh"
  cat "$fresh" >"$1"
  rm "$fresh"
}

"$tables" config | between "$repository/README.md" configuration
"$tables" errors | between "$repository/docs/protocol.md" errors
"$tables" sample >"$repository/conf/janus.plugin.baton.jcfg.sample"
