#!/usr/bin/env bash
# parts.sh - the parts of bench/gpu_session.sh, most valuable first: a table, and a function for each part.
#
#   bench/gpu_session/parts.sh table      prints the table
#   bench/gpu_session/parts.sh PART       runs a part; needs the variables session_root, session_build, session_out,
#                                         session_deps and session_commit
#
# Columns: name; time limit in seconds; least remaining seconds to begin with; expected seconds on 16 cores and one H200
# (used by dry runs); need: p the program, d the device's tests, t all tests, - nothing; yes if the part measures time,
# so that nothing else may run meanwhile.
set -uo pipefail

parts_table='
build                  330   60  150  -  no
checks_device           90   10   25  d  no
checks_losses           60   10   20  p  no
machine                 40    5   12  p  yes
bench_own_tf32          60   10   16  p  yes
bench_library_tf32      60   10   18  p  yes
bench_auto_tf32        120   15   35  p  yes
torch_tf32             120   20   55  -  yes
profiles                60   10   20  p  yes
against_predictions     90   20   25  p  yes
build_tests            180   45   70  -  no
tests_kernels          240   20   50  t  no
torch_compiled_tf32    180   30  150  -  yes
bench_own_bf16          60   10   16  p  yes
bench_library_bf16      60   10   18  p  yes
bench_auto_bf16        120   15   35  p  yes
torch_bf16             120   20   55  -  yes
sanitizer_memcheck     240   30   90  p  no
sanitizer_racecheck    240   30   90  p  no
tests_training         240   20   60  t  no
same_bits              120   10   15  p  no
jax_tf32               180   30   90  -  yes
bench_loop             120   10   30  p  yes
large                  300   40   90  p  yes
more_cases             240   20   80  p  yes
lab                    480   60   90  p  yes
bench_fp32             240   20   80  p  yes
torch_fp32             180   20   70  -  yes
torch_compiled_bf16    240   30  150  -  yes
profiles_more          120   15   40  p  yes
sanitizer_initcheck    120   15   40  p  no
sanitizer_synccheck    120   15   40  p  no
precision_5a           480   60  200  p  no
precision_6a           480   60  200  p  no
counts_against_ncu     240   30   60  -  no
ncu                    240   20   60  p  no
'

if [ "${1:-}" = table ]; then
  grep . <<<"$parts_table"
  exit
fi

root=$session_root build=$session_build out=$session_out
program=$build/apps/gridstride
cases=(alexnet:8:8 alexnet:8:4 alexnet:8:2 lenet:32:8) more=(alexnet:32:8 lenet:8:8 lenet:32:64 mlp:64:16) large=alexnet2012:-:256
export XDG_CACHE_HOME=$out/cache                        # tuning cache of --impl auto
export TORCHINDUCTOR_CACHE_DIR=$build/inductor-cache TRITON_CACHE_DIR=$build/triton-cache PYTHONUNBUFFERED=1

# --- the build, and the warm-up beside it ----------------------------------------------------------------------------

# The program and the device's tests, which are few files; the other tests are built after the step is measured. -k 0: a
# test that does not compile does not stop the build.
part_build() {
  local options=(-DCMAKE_BUILD_TYPE=Release -DGRIDSTRIDE_OPENCV=OFF -DGRIDSTRIDE_ONEDNN=OFF -DGRIDSTRIDE_HURRY=ON -DGRIDSTRIDE_COMMIT="${session_commit#unknown}")
  [ -z "$session_deps" ] ||
    options+=(-DCMAKE_PREFIX_PATH="$session_deps/usr" -DZLIB_ROOT="$session_deps/usr" -DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu)
  . "$root/bench/gpu_session/python_cudnn.sh" && python_cudnn "$build/cudnn"
  cmake -S "$root" -B "$build" -G Ninja "${options[@]}" && grep -q 'CUDNN_LIBRARY:FILEPATH=/' "$build/CMakeCache.txt" || return
  ninja -C "$build" -k 0 gridstride gridstride_cuda test_gpu_device
  ninja -C "$build" gridstride gridstride_cuda && cp "$build/.ninja_log" "$out/ninja_log.txt"
}
part_build_tests() { ninja -C "$build" -k 0 test_gpu; }
# Beside the build, PyTorch's compiler fills its caches on few cores. The times are discarded; the kernels that it
# chooses are kept, although they were timed while checks ran.
part_compile_warmup() {
  TORCHINDUCTOR_COMPILE_THREADS=4 nice -n 10 "$root/bench/torch_variants.py" --precision tf32 --seconds 0 \
    --variants compile-channels-last,compile --out "$build/compile-warmup" "${cases[@]}"
}

