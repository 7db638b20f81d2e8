#!/usr/bin/env bash
# gpu_session.sh - builds, checks and measures on a GPU, most valuable part first; if killed, it keeps its results.
#
#   bench/gpu_session.sh collect DEPS             on Debian with a network: unpacks the build's dependencies into DEPS
#   bench/gpu_session.sh [--deps DEPS] [--commit C] [--minutes M] [--out OUT] [PART...]
#   bench/gpu_session.sh --list                   lists the parts (bench/gpu_session/parts.sh) in order
#
# The machine needs nvcc, CMake, Ninja and g++; cuDNN from the toolkit or from Python's nvidia packages; fmt, CLI11,
# nlohmann-json, zlib and GoogleTest from the system or from DEPS. OpenCV and oneDNN are not used. Without .git,
# --commit names the commit.
#
# Every part writes PART.txt and its records into build-gpu/session while it runs. That folder is packed into OUT every
# 20 seconds and after each part: session.tar.gz (below 16 MiB), table.md (figures and aims), summary.txt (result of
# each part). If a part fails, the others still run. Run again, the script begins with the parts that were not begun;
# one that succeeded is not repeated for the same commit. --minutes M ends the session after M minutes: a part gets the
# remaining time, if that is at least its minimum. --dry-run FILE replaces the parts by their expected times, or by
# those in FILE (lines: part seconds [exit status, or "block"]), and the clock by the sum of these times.
set -uo pipefail

root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
parts_script=$root/bench/gpu_session/parts.sh
pack_every=20          # seconds
time_to_pack=6         # seconds, kept free at the end
most_pack_bytes=$((15 << 20)) most_file_size=4096k
fail() { printf 'gpu_session.sh: %s\n' "$1" >&2; exit 1; }

# predict FOLDER: profiles with the instructions of nvcc's kernels, for the part against_predictions
predict() {
  local ptx=$root/build/apps/gridstride-ptx case network base batch
  if [ ! -x "$ptx" ]; then
    printf 'gpu_session.sh: no predictions without build/apps/gridstride-ptx (./gridstride build ptx)\n' >&2
    return
  fi
  for case in alexnet:8:8 alexnet:8:4 alexnet:8:2 lenet:32:8; do
    IFS=: read -r network base batch <<<"$case"
    "$ptx" profile "$network" --base "$base" --batch "$batch" --device ptx --precision tf32 --impl own --quiet \
      --out "$1/$network-$base-$batch-tf32" && rm -f "$1"/*/*.html ||
      printf 'gpu_session.sh: %s could not be counted\n' "$case" >&2
  done
}
collect() {
  local deps=$1 package
  mkdir -p "$deps/debs" && cd "$deps/debs" || fail "cannot make $deps"
  apt-get download -q libfmt-dev libfmt9 libcli11-dev nlohmann-json3-dev zlib1g-dev libgtest-dev || fail "apt-get could not download the packages"
  for package in *.deb; do dpkg -x "$package" "$deps"; done
  cd "$deps" && rm -rf debs usr/share/doc usr/src
  rm -f usr/lib/*/libz.so  # a link into another package; the static library remains
  predict "$deps/predictions"
  du -sh "$deps"
}
if [ "${1:-}" = collect ]; then
  [ $# -eq 2 ] || fail "usage: bench/gpu_session.sh collect DEPS"
  mkdir -p "$2" && collect "$(readlink -f -- "$2")"
  exit
fi

# --- arguments ------------------------------------------------------------------------------------------------------------------------

parts=() limits=() leasts=() guesses=() needs=() measures=()
while read -r part limit least guess need measure; do
  parts+=("$part") limits+=("$limit") leasts+=("$least") guesses+=("$guess") needs+=("$need") measures+=("$measure")
done < <("$parts_script" table)

deps= minutes=0 out= dry= wanted=() commit=${GRIDSTRIDE_COMMIT:-} build=${GRIDSTRIDE_GPU_BUILD_DIR:-}
while [ $# -gt 0 ]; do
  case $1 in
    --deps) deps=$(readlink -f -- "${2:?--deps needs a folder}"); shift 2 ;;
    --out) out=${2:?--out needs a folder}; shift 2 ;;
    --minutes) minutes=${2:?--minutes needs a number}; shift 2 ;;
    --commit) commit=${2:?--commit needs the commit of this tree}; shift 2 ;;
    --dry-run) dry=${2:?--dry-run needs a file; /dev/null for the probable times}; shift 2 ;;
    --list) printf '%s\n' "${parts[@]}"; exit ;;
    -*) fail "unknown argument '$1'; expected --deps DEPS, --commit C, --minutes M, --out OUT, --dry-run FILE, --list, names of parts, and 'collect DEPS'" ;;
    *) [[ " ${parts[*]} " == *" $1 "* ]] || fail "unknown part '$1'; see --list"
       wanted+=("$1"); shift ;;
  esac
