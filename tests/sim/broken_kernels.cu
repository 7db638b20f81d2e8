// broken_kernels.cu - one mistake each, with its correction beside it. The lines that a message must name are marked
// "// at <case>: <what>"; the tests look the marks up.
#include <cstddef>
#include <cstdlib>

#include "kernels/common/async_copy.h"
#include "tests/sim/cases.h"

namespace gs::GS_TARGET {
namespace {

constexpr int threads = 64;

// ---- caught by the runtime

template <bool broken>
__global__ void skipped_barrier(float* y) {
  if (!broken || threadIdx.x != 5) __syncthreads();  // at skipped_barrier: barrier
  y[threadIdx.x] = 1;
}

template <bool broken>
__global__ void different_barriers(float* y) {
  if (broken && threadIdx.x < 40) {
    y[threadIdx.x] = 1;
    __syncthreads();  // at different_barriers: first
  } else {
    y[threadIdx.x] = 2;
    __syncthreads();  // at different_barriers: second
  }
}

template <bool broken>
__global__ void lane_not_in_mask(float* y) {
  const unsigned mask = broken ? 0x0000ffffu : ~0u;
  y[threadIdx.x] = __shfl_xor_sync(mask, float(threadIdx.x), 1);  // at lane_not_in_mask: shuffle
}

template <bool broken>
__global__ void shuffle_from_absent_lane(float* y) {
  if (threadIdx.x % 32 < 16)
    y[threadIdx.x] =
        __shfl_down_sync(0x0000ffffu, float(threadIdx.x), 1, broken ? 32 : 16);  // at shuffle_from_absent_lane: shuffle
}

template <bool broken>
__global__ void divergent_shuffle(float* y) {
  float v = float(threadIdx.x);
  if (threadIdx.x % 32 < 16)
    v += __shfl_down_sync(broken ? ~0u : 0x0000ffffu, v, 8, 16);  // at divergent_shuffle: shuffle
  __syncthreads();                                                // at divergent_shuffle: barrier
  y[threadIdx.x] = v;
}

template <bool broken>
__global__ void exit_while_warp_waits(float* y) {
  if (broken && threadIdx.x == 7) return;
  y[threadIdx.x] = float(__ballot_sync(~0u, 1));  // at exit_while_warp_waits: vote
}

template <bool broken>
__global__ void exit_before_warp_arrives(float* y) {
  if (broken && threadIdx.x == 0) return;
  __syncwarp();  // at exit_before_warp_arrives: sync
  y[threadIdx.x] = 1;
}

template <bool broken>
__global__ void different_warp_operations(float* y) {
  if (broken && threadIdx.x % 32 < 16)
    __syncwarp();  // at different_warp_operations: sync
  else
    y[threadIdx.x] = __shfl_sync(~0u, 1.0f, 20);  // at different_warp_operations: shuffle
}

template <bool broken>
__global__ void never_waits(float* y) {
  if (!broken || threadIdx.x != 3) dependency_wait();
  if (threadIdx.x != 3) y[threadIdx.x] = 1;
}

// ---- caught by AddressSanitizer

template <bool broken>
__global__ void global_out_of_bounds(float* y) {
  y[threadIdx.x * 4 + (broken ? 4 : 3)] = 1;  // at global_out_of_bounds: write
}

template <bool broken>
__global__ void shared_out_of_bounds(float* y) {
  __shared__ float tile[threads];
  tile[threadIdx.x + (broken ? 1 : 0)] = 1;  // at shared_out_of_bounds: write
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x];
}

template <bool broken>
__global__ void dynamic_shared_out_of_bounds(float* y) {
  GS_DYNAMIC_SHARED(float, tile);
  tile[threadIdx.x + (broken ? 1 : 0)] = 1;  // at dynamic_shared_out_of_bounds: write
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x];
}

template <bool broken>
__global__ void local_out_of_bounds(float* y, int size) {
  float local[8] = {};
  __syncthreads();
  local[broken ? size : size - 1] = 1;  // at local_out_of_bounds: write
  __syncthreads();
  y[threadIdx.x] = local[threadIdx.x % 8];
}

// ---- caught by the race checker

