#!/usr/bin/env bash
# gpu_session.sh - everything worth knowing from an hour with a GPU, in parts of at most eight minutes that can be given again.
#
#   bench/gpu_session.sh collect DEPS             on a Debian machine with a network: unpacks what the lean build needs into DEPS
#   bench/gpu_session.sh [--deps DEPS] [--out OUT] [--minutes M] [PART...]
#   bench/gpu_session.sh --list                   the parts, in their order
#
# The lean build needs nvcc, CMake, Ninja and g++ on the machine; cuDNN from the toolkit or from Python's nvidia packages; fmt, CLI11,
# nlohmann-json, zlib and GoogleTest from the system or from DEPS. No OpenCV, no oneDNN. A part's output goes to OUT/PART.txt, how it ended to
# OUT/summary.txt; a part that ended well is not done again by the same commit, and the others go on where one fails. With --minutes no part is begun
# that could end after so many minutes. OUT is made to be committed under bench/results/; its table.md holds the figures against their aims.
set -uo pipefail

root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
fail() { printf 'gpu_session.sh: %s\n' "$1" >&2; exit 1; }

collect() {
  local deps=$1
  mkdir -p "$deps/debs" && cd "$deps/debs" || fail "cannot make $deps"
  apt-get download -q libfmt-dev libfmt9 libcli11-dev nlohmann-json3-dev zlib1g-dev libgtest-dev || fail "apt-get could not download the packages"
  for package in *.deb; do dpkg -x "$package" "$deps"; done
  cd "$deps" && rm -rf debs usr/share/doc usr/src
  rm -f usr/lib/*/libz.so  # its target is another package; the static library stays
  du -sh "$deps"
}
if [ "${1:-}" = collect ]; then
  [ $# -eq 2 ] || fail "usage: bench/gpu_session.sh collect DEPS"
  mkdir -p "$2" && collect "$(readlink -f -- "$2")"
  exit
fi

build=$root/build-gpu program=$build/apps/gridstride
base8=(alexnet:8:8 alexnet:8:4 alexnet:8:2) base32=(lenet:32:8 alexnet:32:8) more=(lenet:8:8 lenet:32:64 mlp:64:16)
tiny=(train lenet --device cuda --base 4 --image-size 24 --train-size 24 --val-size 8 --epochs 1 --dropout 0.2 --quiet --overwrite)

# --- the parts: a function each, its limit in seconds beside its name ---------------------------------------------------------------

# cuDNN from Python's packages has no libcudnn.so to link with: a folder of links is made to look like an installation.
python_cudnn() {
  local packages
  packages=$(python3 -c 'import nvidia.cudnn as c; print(list(c.__path__)[0])' 2>/dev/null) || return 0
  mkdir -p "$build/cudnn/lib"
  ln -sfn "$packages/include" "$build/cudnn/include"
  ln -sf "$packages"/lib/libcudnn* "$build/cudnn/lib/"
  ln -sf libcudnn.so.9 "$build/cudnn/lib/libcudnn.so"
  export CUDNN_HOME=$build/cudnn
}
part_build() {
  local options=(-DCMAKE_BUILD_TYPE=Release -DGRIDSTRIDE_OPENCV=OFF -DGRIDSTRIDE_ONEDNN=OFF)
  [ -z "$deps" ] || options+=(-DCMAKE_PREFIX_PATH="$deps/usr" -DZLIB_ROOT="$deps/usr" -DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu)
  python_cudnn
  cmake -S "$root" -B "$build" -G Ninja "${options[@]}" && grep -q 'CUDNN_LIBRARY:FILEPATH=/' "$build/CMakeCache.txt" &&
    ninja -C "$build" gridstride test_gpu
}
part_machine() {
  nvidia-smi && nvcc --version
  lscpu | grep -E 'Model name|^CPU\(s\)'
  "$program" --version && "$program" devices --roof
}
tests() { "$build/tests/test_gpu" "--gtest_filter=$1"; }
part_tests_device() { tests 'CudaDevice*:LibraryProducts*'; }
part_tests_kernels() { tests '*-CudaDevice*:LibraryProducts*:*Trace*:*Training*'; }
part_tests_training() { tests '*Trace*:*Training*'; }
sanitized() { compute-sanitizer --tool "$1" --error-exitcode 7 "$program" "${tiny[@]}" --out "$out/tiny" "${@:2}"; }
part_sanitizer_memcheck() { sanitized memcheck --impl own && sanitized memcheck --impl own --precision bf16 && sanitized memcheck; }
part_sanitizer_racecheck() { sanitized racecheck --impl own && sanitized racecheck --impl own --precision bf16; }
part_sanitizer_initcheck() { sanitized initcheck --impl own; }
part_sanitizer_synccheck() { sanitized synccheck --impl own; }
benchmark() { "$program" bench --device cuda --seconds 2 "$@"; }
part_bench_loop() { for p in tf32 bf16; do benchmark --precision $p --epoch-loop "${base8[@]}" "${base32[@]}"; done; }
part_bench_own() { for p in fp32 tf32 bf16; do benchmark --precision $p --impl own "${base8[@]}" "${base32[@]}" "${more[@]}"; done; }
part_bench_library() { for p in fp32 tf32 bf16; do benchmark --precision $p --impl library "${base8[@]}" "${base32[@]}" "${more[@]}"; done; }
part_bench_auto() {
  for p in fp32 tf32 bf16; do benchmark --precision $p --json "${base8[@]}" "${base32[@]}" "${more[@]}" >"$out/bench-$p.json" || return; done
  "$program" train alexnet --base 8 --device cuda --explain
}
part_peers() {  # a part for each case and precision: torch.compile's search alone takes minutes
  "$root/bench/compare_with_peers.py" --device cuda --precision "$4" --rounds 2 --seconds 1 --program "$program" --torch python3 --jax python3 \
    --compile --out "$out/peers-$1-$2-$3-$4.json" "$1:$2:$3"
}
profiled() { "$program" profile "$1" --base "$2" --batch "$3" --device cuda --out "$out/profile-$1-$2-$3" "${@:4}"; }
part_profiles() { profiled alexnet 8 8 && profiled alexnet 32 8 && profiled lenet 32 8 && profiled alexnet2012 96 256 --precision bf16 --optimizer sgd --momentum 0.9; }
part_lab() {  # the second time with what the tuner found the first time, as the aim says
  local cache=$out/lab-cache
  rm -rf "$cache" "$out/lab"
  for tuning in cold warm; do
    rm -rf "$out/lab" && /usr/bin/env XDG_CACHE_HOME="$cache" bash -c 'time "$@"' lab "$program" lab --device cuda --out "$out/lab" || return
    printf 'whole lab, %s tuning cache: see real above\n' $tuning
  done
  rm -rf "$cache" "$out"/lab/runs/*/*.safetensors "$out"/lab/timing
}
part_same_bits() {  # 10,000 steps twice
  local run=("$program" train alexnet --base 8 --lr 1e-4 --epochs 80 --device cuda --impl own --quiet --overwrite)
  "${run[@]}" --out "$out/bits-a" && "${run[@]}" --out "$out/bits-b" && cmp "$out/bits-a/last.safetensors" "$out/bits-b/last.safetensors" &&
    echo 'bit-identical after 10,000 steps' && rm -rf "$out/bits-a" "$out/bits-b"
}
part_precision_5a() { "$root/bench/precision_losses.py" --device cuda --program "$program" --cases 5a --out "$out/precision-5a"; }
part_precision_6a() { "$root/bench/precision_losses.py" --device cuda --program "$program" --cases 6a --out "$out/precision-6a"; }
part_ncu() {
  ncu --set basic --clock-control none "$program" profile alexnet --base 8 --device cuda --impl own --no-graph --steps 1 --out "$out/profile-ncu"
}