done
[[ $minutes =~ ^[0-9]+$ ]] || fail "--minutes '$minutes' is not a whole number"
[[ $commit =~ ^[0-9A-Za-z._-]*$ ]] || fail "--commit '$commit' is not a valid commit: expected letters, digits, '.', '_' and '-'"
[ -z "$dry" ] || [ -r "$dry" ] || fail "--dry-run $dry: cannot read the file"
[ -n "$commit" ] || commit=$(git -C "$root" describe --always --dirty 2>/dev/null) ||
  { commit=unknown; printf 'gpu_session.sh: the commit is unknown, so parts will run again next time: give --commit\n' >&2; }

build=${build:-$root/build-gpu${dry:+-dry-run}} session=$build/session out=${out:-$build/packed}
mkdir -p "$out" "$session" && out=$(readlink -f -- "$out") && session=$(readlink -f -- "$session") || fail "cannot write to $out and $session"
touch "$session/summary.txt"
export session_root=$root session_build=$build session_out=$session session_deps=$deps session_commit=$commit

# --- time, and commands of parts -------------------------------------------------------------------------------------

virtual=0
now() { if [ -n "$dry" ]; then echo $virtual; else echo $SECONDS; fi; }
dry_line() { awk -v part="$1" '$1 == part { print $2, $3 }' "$dry"; }

program_of() {  # p, d or t: the column `needs` of a part
  case $1 in
    p) echo "$build/apps/gridstride" ;;
    d) echo "$build/tests/test_gpu_device" ;;
    t) echo "$build/tests/test_gpu" ;;
  esac
}

# part_command PART GUESS LIMIT: sets the array `command`; in a dry run also advances the clock
part_command() {
  command=(timeout --kill-after=5 "$3" "$parts_script" "$1")
  [ -n "$dry" ] || return 0
  local seconds status end
  read -r seconds status < <(dry_line "$1")
  seconds=${seconds:-$2} end="exit ${status:-0}"
  [ "${status:-}" != block ] || end='exec sleep 1000'
  [ "$seconds" -le "$3" ] || { seconds=$3 end='exit 124'; }
  virtual=$((virtual + seconds))
  command=(bash -c "echo 'dry run of $1'; echo '$1' >'$session/$1.json'; $end")
  case $1 in  # files that the build would make
    build) [ "$end" != 'exit 0' ] || { mkdir -p "$build"/{apps,tests} && touch "$(program_of p)" "$(program_of d)" && chmod +x "$(program_of p)" "$(program_of d)"; } ;;
    build_tests) [ "$end" != 'exit 0' ] || { touch "$(program_of t)" && chmod +x "$(program_of t)"; } ;;
  esac
}

# --- the pack -------------------------------------------------------------------------------------------------------------------------

packed_files() { (cd "$session" && find . -type f ! -path './cache/*' ! -name '*.safetensors' ! -name '*.new' "$@"); }
pack() {
  "$root/bench/gpu_table.py" "$session" >"$session/table.md.new" 2>"$session/table_errors.txt" && mv "$session/table.md.new" "$session/table.md"
  packed_files -size "+$most_file_size" >"$session/left_out.txt"
  local choice new=$out/session.tar.gz.new
  for choice in '*' '*.[tcmj][xsds]*'; do  # everything; if that is too large, only texts and records
    packed_files -size "-$most_file_size" -name "$choice" | tar -C "$session" --ignore-failed-read --warning=no-file-changed -T - -czf "$new" 2>/dev/null
    [ "$(stat -c %s "$new")" -gt $most_pack_bytes ] || break
  done
  mv "$new" "$out/session.tar.gz" && cp "$session/summary.txt" "$out/" && cp "$session/table.md" "$out/" 2>/dev/null
}

