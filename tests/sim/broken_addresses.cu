// broken_addresses.cu - kernels with out-of-bounds accesses, which AddressSanitizer catches.
#include "tests/sim/broken_case.h"

namespace gs::GS_TARGET {
namespace {

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

}  // namespace

std::span<const BrokenCase> cases_address_sanitizer_catches() {
  static const BrokenCase cases[] = {
      GS_CASE(global_out_of_bounds, one_block, y),
      GS_CASE(shared_out_of_bounds, one_block, y),
      GS_CASE(dynamic_shared_out_of_bounds, with_shared, y),
      GS_CASE(local_out_of_bounds, one_block, y, 8),
  };
  return cases;
}

}  // namespace gs::GS_TARGET