# --- correctness ----------------------------------------------------------------------------------------------------

part_checks_device() { "$build/tests/test_gpu_device" --gtest_brief=1; }
part_checks_losses() { "$root/bench/losses_against_sim.py" --device cuda --program "$program" --runs "$out/losses" --out "$out/losses.json"; }
tests() { "$build/tests/test_gpu" --gtest_brief=1 "--gtest_filter=$1"; }
part_tests_kernels() { tests '*-CudaDevice*:LibraryProducts*:*Trace*:*Training*'; }
part_tests_training() { tests '*Trace*:*Training*'; }
sanitized() {
  compute-sanitizer --tool "$1" --error-exitcode 7 "$program" train lenet --device cuda --base 4 --image-size 24 --train-size 24 --val-size 8 --epochs 1 \
    --dropout 0.2 --quiet --overwrite --out "$out/sanitized" "${@:2}"
}
part_sanitizer_memcheck() { sanitized memcheck --impl own && sanitized memcheck --impl own --precision bf16 && sanitized memcheck; }
part_sanitizer_racecheck() { sanitized racecheck --impl own && sanitized racecheck --impl own --precision bf16; }
part_sanitizer_initcheck() { sanitized initcheck --impl own; }
part_sanitizer_synccheck() { sanitized synccheck --impl own; }
part_same_bits() {  # two runs of 10,000 steps
  local run=("$program" train alexnet --base 8 --lr 1e-4 --epochs 80 --device cuda --impl own --quiet --overwrite)
  "${run[@]}" --out "$out/bits-a" && "${run[@]}" --out "$out/bits-b" && cmp "$out/bits-a/last.safetensors" "$out/bits-b/last.safetensors" &&
    echo 'bit-identical after 10,000 steps' && rm -rf "$out/bits-a" "$out/bits-b"
}

# --- speed ----------------------------------------------------------------------------------------------------------

