#!/usr/bin/env bash
# gpu_session.sh - everything worth knowing from an hour with a GPU, in one go: build, tests, sanitizers, benchmarks, profile.
#
#   bench/gpu_session.sh collect DEPS             on a Debian machine with a network: unpacks what the lean build needs into DEPS
#   bench/gpu_session.sh [--deps DEPS] [--out OUT] [--build-only]
#
# The lean build needs nvcc, CMake, Ninja and g++ on the machine; cuDNN from the toolkit or from Python's nvidia packages; fmt, CLI11,
# nlohmann-json, zlib and GoogleTest from the system or from DEPS. No OpenCV, no oneDNN. Each part goes on where another fails, and OUT/summary.txt says
# how each ended; OUT is made to be committed under bench/results/.
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

deps= out=$root/gpu-session build_only=0
while [ $# -gt 0 ]; do
  case $1 in
    --deps) deps=$(readlink -f -- "${2:?--deps needs a folder}"); shift 2 ;;
    --out) out=${2:?--out needs a folder}; shift 2 ;;
    --build-only) build_only=1; shift ;;
    *) fail "unknown argument '$1'; there are --deps DEPS, --out OUT, --build-only, and 'collect DEPS'" ;;
  esac
done
mkdir -p "$out" && out=$(readlink -f -- "$out") || fail "cannot write to $out"
build=$root/build-gpu program=$build/apps/gridstride
: >"$out/summary.txt"

# part NAME SECONDS COMMAND...: its output goes to OUT/NAME.txt, its end to the summary
part() {
  local name=$1 limit=$2 begin=$SECONDS status
  shift 2
  [ "$(type -t "$1")" = function ] || set -- timeout "$limit" "$@"
  "$@" >"$out/$name.txt" 2>&1
  status=$?
  printf '%-28s exit %-4s %5s s\n' "$name" "$status" $((SECONDS - begin)) | tee -a "$out/summary.txt"
  return $status
}

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
configure() {
  local options=(-DCMAKE_BUILD_TYPE=Release -DGRIDSTRIDE_OPENCV=OFF -DGRIDSTRIDE_ONEDNN=OFF)
  [ -z "$deps" ] || options+=(-DCMAKE_PREFIX_PATH="$deps/usr" -DZLIB_ROOT="$deps/usr" -DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu)
  python_cudnn
  cmake -S "$root" -B "$build" -G Ninja "${options[@]}" && grep -q 'CUDNN_LIBRARY:FILEPATH=/' "$build/CMakeCache.txt"
}
machine() {
  nvidia-smi
  nvcc --version
  lscpu | grep -E 'Model name|^CPU\(s\)'
  git -C "$root" describe --always --dirty 2>/dev/null
  "$program" --version
  "$program" devices --roof
}

part configure 120 configure || fail "CMake could not configure the build; see $out/configure.txt"
part build 900 ninja -C "$build" gridstride test_gpu || fail "the build failed; see $out/build.txt"
[ "$build_only" = 0 ] || exit 0

part machine 60 machine
part tests 300 "$build/tests/test_gpu"

tiny=(train lenet --device cuda --base 4 --image-size 24 --train-size 24 --val-size 8 --epochs 1 --dropout 0.2 --quiet --overwrite)
for tool in memcheck racecheck initcheck synccheck; do
  part "sanitizer-$tool" 120 compute-sanitizer --tool "$tool" --error-exitcode 7 "$program" "${tiny[@]}" --impl own --out "$out/tiny"
done
part sanitizer-library 120 compute-sanitizer --tool memcheck --error-exitcode 7 "$program" "${tiny[@]}" --out "$out/tiny"
rm -rf "$out/tiny"

part train 120 "$program" train lenet --device cuda --out "$out/lenet" --overwrite
rm -f "$out"/lenet/*.safetensors
cases=(lenet:8:8 lenet:32:8 lenet:32:64 alexnet:8:8 alexnet:8:4 alexnet:8:2 alexnet:32:8 mlp:64:16)
for impl in default own library auto; do
  part "bench-$impl" 120 "$program" bench --device cuda --impl "$impl" --seconds 2 --ops "${cases[@]}"
done
part bench-json 60 "$program" bench --device cuda --seconds 2 --json "${cases[@]}"
part compare-with-torch 300 "$root/bench/compare_with_torch.py" --device cuda --rounds 3 --seconds 2 --program "$program" \
  --out "$out/compare-with-torch.json" "${cases[@]}"
part explain 60 "$program" train alexnet --base 8 --device cuda --explain
part lab 480 "$program" lab --device cuda --out "$out/lab"  # given again, it goes on where it stopped
rm -f "$out"/lab/runs/*/*.safetensors
part ncu 180 ncu --set basic --clock-control none "$program" bench --device cuda --impl own --steps 2 lenet:32:8
cat "$out/summary.txt"
