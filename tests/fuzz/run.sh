#!/usr/bin/env bash
# Looks for new inputs: tests/fuzz/run.sh BUILD FOLDER READER... (README.md). FOLDER keeps what is found: the grown
# corpora, the logs, and the inputs of findings (READER/crash-..., READER/timeout-...). Ends with status 1 if there are.
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: $0 BUILD FOLDER READER..." >&2; exit 2; }
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
folder=$(cd "$2" && pwd)
shift 2
status=0
for reader in "$@"; do
  mkdir -p "$folder/$reader/corpus"
  options=(-max_total_time="${FUZZ_SECONDS:-1200}" -runs="${FUZZ_RUNS:-2000000}" -max_len=8192 -timeout=5 -rss_limit_mb=2048
           -malloc_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$folder/$reader/")
  [ ! -f "$here/dictionaries/$reader" ] || options+=(-dict="$here/dictionaries/$reader")
  "$build/tests/fuzz/fuzz_$reader" "${options[@]}" "$folder/$reader/corpus" "$here/corpus/$reader" \
    > "$folder/$reader/log" 2>&1 || status=1
  # "#2000000 DONE cov: 1234 ft: 5678 corp: 200/12Kb ..." or the finding's line
  printf '%s: %s\n' "$reader" "$(grep -aE 'DONE|^finding|SUMMARY' "$folder/$reader/log" | tail -1)"
done
exit $status
