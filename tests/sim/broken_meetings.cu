// broken_meetings.cu - kernels with synchronisation errors or a stack overflow, which the runtime itself catches.
#include <cstddef>
#include <cstdlib>

#include "tests/sim/broken_case.h"

namespace gs::GS_TARGET {
namespace {

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