part_machine() {
  nvidia-smi && nvcc --version
  lscpu | grep -E 'Model name|^CPU\(s\)'
  "$program" --version && "$program" devices --peaks
}
# bench_cases IMPL PRECISION CASE...: a process and a file per case, so that a failure loses only that case
bench_cases() {
  local impl=$1 precision=$2 case file status=0
  shift 2
  for case; do
    file=$out/bench-$impl-$precision-${case//:/-}.json
    if "$program" bench --device cuda --seconds 1.5 --precision "$precision" --impl "${impl%-loop}" ${bench_flags:-} --json "$case" >"$file.new"; then
      mv "$file.new" "$file"
      printf '%s, %s, %s: %s\n' "$case" "$precision" "$impl" "$(grep -m 1 '"median_us"' "$file")"
    else
      rm -f "$file.new" && status=1
    fi
  done
  return $status
}
every_impl() {
  local impl status=0
  for impl in own library auto; do bench_cases "$impl" "$@" || status=1; done
  return $status
}
part_bench_own_tf32() { bench_cases own tf32 "${cases[@]}"; }
part_bench_library_tf32() { bench_cases library tf32 "${cases[@]}"; }
part_bench_auto_tf32() { bench_cases auto tf32 "${cases[@]}" && "$program" train alexnet --base 8 --device cuda --explain; }
part_bench_own_bf16() { bench_cases own bf16 "${cases[@]}"; }
part_bench_library_bf16() { bench_cases library bf16 "${cases[@]}"; }
part_bench_auto_bf16() { bench_cases auto bf16 "${cases[@]}"; }
part_bench_fp32() { every_impl fp32 "${cases[@]}"; }
part_bench_loop() { bench_flags=--epoch-loop; bench_cases own-loop tf32 "${cases[@]}" && bench_cases auto-loop tf32 "${cases[@]}"; }
pytorch() { "$root/bench/torch_variants.py" --device cuda --seconds 1 --out "$out" "$@"; }
compiled() { pytorch --variants compile-channels-last,compile "$@"; }
part_torch_tf32() { pytorch --precision tf32 "${cases[@]}"; }
part_torch_bf16() { pytorch --precision bf16 "${cases[@]}"; }
part_torch_fp32() { pytorch --precision fp32 "${cases[@]}"; }
part_torch_compiled_tf32() { compiled --precision tf32 "${cases[@]}"; }
part_torch_compiled_bf16() { compiled --precision bf16 "${cases[@]}"; }
part_jax_tf32() {
  local mode status=0
  for mode in jit scan; do
    "$root/bench/jax_step.py" --device cuda --precision tf32 --mode $mode --seconds 1 --out "$out/jax-$mode-tf32.json" "${cases[@]}" alexnet:32:8 || status=1
  done
  return $status
}
# PyTorch's figures go to a subfolder, so that torch-*.json of the four main cases is not overwritten.
part_more_cases() {
  local status=0
  every_impl tf32 "${more[@]}" || status=1
  pytorch --precision tf32 --out "$out/more" "${more[@]}" || status=1
  return $status
}
part_large() {
  local status=0
  every_impl bf16 $large || status=1
  pytorch --precision bf16 --out "$out/large" $large || status=1
  compiled --precision bf16 --out "$out/large" $large || status=1
  return $status
}
profiled() { "$program" profile "$1" --base "$2" --batch "$3" --device cuda --out "$out/profile-$1-$2-$3" "${@:4}"; }
part_profiles() { profiled alexnet 8 8 && profiled lenet 32 8; }
# Each op's time beside its bound by counted instructions, if `collect` has counted them.
part_against_predictions() {
  local case network base batch counts made=
  for case in "${cases[@]}"; do
    IFS=: read -r network base batch <<<"$case"
    counts=$session_deps/predictions/$network-$base-$batch-tf32/profile.json
    [ -f "$counts" ] || { echo "no predictions: $counts is missing; gpu_session.sh collect makes it"; continue; }
    COLUMNS=200 "$program" profile "$network" --base "$base" --batch "$batch" --device cuda --precision tf32 \
      --impl own --instructions "$counts" --out "$out/against-predictions/$network-$base-$batch" || return
    made=1
  done
  [ -n "$made" ]
}
part_profiles_more() { profiled alexnet 32 8 && profiled alexnet2012 96 256 --precision bf16 --optimizer sgd --momentum 0.9; }
part_lab() {  # twice: with a cold and, as the aim requires, with a warm tuning cache
  local cache=$out/lab-cache tuning
  rm -rf "$cache" "$out/lab"
  for tuning in cold warm; do
    rm -rf "$out/lab" && XDG_CACHE_HOME=$cache bash -c 'time "$@"' lab "$program" lab --device cuda --out "$out/lab" || return
    printf 'whole lab, %s tuning cache: see real above\n' $tuning
  done
  rm -rf "$cache" "$out"/lab/runs/*/*.safetensors "$out"/lab/timing
}
part_precision_5a() { "$root/bench/precision_losses.py" --device cuda --program "$program" --runs "$out/precision" --cases 5a --out "$out/precision-5a"; }
part_precision_6a() { "$root/bench/precision_losses.py" --device cuda --program "$program" --runs "$out/precision" --cases 6a --out "$out/precision-6a"; }
# The simulator's counts of the kernels in tests/run/counts beside the GPU's own (docs/simulator.md).
part_counts_against_ncu() {
  cmake -S "$root" -B "$build/learn" -G Ninja -DGRIDSTRIDE_LEARN=ON >/dev/null || return
  ninja -C "$build/learn" >"$out/learn_build.log" || { tail -n 30 "$out/learn_build.log"; return 1; }
  "$root/bench/counts_against_ncu.py" --learn "$build/learn/apps/learn/gridstride-learn" "$root"/tests/run/counts/*.cu
}
part_ncu() {
  ncu --set basic --clock-control none "$program" profile alexnet --base 8 --device cuda --impl own --no-graph --steps 1 --out "$out/profile-ncu"
}

"part_$1"