# --- running ----------------------------------------------------------------------------------------------------------------------------

running= companion=
stop() { [ -z "$1" ] || { kill "$1" && wait "$1"; } 2>/dev/null; }
stop_companion() {
  [ -n "$companion" ] || return 0
  stop "$companion"
  companion=
  printf 'at %4s s  compile_warmup ends\n' "$(now)"
}
give_up() {
  printf 'stopped at %s s\n' "$(now)"
  stop "$running"
  stop_companion
  pack
  exit 143
}
trap give_up TERM INT HUP

# await PROCESS: returns its exit status; packs every `pack_every` seconds
await() {
  local process=$1 nap
  while :; do
    sleep "$pack_every" & nap=$!
    wait -n "$process" "$nap" 2>/dev/null
    kill -0 "$process" 2>/dev/null || break
    pack
  done
  kill "$nap" 2>/dev/null
  wait "$process"
}

# Order: the build, which is fast if nothing has changed; parts that were not begun; parts that did not succeed. Parts
# of an edited or unknown tree always run again, since their results may differ.
first=() again=()
for i in "${!parts[@]}"; do
  part=${parts[i]}
  [ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " == *" $part "* ]] || continue
  if [[ $commit == *-dirty || $commit == unknown || $part == build ]] || ! grep -q "^$part .* $commit\$" "$session/summary.txt"; then
    first+=("$i")
  elif ! grep -q "^$part  *ok .* $commit\$" "$session/summary.txt"; then
    again+=("$i")
  fi
done

deadline=$((minutes * 60 - time_to_pack)) late=()
for i in ${first[@]+"${first[@]}"} ${again[@]+"${again[@]}"}; do
  part=${parts[i]} limit=${limits[i]} program=$(program_of "${needs[i]}")
  begin=$(now)
  if [ "$minutes" -gt 0 ]; then
    left=$((deadline - begin))
    [ "$left" -ge "${leasts[i]}" ] || { late+=("$part"); continue; }
    [ "$limit" -le "$left" ] || limit=$left
  fi
  [ "${measures[i]}" = no ] || stop_companion
  status=1 ended=failed
  if [ -n "$program" ] && [ ! -x "$program" ]; then
    printf 'at %4s s  %s needs %s, which was not built\n' "$begin" "$part" "${program##*/}"
    ended=unbuilt
  else
    part_command "$part" "${guesses[i]}" "$limit"
    printf 'at %4s s  %s, at most %s s\n' "$begin" "$part" "$limit"
    "${command[@]}" >"$session/$part.txt" 2>&1 & running=$!
    if [ "$part" = build ]; then
      printf 'at %4s s  compile_warmup begins beside it\n' "$begin"
      command=(timeout --kill-after=5 500 "$parts_script" compile_warmup)
      [ -z "$dry" ] || command=(sleep 1000)
      "${command[@]}" >"$session/compile_warmup.txt" 2>&1 & companion=$!
    fi
    await "$running"
    status=$?
    running=
    [ $status -eq 0 ] && ended=ok
    [ $status -eq 124 ] || [ $status -eq 137 ] && ended=timeout
  fi
  sed -i "/^$part /d" "$session/summary.txt"
  printf '%-22s %-8s exit %-4s %5s s  %s\n' "$part" $ended $status $(($(now) - begin)) "$commit" >>"$session/summary.txt"
  tail -n 1 "$session/summary.txt"
  pack
done
stop_companion
pack
[ ${#late[@]} -eq 0 ] || printf 'at %4s s  no time left for: %s\n' "$(now)" "${late[*]}"
grep -v '| not measured |' "$out/table.md"
