// broken_block.cu - the number of broken values: each block counts its share and adds up in shared memory, then one
// block adds the blocks' counts. Changed from broken_two_stage: a thread reads about 16 values, so that enough threads
// keep the memory busy, and the last sum is parallel, too. Counts are integers, so the order of a sum does not matter.
#include <algorithm>

#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/diagnose/diagnose.h"

namespace gs::GS_TARGET {
namespace {

constexpr unsigned threads = 256;
constexpr std::int64_t values_a_thread = 16, most_blocks = 132 * 8;

unsigned blocks_of(const Values& p) {
  constexpr std::int64_t each = threads * values_a_thread;
  return unsigned(std::clamp<std::int64_t>((p.size + each - 1) / each, 1, most_blocks));
}

/// Thread 0 writes the sum of `found` over the block's threads.
__device__ inline void write_sum(std::uint32_t* to, std::uint32_t found) {
  __shared__ std::uint32_t sums[threads];
  sums[threadIdx.x] = found;
  for (unsigned half = threads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
  }
  if (threadIdx.x == 0) *to = sums[0];
}

__global__ void count_by_block(std::uint32_t* __restrict__ partial, const float* __restrict__ x, std::int64_t size) {
  std::uint32_t found = 0;
  for (std::int64_t i : grid_stride(size)) found += is_broken(x[i]);
  write_sum(&partial[blockIdx.x], found);
}

__global__ void add_blocks(std::uint32_t* __restrict__ count, const std::uint32_t* __restrict__ partial,
                           unsigned blocks) {
  std::uint32_t found = 0;
  for (unsigned i = threadIdx.x; i < blocks; i += threads) found += partial[i];
  write_sum(count, found);
}

std::size_t broken_block_workspace(const Values& p) {
  return blocks_of(p) * sizeof(std::uint32_t);
}

void broken_block(std::uint32_t* count, const float* x, const Values& p, void* workspace, stream_t stream) {
  const unsigned blocks = blocks_of(p);
  auto* partial = static_cast<std::uint32_t*>(workspace);
  launch<count_by_block>({dim3(blocks), dim3(threads)}, stream, partial, x, p.size);
  launch<add_blocks>({dim3(1), dim3(threads)}, stream, count, partial, blocks);
}

void add_variants(Registry& registry) {
  registry.add<CountBroken>({.name = "block",
                             .rank = 2,
                             .targets = on_blocks,
                             .launch = &broken_block,
                             .workspace_bytes = &broken_block_workspace});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
