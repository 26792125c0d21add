#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: check_symbols.sh PLUGIN.so /path/to/janus
# Janus loads plugins with RTLD_NOW | RTLD_GLOBAL: an additional exported symbol may clash with another plugin, and a
# symbol that nobody provides keeps the plugin from loading.
set -euo pipefail

plugin=$1
janus=$2

exported=$(nm -D --defined-only "$plugin" | awk '{print $NF}')
if [ "$exported" != create ]; then
  echo "Exported should be create, and is:"
  echo "$exported"
  exit 1
fi

# Symbols without their versions, one per line.
defined_by() { nm -D --defined-only "$1" | awk '{sub(/@.*/, "", $NF); print $NF}'; }

# The sanitizers' runtimes are among the libraries that ldd lists.
libraries=$(ldd "$plugin" | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\// {print $1}')
provided=$(
  {
    defined_by "$janus"
    for library in $libraries; do defined_by "$library"; done
  } | sort -u
)
# A weak symbol may stay without a definition.
needed=$(nm -D --undefined-only "$plugin" | awk '$1 == "U" {sub(/@.*/, "", $2); print $2}' | sort -u)
missing=$(comm -23 <(echo "$needed") <(echo "$provided"))
if [ -n "$missing" ]; then
  echo "Nobody provides:"
  echo "$missing" | c++filt
  exit 1
fi
echo "$(echo "$needed" | wc -l) needed symbols are provided; only create is exported."