template <bool broken>
__global__ void missing_barrier(float* y) {
  __shared__ float tile[threads];
  tile[threadIdx.x] = float(threadIdx.x);  // at missing_barrier: write
  if (!broken) __syncthreads();
  y[threadIdx.x] = tile[threads - 1 - threadIdx.x];  // at missing_barrier: read
}

// The result is right in ascending order: nobody has written the next round's value yet when it is read.
template <bool broken>
__global__ void missing_second_barrier(float* y) {
  __shared__ float tile[threads];
  float sum = 0;
  for (int round = 0; round < 3; round++) {
    tile[threadIdx.x] = float(round);  // at missing_second_barrier: write
    __syncthreads();
    sum += tile[(threadIdx.x + 1) % threads];  // at missing_second_barrier: read
    if (!broken) __syncthreads();
  }
  y[threadIdx.x] = sum;
}

template <bool broken>
__global__ void missing_syncwarp(float* y) {
  GS_DYNAMIC_SHARED(float, tile);
  tile[threadIdx.x] = 1;  // at missing_syncwarp: write
  if (!broken) __syncwarp();
  y[threadIdx.x] = tile[threadIdx.x ^ 1];  // at missing_syncwarp: read
}

// Both halves of a warp wait, but each only for itself.
template <bool broken>
__global__ void syncwarp_of_the_wrong_lanes(float* y) {
  GS_DYNAMIC_SHARED(float, tile);
  tile[threadIdx.x] = 1;  // at syncwarp_of_the_wrong_lanes: write
  if (broken)
    __syncwarp(threadIdx.x % 32 < 16 ? 0x0000ffffu : 0xffff0000u);
  else
    __syncwarp();
  y[threadIdx.x] = tile[threadIdx.x ^ 16];  // at syncwarp_of_the_wrong_lanes: read
}

// A shuffle moves values, but it orders no memory.
template <bool broken>
__global__ void shuffle_is_no_barrier(float* y) {
  GS_DYNAMIC_SHARED(float, tile);
  tile[threadIdx.x] = 1;  // at shuffle_is_no_barrier: write
  const float one = __shfl_sync(~0u, 1.0f, 0);
  if (!broken) __syncwarp();
  y[threadIdx.x] = one * tile[threadIdx.x ^ 1];  // at shuffle_is_no_barrier: read
}

// A thread waits for its own copies only.
template <bool broken>
__global__ void copy_without_barrier(float* y) {
  __shared__ float tile[threads];
  async_copy_4(&tile[threadIdx.x], y + 64 + threadIdx.x, true);  // at copy_without_barrier: copy
  async_commit();
  async_wait<0>();
  if (!broken) __syncthreads();
  y[threadIdx.x] = tile[(threadIdx.x + 1) % threads];  // at copy_without_barrier: read
}

template <bool broken>
__global__ void two_writers(float* y) {
  y[broken ? threadIdx.x / 2 : threadIdx.x] = float(threadIdx.x);  // at two_writers: write
}

template <bool broken>
__global__ void plain_add(float* y) {
  if (broken)
    *y += 1;  // at plain_add: add
  else
    atomicAdd(y, 1.0f);
}

template <bool broken>
__global__ void plain_read_beside_atomic(float* y) {
  if (threadIdx.x > 0) atomicAdd(y, 1.0f);  // at plain_read_beside_atomic: atomic
  if (!broken) __syncthreads();
  if (threadIdx.x == 0) y[1] = *y;  // at plain_read_beside_atomic: read
}

template <bool broken>
__global__ void race_between_blocks(float* y) {
  y[threadIdx.x + (broken ? 0 : blockIdx.x * blockDim.x)] = float(blockIdx.x);  // at race_between_blocks: write
}

template <bool broken>
__global__ void reader_in_another_block(float* y) {
  if (blockIdx.x == 0)
    y[128 + threadIdx.x] = y[threadIdx.x];  // at reader_in_another_block: read
  else if (broken)
    y[threadIdx.x] = 1;  // at reader_in_another_block: write
}

// The writer's own read came in between: the other blocks' reads must not be forgotten for it.
template <bool broken>
__global__ void writer_has_read_too(float* y) {
  const float value = y[threadIdx.x];  // at writer_has_read_too: read
  if (blockIdx.x < 3)
    y[threads * (blockIdx.x + 1) + threadIdx.x] = value;
  else if (broken)
    y[threadIdx.x] = value + 1;  // at writer_has_read_too: write
}

