// broken_ordering.cu - races, reads of unwritten values and accesses before a wait, which the race checker catches.
#include "kernels/common/async_copy.h"
#include "tests/sim/broken_case.h"

namespace gs::GS_TARGET {
namespace {

template <bool broken>
__global__ void missing_barrier(float* y) {
  __shared__ float tile[threads];
  tile[threadIdx.x] = float(threadIdx.x);  // at missing_barrier: write
  if (!broken) __syncthreads();
  y[threadIdx.x] = tile[threads - 1 - threadIdx.x];  // at missing_barrier: read
}

// In ascending order the result is right: the next round's value is not yet written when it is read.
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

// The writer's own read comes in between: it must not displace the other blocks' reads.
template <bool broken>
__global__ void writer_has_read_too(float* y) {
  const float value = y[threadIdx.x];  // at writer_has_read_too: read
  if (blockIdx.x < 3)
    y[threads * (blockIdx.x + 1) + threadIdx.x] = value;
  else if (broken)
    y[threadIdx.x] = value + 1;  // at writer_has_read_too: write
}

// All threads read; thread 0 waits for its own warp only, then writes. (After the first barrier all threads are ready,
// so in ascending order both warps have read before thread 0 writes.)
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

// Block 0 writes the variable; block 1 finds the value there, in the simulator as on a GPU, by luck.
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

// An asynchronous copy reads when it is issued, not when it is waited for.
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

}  // namespace

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

}  // namespace gs::GS_TARGET