parts=(build:480 machine:60 tests_device:240 tests_kernels:480 bench_auto:240 peers_alexnet_8_8_tf32:480 tests_training:300 sanitizer_memcheck:300
       sanitizer_racecheck:300 lab:480 peers_lenet_32_8_tf32:480 peers_alexnet_32_8_tf32:480 profiles:240 peers_alexnet_8_4_tf32:480
       peers_alexnet_8_2_tf32:480 peers_alexnet2012_-_256_bf16:480 same_bits:120 bench_loop:120 bench_own:240 bench_library:240 sanitizer_initcheck:120
       sanitizer_synccheck:120 precision_5a:480 precision_6a:480 peers_alexnet_8_8_fp32:480 peers_alexnet_8_4_fp32:480 peers_alexnet_8_2_fp32:480
       peers_lenet_32_8_fp32:480 peers_alexnet_32_8_fp32:480 ncu:240)
run_part() {  # peers_MODEL_BASE_BATCH_PRECISION takes its case from its name
  case $1 in
    peers_*) local words; IFS=_ read -ra words <<<"$1"; part_peers "${words[@]:1}" ;;
    *) "part_$1" ;;
  esac
}

# --- running them -------------------------------------------------------------------------------------------------------------------

deps= out=$build/session minutes=0 wanted=()
while [ $# -gt 0 ]; do
  case $1 in
    --deps) deps=$(readlink -f -- "${2:?--deps needs a folder}"); shift 2 ;;
    --out) out=${2:?--out needs a folder}; shift 2 ;;
    --minutes) minutes=${2:?--minutes needs a number}; shift 2 ;;
    --list) printf '%s\n' "${parts[@]%:*}"; exit ;;
    -*) fail "unknown argument '$1'; there are --deps DEPS, --out OUT, --minutes M, --list, names of parts, and 'collect DEPS'" ;;
    *) [[ " ${parts[*]%:*} " == *" $1 "* ]] || fail "there is no part '$1'; --list names them"
       wanted+=("$1"); shift ;;
  esac
done
[[ $minutes =~ ^[0-9]+$ ]] || fail "--minutes '$minutes' is no whole number"
mkdir -p "$out" && out=$(readlink -f -- "$out") || fail "cannot write to $out"
commit=$(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)
touch "$out/summary.txt"

for entry in "${parts[@]}"; do
  name=${entry%:*} limit=${entry#*:}
  [ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " == *" $name "* ]] || continue
  # Of an edited or unknown tree nobody knows whether a part would end as it did.
  [[ $commit == *-dirty || $commit == unknown ]] || ! grep -q "^$name  *ok .* $commit\$" "$out/summary.txt" || continue
  if [ "$minutes" -gt 0 ] && [ $((SECONDS + limit)) -gt $((minutes * 60)) ]; then continue; fi
  [ "$name" = build ] || [ -x "$program" ] || fail "there is no $program: part build did not end well, see $out/build.txt"
  begin=$SECONDS
  # A part is a function, so a shell of its own, which timeout can end, runs it.
  timeout "$limit" bash -c "$(declare -f); $(declare -p root build program out deps tiny base8 base32 more); run_part $name" >"$out/$name.txt" 2>&1
  status=$?
  ended=failed
  [ $status -eq 0 ] && ended=ok
  [ $status -eq 124 ] && ended=timeout
  sed -i "/^$name /d" "$out/summary.txt"
  printf '%-22s %-8s exit %-4s %5s s  %s\n' "$name" $ended $status $((SECONDS - begin)) "$commit" | tee -a "$out/summary.txt"
done
rm -rf "$out/tiny"
"$root/bench/gpu_table.py" "$out" >"$out/table.md" && cat "$out/table.md"