// Everybody reads; thread 0 waits for its own warp only, then writes. (After the first barrier all threads are ready,
// so that in ascending order both warps have read before thread 0 writes.)
template <bool broken>
__global__ void readers_in_another_warp(float* y) {
  __syncthreads();
  const float value = *y;  // at readers_in_another_warp: read
  if (broken)
    __syncwarp();
  else
    __syncthreads();
  if (threadIdx.x == 0) *y = value + 1;  // at readers_in_another_warp: write
}

template <bool broken>
__global__ void last_block_without_fence(float* y) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    y[blockIdx.x] = 1;  // at last_block_without_fence: write
    if (!broken) __threadfence();
    last = atomicAdd(reinterpret_cast<unsigned*>(y + 8), 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x < gridDim.x) y[16 + threadIdx.x] = y[threadIdx.x];  // at last_block_without_fence: read
}

template <bool broken>
__global__ void unwritten_shared(float* y) {
  __shared__ float tile[threads];
  if (!broken || threadIdx.x != 9) tile[threadIdx.x] = 1;
  __syncthreads();
  y[threadIdx.x] = tile[threadIdx.x];  // at unwritten_shared: read
}

// Block 0 writes the variable; block 1 finds its value there, in the simulator as on a GPU, by luck.
template <bool broken>
__global__ void shared_of_the_block_before(float* y) {
  __shared__ float value;
  if (threadIdx.x == 0 && (!broken || blockIdx.x == 0)) value = 1;
  __syncthreads();
  if (threadIdx.x == 0) y[blockIdx.x] = value;  // at shared_of_the_block_before: read
}

template <bool broken>
__global__ void unwritten_dynamic_shared(float* y) {
  GS_DYNAMIC_SHARED(float, tile);
  if (!broken) tile[threadIdx.x] = 1;
  y[threadIdx.x] = tile[threadIdx.x];  // at unwritten_dynamic_shared: read
}

template <bool broken>
__global__ void host_pointer(float* y, const float* host) {
  y[threadIdx.x] = broken ? host[threadIdx.x] : 1.0f;  // at host_pointer: read
}

template <bool broken>
__global__ void past_the_end(float* y) {
  y[threadIdx.x * 4 + (broken ? 4 : 3)] = 1;  // at past_the_end: write
}

// Thread 0 writes the whole word, thread 1 one byte of it.
template <bool broken>
__global__ void byte_in_a_word(float* y) {
  if (threadIdx.x == 0) *y = 1;                                                   // at byte_in_a_word: word
  if (threadIdx.x == 1) reinterpret_cast<unsigned char*>(y)[broken ? 2 : 6] = 1;  // at byte_in_a_word: byte
}

// Neighbouring bytes of one word by different threads are right; the same byte is not.
template <bool broken>
__global__ void same_byte(float* y) {
  reinterpret_cast<unsigned char*>(y)[threadIdx.x / (broken ? 2 : 1)] = 1;  // at same_byte: write
}

template <bool broken>
__global__ void access_before_wait(float* y) {
  if (broken) y[threadIdx.x] = 1;  // at access_before_wait: write
  dependency_wait();
  if (!broken) y[threadIdx.x] = 1;
}

template <bool broken>
__global__ void read_before_wait(float* y) {
  float value = broken ? y[threadIdx.x] : 0;  // at read_before_wait: read
  dependency_wait();
  if (!broken) value = y[threadIdx.x];
  y[threadIdx.x] = value + 1;
}

template <bool broken>
__global__ void atomic_before_wait(float* y) {
  if (broken) atomicAdd(y, 1.0f);  // at atomic_before_wait: atomic
  dependency_wait();
  if (!broken) atomicAdd(y, 1.0f);
}

// An asynchronous copy reads when it is issued, however late it is waited for.
template <bool broken>
__global__ void copy_before_wait(float* y) {
  __shared__ float tile[threads];
  if (!broken) dependency_wait();
  async_copy_4(&tile[threadIdx.x], &y[threadIdx.x], true);  // at copy_before_wait: copy
  async_commit();
  if (broken) dependency_wait();
  async_wait<0>();
  y[threadIdx.x] = tile[threadIdx.x] + 1;
}

/// Launches the broken or the corrected instance.
#define GS_EITHER(kernel, geometry, ...)             \
  if (broken)                                        \
    launch<kernel<true>>(geometry, {}, __VA_ARGS__); \
  else                                               \
    launch<kernel<false>>(geometry, {}, __VA_ARGS__)
#define GS_CASE(kernel, geometry, ...)                                                                             \
  {                                                                                                                \
#kernel, [](float* y, [[maybe_unused]] float* host, bool broken) { GS_EITHER(kernel, geometry, __VA_ARGS__); } \
  }

const Geometry one_block(1, threads), one_warp(1, 32), four_blocks(4, threads);
const Geometry with_shared(1, threads, threads * sizeof(float)), programmatic(1, threads, 0, true);

}  // namespace

std::span<const BrokenCase> cases_the_runtime_catches() {
  static const BrokenCase cases[] = {
      GS_CASE(skipped_barrier, one_block, y),          GS_CASE(different_barriers, one_block, y),
      GS_CASE(lane_not_in_mask, one_block, y),         GS_CASE(shuffle_from_absent_lane, one_block, y),
      GS_CASE(divergent_shuffle, one_block, y),        GS_CASE(exit_while_warp_waits, one_block, y),
      GS_CASE(exit_before_warp_arrives, one_block, y), GS_CASE(different_warp_operations, one_block, y),
      GS_CASE(never_waits, programmatic, y),
  };
  return cases;
}

std::span<const BrokenCase> cases_address_sanitizer_catches() {
  static const BrokenCase cases[] = {
      GS_CASE(global_out_of_bounds, one_block, y),
      GS_CASE(shared_out_of_bounds, one_block, y),
      GS_CASE(dynamic_shared_out_of_bounds, with_shared, y),
      GS_CASE(local_out_of_bounds, one_block, y, 8),
  };
  return cases;
}

std::span<const BrokenCase> cases_the_checker_catches() {
  static const BrokenCase cases[] = {
      GS_CASE(missing_barrier, one_block, y),
      GS_CASE(missing_second_barrier, one_block, y),
      GS_CASE(missing_syncwarp, with_shared, y),
      GS_CASE(syncwarp_of_the_wrong_lanes, with_shared, y),
      GS_CASE(shuffle_is_no_barrier, with_shared, y),
      GS_CASE(copy_without_barrier, one_block, y),
      GS_CASE(two_writers, one_block, y),
      GS_CASE(plain_add, one_block, y),
      GS_CASE(plain_read_beside_atomic, one_block, y),
      GS_CASE(race_between_blocks, four_blocks, y),
      GS_CASE(reader_in_another_block, four_blocks, y),
      GS_CASE(writer_has_read_too, four_blocks, y),
      GS_CASE(readers_in_another_warp, one_block, y),
      GS_CASE(last_block_without_fence, four_blocks, y),
      GS_CASE(unwritten_shared, one_block, y),
      GS_CASE(shared_of_the_block_before, four_blocks, y),
      GS_CASE(unwritten_dynamic_shared, with_shared, y),
      GS_CASE(host_pointer, one_block, y, host),
      GS_CASE(past_the_end, one_block, y),
      GS_CASE(byte_in_a_word, one_warp, y),
      GS_CASE(same_byte, one_warp, y),
      GS_CASE(access_before_wait, programmatic, y),
      GS_CASE(read_before_wait, programmatic, y),
      GS_CASE(atomic_before_wait, programmatic, y),
      GS_CASE(copy_before_wait, programmatic, y),
  };
  return cases;
}

namespace {

constexpr std::ptrdiff_t past_the_stack = 160 << 10;  // further than Options::stack_bytes, but not past the next stack

void descend(const volatile char* top) {
  volatile char frame[256];
  frame[0] = 1;
  if (top - frame < past_the_stack) descend(top);
  frame[1] = frame[0];
}

// Thread 0 waits on the stack that lies below the one of thread 1.
__global__ void overflow() {
  volatile char top = 0;
  if (threadIdx.x == 1) {
    descend(&top);
    std::_Exit(7);
  }
  __syncthreads();
}

}  // namespace

void overflow_the_stack() {
  launch<overflow>({1, 2}, {});
}

}  // namespace gs::GS_TARGET
